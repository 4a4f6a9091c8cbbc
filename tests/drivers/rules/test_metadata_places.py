"""What the rules about the dict of METADATA tell apart."""

from __future__ import annotations

import pytest

from dovecot_conf import Severity, Version, loads
from dovecot_conf.lint import Catalogue, lint
from drivers.rules import all_rules

CATALOGUE = Catalogue(all_rules())
LINES_24 = "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"
OX = (
    "mail_plugins = notify push_notification\nplugin {\n  push_notification_driver = "
    "ox:url=http://127.0.0.1:8009/preliminary/http-notify/v1/notify\n}\n"
)


def codes(text: str, version: Version = Version.V23) -> list[str]:
    return [item.code for item in lint(loads(text, version=version), CATALOGUE)]


def codes_24(inside: str, more: str = "") -> list[str]:
    return codes(f"{LINES_24}mail_attribute {{\n  dict {inside}\n  }}\n}}\n{more}", Version.V24)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/tmp/%u", ["PN604"]),
        ("/dev/shm/attributes/%u", ["PN604"]),
        ("/run/dovecot/%u", ["PN604"]),
        ("/tmpfiles/%u", []),
        ("/var/lib/dovecot/%d/%n", []),
        ("/tmp/a", ["PN604", "PN606"]),
        ("/var/lib/a", ["PN606"]),
        ("a", ["PN605"]),
        ("./%u", ["PN605"]),
        ("~/a", []),
        ("%h/a", []),
        ("%{home}/a", []),
    ],
)
def test_the_path_of_a_file_is_judged_by_its_beginning_and_its_variables(path: str, found: list[str]) -> None:
    assert codes(f"mail_attribute_dict = file:{path}\n") == found
    assert codes_24(f"file {{\n    path = {path.replace('%u', '%{user}')}") == found or "%" in path


@pytest.mark.parametrize(
    ("folder", "loss"),
    [
        ("/tmp", "lost when the machine starts again, or sooner"),
        ("/var/tmp", "lost when the machine cleans up old files there"),
        ("/run", "lost when the machine starts again"),
    ],
)
def test_of_each_folder_that_does_not_last_it_is_said_when_the_file_is_lost(folder: str, loss: str) -> None:
    (found,) = lint(loads(f"mail_attribute_dict = file:{folder}/%u\n"), CATALOGUE)
    assert found.message == f"METADATA below {folder} is {loss}"


@pytest.mark.parametrize("value", ["$ENV:ATTRIBUTES", "file:{{ path }}", "</etc/attributes"])
def test_a_dict_that_a_template_decides_is_left_alone(value: str) -> None:
    assert not {"PN604", "PN605", "PN606", "PN608"} & set(codes(f"mail_attribute_dict = {value}\n"))


def test_a_relative_dict_of_another_place_is_told_at_its_own() -> None:
    text = "mail_attribute_dict = file:a\nprotocol lmtp {\n  mail_attribute_dict = file:b\n}\n"
    assert codes(text) == ["PN605", "PN605", "PN607"]


def test_the_dict_of_doveadm_may_differ() -> None:
    text = "mail_attribute_dict = file:~/a\nprotocol doveadm {\n  mail_attribute_dict = file:~/b\n}\n"
    assert codes(text) == []


def test_a_dict_that_imap_alone_changes_is_told_at_the_others() -> None:
    text = "mail_attribute_dict = file:~/a\nprotocol imap {\n  mail_attribute_dict = file:~/b\n}\n"
    (item,) = lint(loads(text), CATALOGUE)
    assert (item.code, item.span.line, item.message) == (
        "PN607",
        1,
        "lmtp, lda and pop3 has another dict of METADATA than imap",
    )


@pytest.mark.parametrize(
    ("name", "found"), [(":metadata", []), (":metdata", ["PN608"]), ("/run/other:metdata", [])]
)
def test_a_proxy_is_looked_up_in_the_dict_server_of_this_configuration(name: str, found: list[str]) -> None:
    text = f"mail_attribute_dict = proxy:{name}\ndict {{\n  metadata = redis:host=127.0.0.1\n}}\n"
    items = lint(loads(text), CATALOGUE)
    assert [item.code for item in items] == found
    assert all(item.hint == "did you mean metadata?" for item in items)


def test_in_2_4_too() -> None:
    server = "dict_server {\n  dict metadata {\n    driver = redis\n  }\n}\n"
    assert codes_24("proxy {\n    name = metadata", server) == []
    assert codes_24("proxy {\n    dict_proxy_name = other", server) == ["PN608"]
    assert codes_24("proxy {\n    name = other\n    socket_path = /run/other", server) == []


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ("", ["PN609"]),
        ("imap_metadata = no\n", ["PN609"]),
        ("protocol lmtp {\n  imap_metadata = yes\n}\n", ["PN609"]),
        ("imap_metadata = yes\n", []),
        ("protocol imap {\n  imap_metadata = yes\n}\n", []),
        ("protocols = lmtp\n", []),
    ],
)
def test_the_middleware_needs_metadata_over_imap(more: str, found: list[str]) -> None:
    assert [code for code in codes(f"mail_attribute_dict = file:~/a\n{more}{OX}") if code > "PN2"] == found


def test_other_receivers_may_do_without() -> None:
    text = OX.replace("/preliminary/http-notify/v1", "")
    assert codes(f"mail_attribute_dict = file:~/a\nimap_metadata = no\n{text}") == []


def test_redis_behind_the_dict_server_is_fine_and_alone_a_warning() -> None:
    (item,) = lint(loads("mail_attribute_dict = redis:host=127.0.0.1\n"), CATALOGUE)
    assert (item.code, item.severity) == ("PN610", Severity.WARNING)
