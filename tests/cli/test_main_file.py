"""What commands say of a main file that can't be read, or is none."""

from __future__ import annotations

import json
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


BINARY = "the file looks binary: give a configuration file"


@pytest.fixture
def binary(tmp_path: Path) -> Path:
    path = tmp_path / "dovecot.conf"
    path.write_bytes(b"protocols = imap\n" + b"\x7fELF\x00\xff\x01\n" * 20)
    return path


@pytest.mark.parametrize("command", ["config", "metadata list", "metadata doctor"])
def test_a_binary_main_file_is_refused_in_one_line(run: Run, binary: Path, command: str) -> None:
    outcome = run(*command.split(), "-c", binary, *READERS[command])
    assert (outcome.code, outcome.out) == (75 if command.startswith("metadata") else 1, "")
    assert outcome.err.endswith(f"{binary}:2:1: Expecting '{{': {BINARY}\n")
    assert outcome.err.count("\n") == 1


def test_nothing_is_stored_for_a_binary_main_file(run: Run, binary: Path, tmp_path: Path) -> None:
    call = ("-c", binary, "-u", "bob", "-s", "", "/private/vendor/vendor.dovecot/http-notify", "user=bob")
    outcome = run("metadata", "set", *call)
    assert outcome.code == 75
    assert BINARY in outcome.err
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("command", ["drivers", "simulate message-new"])
def test_what_goes_on_with_a_binary_main_file_says_what_it_is(run: Run, binary: Path, command: str) -> None:
    outcome = run(*command.split(), "-c", binary, *READERS[command])
    assert outcome.code == 1
    first = outcome.err.splitlines()[0]
    assert first.startswith(f"pushnotif: {binary}:2:1: Expecting '{{': Dovecot refuses this configuration (")
    assert first.endswith(f"; {BINARY}; going on with what can be read")


def test_the_doctor_says_it_of_the_broken_link(run: Run, binary: Path) -> None:
    outcome = run("doctor", "--offline", "-c", binary, "--format", "json")
    assert outcome.code == 1
    link = json.loads(outcome.out)["links"][0]
    assert (link["name"], link["remedy"][0]) == ("configuration", BINARY)


@pytest.mark.parametrize("command", READERS)
def test_a_control_character_in_a_value_is_none_of_all_that(run: Run, tmp_path: Path, command: str) -> None:
    path = tmp_path / "dovecot.conf"
    path.write_bytes(b"login_greeting = a\x01b\n")
    assert BINARY not in run(*command.split(), "-c", path, *READERS[command]).err


def test_other_files_that_are_no_configuration_are_named_too(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "dovecot-sql.conf.ext"
    path.write_text("driver = mysql\nconnect = host=localhost\npassword_query = SELECT 1\n")
    outcome = run("config", "-c", path)
    assert outcome.code == 1
    assert outcome.err.startswith(f"pushnotif: {path}:1:1: Unknown setting: driver: this is a file for SQL")
    assert outcome.err.count("\n") == 1
