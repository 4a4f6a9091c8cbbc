"""Paths on the command line of `pushnotif metadata`."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.main import run

GET = ("-u", "bob", "INBOX", "/private/k")


@pytest.mark.parametrize("end", ["/", "/."])
def test_a_main_file_with_a_slash_behind_it_is_none(
    end: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "dovecot.conf"
    path.write_text("mail_attribute_dict = file:/x\n")
    assert run(["metadata", "get", "-c", f"{path}{end}", *GET]) == 75
    assert "Not a directory" in capsys.readouterr().err


def test_the_own_store_is_not_used_silently_for_a_file_that_is_not_included(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    path = tmp_path / "dovecot.conf"
    path.write_text("mail_plugins = notify\n!include metadata.conf\n")
    assert run(["metadata", "get", "-c", str(path), *GET]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert f"{path}:2:" in lines[0]
    assert "Dovecot refuses this configuration" in lines[0]
    assert "using pushnotif's own store" in lines[1]


def test_an_override_without_a_value_ends_as_with_doveadm(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "dovecot.conf"
    path.write_text("mail_attribute_dict = file:/x\n")
    assert run(["metadata", "get", "-c", str(path), "-o", "mail_uid", *GET]) == 75
    assert "Error reading configuration: Invalid -o parameter" in capsys.readouterr().err
