"""Telling the dialects apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovecot_conf import Version, load, loads


@pytest.mark.parametrize(
    ("text", "version", "reason"),
    [
        ("# c\n\ndovecot_config_version = 2.4.1\n", "2.4", "dovecot.conf:3 sets dovecot_config_version"),
        (
            "a = b\ndovecot_storage_version = 2.4.1\n",
            "2.4",
            "dovecot.conf:2 has the setting dovecot_storage_version",
        ),
        ("plugin {\n}\nmail_plugins {\n}\n", "2.4", "dovecot.conf:3 has the block mail_plugins"),
        ("sieve_script a {\n}\n", "2.4", "dovecot.conf:1 has a named sieve_script block"),
        ("protocols {\n}\n", "2.4", "dovecot.conf:1 has the block protocols"),
        ("mysql db {\n}\n", "2.4", "dovecot.conf:1 has a server of a database"),
        ("push_notification ox {\n}\n", "2.4", "dovecot.conf:1 has a named push_notification block"),
        ("mail_home = /h/%{user | lower}\n", "2.4", "dovecot.conf:1 has a %{variable | filter}"),
        ("group @a b {\n}\n", "2.4", "dovecot.conf:1 has a group"),
        ('"a b" = c\n', "2.4", "dovecot.conf:1 has a quoted key"),
        ("mail_home = $SET:x\n", "2.4", "dovecot.conf:1 has $SET:"),
        ("# plugin {\nplugin {\n}\n", "2.3", "dovecot.conf:2 has the section plugin"),
        ("mail_home = /h/%Lu\n", "2.3", "dovecot.conf:1 has a one-letter %variable"),
        ("mail_plugins = $mail_plugins x\n", "2.3", "dovecot.conf:1 has $mail_plugins"),
        ("passdb {\n}\n", "2.3", "dovecot.conf:1 has a passdb without a name"),
        ("mail_debug = yes\n", "2.3", "nothing in it belongs to one version only"),
        ("", "2.3", "nothing in it belongs to one version only"),
    ],
)
def test_the_dialect_and_why(text: str, version: str, reason: str) -> None:
    configuration = loads(text)
    assert (configuration.version, configuration.version_reason) == (version, reason)


def test_included_files_count(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("mail_driver = maildir\n")
    main = tmp_path / "dovecot.conf"
    main.write_text("!include a.conf\nplugin {\n}\n")
    configuration = load(main)
    assert configuration.version is Version.V24
    assert configuration.version_reason == f"{tmp_path}/a.conf:1 has the setting mail_driver"


def test_a_version_that_is_asked_for_is_not_questioned() -> None:
    configuration = loads("plugin {\n}\n", version=Version.V24)
    assert (configuration.version, configuration.version_reason) == ("2.4", "as asked for")
