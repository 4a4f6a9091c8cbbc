"""What the rules of plugins, chains and versions say beyond their examples."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from dovecot_conf import Diagnostic, Severity, Version, load, loads
from dovecot_conf.diagnostics import Edit
from dovecot_conf.lint import RULES, Catalogue, lint

CATALOGUE = Catalogue(RULES)
HEAD_24 = "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"
DLOG = "plugin {\n  push_notification_driver = dlog\n}\n"


def findings(text: str, version: Version = Version.V23) -> tuple[Diagnostic, ...]:
    return lint(loads(HEAD_24 + text if version is Version.V24 else text, version=version), CATALOGUE)


def told(text: str, version: Version = Version.V23) -> list[tuple[str, Severity]]:
    return [(item.code, item.severity) for item in findings(text, version)]


def edited(text: str, edits: Sequence[Edit]) -> str:
    """Return the text with edits done, none of which is longer than a line."""
    lines = text.splitlines()
    for span, new in sorted(edits, reverse=True):
        line = lines[span.line - 1]
        lines[span.line - 1] = line[: span.column - 1] + new + line[span.end_column - 1 :]
    return "".join(f"{line}\n" for line in lines)


# names of plugins


@pytest.mark.parametrize(
    "value",
    [
        "{{ plugins }}",
        "quota {% if compress %}zlib{% endif %}",
        "<%= @plugins %>",
        "</etc/dovecot/mail_plugins",
        "QUOTA_PLUGIN",
    ],
)
def test_what_stands_for_something_else_is_no_unknown_plugin(value: str) -> None:
    codes = {code for code, _ in told(f"mail_plugins = {value}\n")}
    assert codes.isdisjoint({"PN207", "PN208", "PN209", "PN210", "PN211"})


def test_a_list_that_is_added_to_an_unknown_one_may_have_what_a_plugin_needs() -> None:
    text = "mail_plugins = {{ plugins }}\nprotocol imap {\n  mail_plugins = $mail_plugins imap_quota\n}\n"
    assert told(text) == []


def test_a_plugin_that_early_releases_have_is_a_warning() -> None:
    assert told("mail_plugins = expire\n") == [("PN209", Severity.WARNING)]


def test_a_plugin_of_a_package_that_is_not_installed_is_no_unknown_one() -> None:
    assert told("mail_plugins = fts fts_solr\n") == []
    assert told("mail_plugins = fts fts_flatcurve\n", Version.V24) == []


def test_an_outer_name_that_is_taken_literally_is_not_said_to_lack_anything() -> None:
    text = "mail_plugins = quota\nprotocol imap {\n  mail_plugins = $mail_plugins imap_quota\n}\n"
    assert "PN211" not in {code for code, _ in told(text, Version.V24)}


def test_sieve_is_for_deliveries() -> None:
    (item,) = findings("protocol imap {\n  mail_plugins = sieve\n}\n")
    assert item.message == "sieve is only for lmtp and lda: no process of imap starts with it"


def test_a_plugin_that_is_missing_is_put_in_front_of_the_one_that_needs_it() -> None:
    text = "mail_plugins = acl mail_log\n"
    (item,) = findings(text)
    assert item.fix is not None
    assert edited(text, item.fix.edits) == "mail_plugins = acl notify mail_log\n"


# lists


def test_a_second_list_that_takes_the_first_along_replaces_nothing() -> None:
    assert told("mail_plugins = quota\nmail_plugins = $mail_plugins acl\n") == []


def test_a_list_that_is_replaced_is_kept_by_its_fix() -> None:
    text = "mail_plugins = quota\nmail_plugins = acl\n"
    (item,) = findings(text)
    assert item.message == "this replaces the list of dovecot.conf:1, so quota is not loaded"
    assert item.fix is not None
    assert told(edited(text, item.fix.edits)) == []


def test_lists_of_two_protocols_do_not_replace_each_other() -> None:
    text = "protocol imap {\n  mail_plugins = quota\n}\nprotocol lmtp {\n  mail_plugins = acl\n}\n"
    assert told(text) == []


def test_a_file_of_conf_d_that_comes_too_late_is_named_with_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "conf.d"
    folder.mkdir()
    (tmp_path / "dovecot.conf").write_text("!include conf.d/*.conf\n")
    (folder / "20-lmtp.conf").write_text("protocol lmtp {\n  mail_plugins = $mail_plugins quota\n}\n")
    (folder / "90-push.conf").write_text("mail_plugins = $mail_plugins notify push_notification\n" + DLOG)
    found = lint(load(tmp_path / "dovecot.conf"), CATALOGUE)
    (item,) = [item for item in found if item.code == "PN212"]
    assert (item.span.file, item.span.line) == (str(folder / "20-lmtp.conf"), 2)
    assert item.message.endswith(f"is set later, at {folder / '90-push.conf'}:1:16")


def test_an_empty_list_is_a_decision() -> None:
    assert told("mail_plugins = quota\nmail_plugins =\n") == []


# where push notifications are loaded


def test_only_imap_is_an_information_for_a_driver_that_hears_of_more() -> None:
    text = "protocol imap {\n  mail_plugins = notify push_notification\n}\n" + DLOG
    assert told(text) == [("PN217", Severity.INFO)]


def test_sieve_in_imap_delivers_as_well() -> None:
    text = (
        "protocol imap {\n  mail_plugins = notify push_notification imap_sieve\n}\n"
        "plugin {\n  push_notification_driver = ox:url=http://127.0.0.1/\n}\n"
    )
    assert told(text) == []


# chains


def test_the_same_driver_written_twice_is_not_lost() -> None:
    assert told("mail_plugins = notify push_notification\n" + DLOG + DLOG) == []


def test_a_lost_driver_gets_the_next_free_name() -> None:
    text = (
        "mail_plugins = notify push_notification\nplugin {\n  push_notification_driver = dlog\n"
        "  push_notification_driver2 = dlog:second\n  push_notification_driver = dlog:third\n}\n"
    )
    (item,) = findings(text)
    assert item.code == "PN313"
    assert item.fix is not None
    fixed = edited(text, item.fix.edits)
    assert "  push_notification_driver3 = dlog:third\n" in fixed
    assert told(fixed) == []


def test_an_emptied_driver_of_a_protocol_takes_no_place() -> None:
    text = "mail_plugins = notify push_notification\n" + DLOG
    text += "protocol imap {\n  plugin {\n    push_notification_driver =\n  }\n}\n"
    assert told(text) == []


def test_blocks_of_one_name_that_say_different_things_are_one_driver_on_purpose() -> None:
    text = "mail_plugins = notify push_notification\n" + 2 * "push_notification log {\n  driver = dlog\n}\n"
    assert told(text, Version.V24) == []


# versions


def test_a_long_name_of_2_3_is_written_anew() -> None:
    text = "mail_path = ~/%{domain}/%{username | lower}\n"
    (item,) = findings(text, Version.V24)
    assert item.fix is not None
    assert [edit.text for edit in item.fix.edits] == ["%{user | domain}", "%{user | username | lower}"]
    assert told(edited(HEAD_24 + text, item.fix.edits).removeprefix(HEAD_24), Version.V24) == []


@pytest.mark.parametrize(
    "value",
    [
        "~/%{userdb:home}",
        "~/%{user | text}",
        "~/%{user | lua_call('x')}",
        "~/%{system:hostname}",
        "~/%{{ x }}",
    ],
)
def test_a_variable_that_may_be_there_is_not_called_unknown(value: str) -> None:
    assert "PN704" not in {code for code, _ in told(f"mail_path = {value}\n", Version.V24)}


def test_a_file_setting_loses_its_sign() -> None:
    text = HEAD_24 + "ssl_server_cert_file = </nowhere/cert.pem\n"
    item = next(item for item in findings(text.removeprefix(HEAD_24), Version.V24) if item.code == "PN706")
    assert item.fix is not None
    assert edited(text, item.fix.edits) == HEAD_24 + "ssl_server_cert_file = /nowhere/cert.pem\n"


def test_the_short_name_of_a_file_setting_in_its_block_is_one_as_well() -> None:
    text = "ssl_server {\n  cert_file = </nowhere/cert.pem\n}\n"
    assert "PN706" in {code for code, _ in told(text, Version.V24)}


def test_the_hint_at_an_old_driver_names_it_and_not_its_options() -> None:
    text = "plugin {\n  push_notification_driver = ox:url=http://u:secret@host/\n}\n"
    item = next(item for item in findings(text, Version.V24) if item.code == "PN705")
    assert item.hint == "write 'push_notification ox {', with its options as settings in it"
