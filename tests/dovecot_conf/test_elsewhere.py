"""A missing file is judged by where the configuration lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovecot_conf import Severity, Version, load
from dovecot_conf.elsewhere import may_be_elsewhere


@pytest.mark.parametrize("folder", ["/etc/dovecot", "/usr/local/etc/dovecot"])
def test_on_the_server_itself_every_missing_file_is_missing(folder: str) -> None:
    main = f"{folder}/dovecot.conf"
    assert not may_be_elsewhere("/etc/ssl/private/no-such.pem", main, None, "ssl_key")
    assert not may_be_elsewhere("/srv/no-such.lua", main, None)


def test_keys_and_certificates_are_kept_out_of_checkouts(tmp_path: Path) -> None:
    main = str(tmp_path / "dovecot.conf")
    for name in ("ssl_cert", "ssl_server_key_file", "mail_crypt_global_private_key", "redis_password"):
        assert may_be_elsewhere(tmp_path / "a.pem", main, None, name)
        assert may_be_elsewhere(tmp_path / "a.pem", main, tmp_path, name)


def test_what_lies_in_the_checkout_itself_is_missing(tmp_path: Path) -> None:
    main = str(tmp_path / "dovecot.conf")
    assert not may_be_elsewhere(tmp_path / "greeting.txt", main, None, "login_greeting")
    assert may_be_elsewhere(tmp_path / "not-kept/greeting.txt", main, None, "login_greeting")
    assert may_be_elsewhere("/etc/dovecot/greeting.txt", main, None, "login_greeting")
    assert not may_be_elsewhere(tmp_path / "etc/dovecot/greeting.txt", main, tmp_path, "login_greeting")


@pytest.mark.parametrize(
    ("version", "text"),
    [
        (Version.V23, "ssl_key = </etc/ssl/private/no-such.pem\n"),
        (Version.V24, "ssl_server_key_file = /etc/ssl/private/no-such.pem\n"),
    ],
)
def test_a_missing_key_is_an_information_in_a_checkout(tmp_path: Path, version: Version, text: str) -> None:
    lines = "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"
    main = tmp_path / "dovecot.conf"
    main.write_text(f"{lines if version is Version.V24 else ''}{text}")
    (problem,) = load(main, version=version).problems
    assert (problem.code, problem.severity) == ("PN154", Severity.INFO)
    assert "for a server elsewhere" in problem.hint


def test_a_folder_in_the_place_of_a_key_is_no_matter_of_the_machine(tmp_path: Path) -> None:
    (tmp_path / "key.pem").mkdir()
    main = tmp_path / "dovecot.conf"
    main.write_text("ssl_key = <key.pem\n")
    (problem,) = load(main).problems
    assert problem.severity is Severity.WARNING
