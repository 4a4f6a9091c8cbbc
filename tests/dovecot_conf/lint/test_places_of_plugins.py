"""A finding about a plugin stands where its name is written."""

from __future__ import annotations

import pytest

from dovecot_conf import Severity, loads
from dovecot_conf.lint import RULES, Catalogue, Selection, lint


def test_a_plugin_that_a_protocol_takes_over_is_named_once_where_it_is_written() -> None:
    text = (
        "mail_plugins = quota notify push_notification\n"
        "protocol imap {\n  mail_plugins = $mail_plugins imap_quota\n}\n"
    )
    (finding,) = lint(loads(text), Catalogue(RULES))
    assert (finding.code, finding.span.line, finding.span.column) == ("PN202", 1, 29)
    assert finding.message.endswith("there is no driver for any protocol")


def test_a_plugin_that_a_protocol_adds_stands_there() -> None:
    text = (
        "mail_plugins = quota notify\nprotocol imap {\n  mail_plugins = $mail_plugins push_notification\n}\n"
    )
    (finding,) = lint(loads(text), Catalogue(RULES))
    assert (finding.code, finding.span.line) == ("PN202", 3)


@pytest.mark.parametrize(
    ("outer", "inner", "severity"),
    [
        ("quota acl", "sieve", Severity.WARNING),
        ("quota acl", "quota sieve", Severity.INFO),
        ("quota notify push_notification", "quota sieve", Severity.WARNING),
    ],
)
def test_a_list_that_repeats_a_global_plugin_was_chosen(outer: str, inner: str, severity: Severity) -> None:
    text = (
        f"mail_plugins = {outer}\nprotocol lmtp {{\n  mail_plugins = {inner}\n}}\n"
        "plugin {\n  push_notification_driver = dlog\n}\n"
    )
    found = {item.code: item.severity for item in lint(loads(text), Catalogue(RULES))}
    assert found["PN204"] is severity


def test_a_plugin_of_the_global_list_is_told_where_it_was_added_to_it() -> None:
    text = (
        "mail_plugins = quota stats\nmail_plugins = $mail_plugins acl\n"
        "protocol imap {\n  mail_plugins = $mail_plugins imap_quota\n}\n"
    )
    (found,) = lint(loads(text), Catalogue(RULES), selection=Selection(chosen=frozenset(("PN209",))))
    assert (found.span.line, found.span.column) == (1, 22)
    assert "no process that opens mailboxes starts" in found.message


def test_a_variable_that_is_none_is_not_told_as_a_lost_plugin() -> None:
    text = (
        "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"
        "mail_plugins = $mail_plugins quota acl\nprotocol imap {\n  mail_plugins = imap_quota\n}\n"
    )
    found = {item.code: item for item in lint(loads(text), Catalogue(RULES))}
    assert found["PN204"].message == "imap loses the global plugins: quota, acl"
    assert found["PN204"].severity is Severity.WARNING
