"""What commands say of a main file that can't be read, or is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run

READERS: dict[str, tuple[str, ...]] = {
    "config": (),
    "drivers": (),
    "simulate message-new": ("-u", "bob", "--dry-run"),
    "metadata list": ("-u", "bob", "INBOX"),
    "metadata doctor": ("-u", "bob", "--format", "json"),
}


@pytest.mark.parametrize("command", READERS)
def test_a_main_file_that_may_not_be_read_is_one_line(run: Run, locked_file: Path, command: str) -> None:
    outcome = run(*command.split(), "-c", locked_file, *READERS[command])
    assert (outcome.code, outcome.out) == (75 if command.startswith("metadata") else 2, "")
    assert outcome.err.endswith(f"can't read {locked_file}: Permission denied: check its permissions\n")
    assert outcome.err.count("\n") == 1
