"""A folder with the files that examples of ``--help`` name, which stand for an administrator's own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import click
import pytest

import cli.main
from tests.ci_files import OURS, REPOSITORY, put_program

FILES = {
    "dovecot.conf": "first-day/dovecot-2.3.conf",
    "broken.conf": "first-day/broken.conf",
    "etc/dovecot/dovecot.conf": "first-day/dovecot-2.4.conf",
    "mail.eml": "first-day/mail.eml",
    "mail.log": "first-day/mail.log",
    "push.lua": "first-day/push.lua",
    "scenario.toml": "scenarios/three-recipients.toml",
    "entries.jsonl": "metadata/entries.jsonl",
}


def examples_in_help(context: click.Context) -> list[str]:
    """Return the command lines of the block at the end of a help text."""
    _, title, block = context.command.get_help(context).rpartition("\nExamples:\n")
    assert title, f"{context.command_path} --help has no examples"
    lines = block.splitlines()
    assert all(line.startswith("  ") for line in lines), f"{context.command_path} --help goes on behind them"
    return [line.strip() for line in lines if not line.strip().startswith("#")]


@pytest.fixture
def example_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Go to that folder, with our command on the path."""
    for name, fixture in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / "fixtures" / fixture, tmp_path / name)
    put_program(tmp_path / "programs", "pushnotif", OURS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}/programs:{os.environ['PATH']}")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PUSHNOTIF_CONFIG", "dovecot.conf")
    monkeypatch.setenv("SHELL", "/bin/bash")
    monkeypatch.setenv("USER", "bob")
    monkeypatch.setenv("PASSWORD", "secret")
    # Homes that whoever runs the tests can write into.
    site = (tmp_path / "dovecot.conf").read_text().replace("/var/vmail", f"{tmp_path}/homes")
    site = site.replace("uid=vmail gid=vmail ", "")
    (tmp_path / "dovecot.conf").write_text(site)
    if "pushnotif metadata" in request.node.name:
        for user in ("alice", "bob"):
            entry = ["-s", "", "/private/comment", "here"]
            assert cli.main.run(["metadata", "set", "--create", "-u", user, *entry]) == 0
