"""Running the command line inside the test process."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import cli.main


@dataclass(frozen=True)
class Outcome:
    """What one call left: exit code, stdout and stderr."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run ``pushnotif`` with the given arguments, with a data folder and environment of its own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("PUSHNOTIF_CONFIG", raising=False)

    def call(*arguments: object) -> Outcome:
        code = cli.main.run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return call


@pytest.fixture
def locked_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a file that may not be read, not even by root."""
    path = tmp_path / "locked.conf"
    path.write_text("protocols = imap\n")
    really_open, really_allowed = os.open, os.access

    def refuse(name: object, *arguments: Any, **options: Any) -> int:
        if str(name) == str(path):
            raise PermissionError(13, "Permission denied")
        return really_open(name, *arguments, **options)  # type: ignore[arg-type]

    def forbid(name: object, *arguments: Any, **options: Any) -> bool:
        return str(name) != str(path) and really_allowed(name, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refuse)
    monkeypatch.setattr(os, "access", forbid)
    return path
