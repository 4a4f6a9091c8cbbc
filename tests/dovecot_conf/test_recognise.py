"""Which texts are Dovecot configurations."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovecot_conf.recognise import recognise

FIXTURES = Path(__file__).parents[2] / "fixtures"


@pytest.mark.parametrize("path", sorted((FIXTURES / "first-day").glob("*.conf")), ids=lambda path: path.name)
def test_the_examples_are_configurations(path: Path) -> None:
    assert recognise(path.read_text("utf-8").splitlines()).is_configuration


@pytest.mark.parametrize(
    "text",
    [
        "!include conf.d/*.conf",
        "protocol imap {\n  anything = else\n}",
        "mail_path = ~/Maildir",
        "group @a default {\n}",
        "auth_user = nobody\npassdb pam {\n}",
        "mail_privileged_group = mail",
        "plugin {\n  a = b\n}\nunknown_setting = yes",
        'passdb passwd-file {\n  passwd_file_path = "/etc/passwd"\n}',
        "plugin/sieve = ~/.sieve",
    ],
)
def test_so_is_what_mostly_has_settings_of_dovecot(text: str) -> None:
    assert recognise(text.split("\n")).is_configuration


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("server {\n  listen 80;\n}", "no Dovecot configuration"),
        ("[mysqld]\nport = 3306", "no Dovecot configuration"),
        ("listen 80\nUser nobody\n<Directory />\n</Directory>", "no Dovecot configuration"),
        ("*.* /var/log/all\n& stop", "no Dovecot configuration"),
        ("/var/log/dovecot.log {\n  daily\n}", "no Dovecot configuration"),
        ("myhostname = a\nlisten = *\nmydestination = b", "no Dovecot configuration"),
        ("driver = pgsql\nconnect = host=a\npassword_query = SELECT 1", "SQL look-up"),
        ("hosts = a\nbase = dc=a\ndn = cn=b", "LDAP look-up"),
        ("connect = host=a\nmap {\n  pattern = a\n}", "look-up"),
        ("map {\n  pattern = a\n}", "SQL dict"),
        ("a\0b", "binary"),
    ],
)
def test_others_are_said_to_be_none(text: str, why: str) -> None:
    assert why in recognise(text.split("\n")).foreign


@pytest.mark.parametrize("text", ["", "# a\n\n  # b"])
def test_a_file_of_comments_is_empty(text: str) -> None:
    found = recognise(text.split("\n"))
    assert found.empty
    assert not found.is_configuration
