"""What each kind of fix writes, and where there is none."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from dovecot_conf import Version
from dovecot_conf.syntax_rule import V24_LINES
from tests.drivers.rules.fixing import fix_in_place

PUSH = "mail_plugins = notify push_notification\nmail_attribute_dict = file:%h/attributes\n"
OX = "ox:url=http://127.0.0.1/"


class Case(NamedTuple):
    """A text, what comes of it, and whether that takes unsafe fixes."""

    before: str
    after: str
    unsafe: bool = False


def plugin(*lines: str) -> str:
    return PUSH + "plugin {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


LANGUAGE_23 = (
    Case("auth_verbose = TRUE\n", "auth_verbose = yes\n"),
    Case('auth_verbose = "on"  # on\n', 'auth_verbose = "yes"  # on\n'),
    Case("auth_verbose = n\n", "auth_verbose = no\n"),
    Case("auth_verbose = 0\n", "auth_verbose = no\n"),
    Case("auth_verbose = ja\n", "auth_verbose = yes\n", unsafe=True),
    Case("auth_cache_ttl = 1.5h\n", "auth_cache_ttl = 90mins\n"),
    Case("auth_cache_ttl = 0.5 weeks\n", "auth_cache_ttl = 84hours\n"),
    Case("auth_cache_ttl = 90\n", "auth_cache_ttl = 90s\n", unsafe=True),
    Case("default_vsz_limit = 0.5G\n", "default_vsz_limit = 512M\n"),
    Case("default_vsz_limit = 1.5 GB\n", "default_vsz_limit = 1536M\n"),
    Case("mail_fsync = ALWAYS\n", "mail_fsync = always\n"),
    Case("mail_fsync = alway\n", "mail_fsync = always\n", unsafe=True),
    Case("mail_max_userip_connections = 10 users\n", "mail_max_userip_connections = 10\n", unsafe=True),
    Case("plugin {}\n", "plugin {\n}\n"),
    Case("  plugin { a = b } # c\n", "  plugin {\n    a = b\n  } # c\n"),
    Case("plugin { a = b c\n}\n", "plugin {\n  a = b c\n}\n", unsafe=True),
    Case("protocol imap{\n}\n", "protocol imap {\n}\n"),
    Case("protocol imap # a\n{ # b\n}\n", "protocol imap { # a\n# b\n}\n"),
    Case("protocol imap\n\n# a\n  {\n}\n", "protocol imap {\n\n# a\n}\n"),
    Case("auth_verbose = yes# why\n", "auth_verbose = yes # why\n"),
    Case("protocol imap {# why\n}\n", "protocol imap { # why\n}\n"),
    Case("login_greeting = a#b c # d\n", 'login_greeting = "a#b c" # d\n', unsafe=True),
    Case("auth_cache_size = 5\n", "auth_cache_size = 5M\n"),
    Case(
        "protocol imap {\n  plugin {\n    a = b",
        "protocol imap {\n  plugin {\n    a = b\n  }\n}\n",
        unsafe=True,
    ),
    Case(
        "service imap {\n  process_limit = 5\n\n# why\nservice pop3 {\n}\nprotocol imap {\n"
        "  mail_debug = yes\n",
        "service imap {\n  process_limit = 5\n}\n\n# why\nservice pop3 {\n}\nprotocol imap {\n"
        "  mail_debug = yes\n}\n",
        unsafe=True,
    ),
    Case("}\nauth_verbose = yes\n} # why\n", "auth_verbose = yes\n# why\n", unsafe=True),
)
LANGUAGE_24 = (
    Case("mail_home = /home/%{user\n", "mail_home = /home/%{user}\n", unsafe=True),
    Case("passdb = ldap # x\n", "passdb ldap {\n} # x\n", unsafe=True),
    Case("mail_lua a {\n}\n", "mail_lua {\n}\n", unsafe=True),
)
RULES_23 = (
    Case(
        plugin(
            "push_notification_driver = dlog",
            "push_notification_driver3 = dlog:a",
            "push_notification_driver7 = dlog:b",
        ),
        plugin(
            "push_notification_driver = dlog",
            "push_notification_driver2 = dlog:a",
            "push_notification_driver3 = dlog:b",
        ),
    ),
    Case(
        plugin("push_notification_driver1 = dlog", "push_notification_driver2 = dlog:2"),
        plugin("push_notification_driver = dlog", "push_notification_driver2 = dlog:2"),
    ),
    Case(
        plugin(f"push_notification_driver = {OX}a  url=http://127.0.0.1/b url=http://127.0.0.1/c"),
        plugin("push_notification_driver = ox:url=http://127.0.0.1/c"),
    ),
    Case(
        plugin(f"push_notification_driver = {OX} user_from_metadata=no max_retries=2"),
        plugin(f"push_notification_driver = {OX} max_retries=2"),
        unsafe=True,
    ),
    Case(
        plugin(f"push_notification_driver = {OX} user_from_metadata=no"),
        plugin(f"push_notification_driver = {OX}"),
        unsafe=True,
    ),
    Case(
        plugin(f"push_notification_driver = {OX} timeout_msecs=2s"),
        plugin(f"push_notification_driver = {OX} timeout_msecs=2000"),
        unsafe=True,
    ),
    Case(
        plugin(f"push_notification_driver = {OX} timeout_msecs=20ms"),
        plugin(f"push_notification_driver = {OX} timeout_msecs=20"),
    ),
    Case(
        plugin("push_notification_driver = dlog", "push_notification_driver2 =  # none"),
        plugin("push_notification_driver = dlog", "# none"),
    ),
)
RULES_24 = (
    Case(
        "mail_control_path = ~/%Lu/%%u/%n\n", "mail_control_path = ~/%{user | lower}/%%u/%{user | username}\n"
    ),
    Case("mail_control_path = $mail_home\n", "mail_control_path = $SET:mail_home\n"),
    Case(
        "push_notification dlog {\n}\nprotocol lmtp {\n  mail_plugins = push_notification # a\n}\n",
        "push_notification dlog {\n}\nprotocol lmtp {\n  mail_plugins = notify push_notification # a\n}\n",
    ),
)
NOT_FIXED_23 = (
    "auth_verbose = maybe\n",
    "auth_verbose = $SET:x\n",
    "auth_cache_ttl = soon\n",
    "auth_cache_ttl = 0.0001s\n",
    "default_vsz_limit = -1G\n",
    "listen = 10.0.0.1:99, 10.0.0.2:98\n",
    "plugin { a = b; c = d }\n",
    "plugin { a = b c = d }\n",
    "protocol imap lmtp {\n}\n",
    plugin("push_notification_driver3 = dlog", "push_notification_driver3 = dlog:a") + PUSH,
)
NOT_FIXED_24 = (
    'mail_control_path = "a $mail_home"\n',
    "mail_control_path = ~/%5u/%n\n",
    "mail_control_path = ~/%Mu\n",
)


def fixed(text: str, version: Version, folder: Path, *, unsafe: bool) -> str:
    start = V24_LINES if version is Version.V24 else ""
    main = folder / "dovecot.conf"
    main.write_text(start + text)
    result = fix_in_place(main, unsafe=unsafe, version=version)
    assert result.refused == ()
    return main.read_text().removeprefix(start)


def cases() -> list[object]:
    found = [(Version.V23, case) for case in (*LANGUAGE_23, *RULES_23)]
    found += [(Version.V24, case) for case in (*LANGUAGE_24, *RULES_24)]
    return [
        pytest.param(version, case, id=f"{version}-{number}") for number, (version, case) in enumerate(found)
    ]


@pytest.mark.parametrize(("version", "case"), cases())
def test_a_fix_writes_what_was_meant(version: Version, case: Case, tmp_path: Path) -> None:
    if case.unsafe:
        assert fixed(case.before, version, tmp_path, unsafe=False) == case.before
    assert fixed(case.before, version, tmp_path, unsafe=case.unsafe) == case.after


@pytest.mark.parametrize(
    ("version", "text"),
    [*((Version.V23, text) for text in NOT_FIXED_23), *((Version.V24, text) for text in NOT_FIXED_24)],
)
def test_what_is_not_clear_stays(version: Version, text: str, tmp_path: Path) -> None:
    assert fixed(text, version, tmp_path, unsafe=False) == text
