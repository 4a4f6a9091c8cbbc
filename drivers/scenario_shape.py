"""What may stand in a scenario file: for each table its keys, and for each key the kind of its value.

docs/schemas/scenario.schema.json says the same for other programs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from dovecot_conf.toml.checks import (
    Check,
    Key,
    Wrong,
    anything,
    expected,
    like,
    list_of,
    name,
    names_to,
    number,
    one_of,
    table,
    text,
)
from dovecot_conf.toml.positions import Path
from drivers.flag_changes import StoreMode
from mailstore.simulated import SYSTEM_FLAGS
from mailstore.state import MAX_NUMBER

PROTOCOLS = ("lmtp", "lda", "imap", "doveadm")
_PLACE = r"(?:[1-9][0-9]{0,9}|\*)"
_RANGE = rf"{_PLACE}(?::{_PLACE})?"
SEQUENCE_SET = re.compile(rf"{_RANGE}(?:,{_RANGE})*")
DURATION = re.compile(r"[0-9]{1,7} ?(?:s|secs?|seconds?|mins?|minutes?|hours?|days?|weeks?)")
ENTRY = re.compile(r"/(?:[Pp][Rr][Ii][Vv][Aa][Tt][Ee]|[Ss][Hh][Aa][Rr][Ee][Dd])/[^\0]+")
KEYWORD = re.compile(r"[!#$&'+,\-./0-9:;<=>?@A-Z\[^_`a-z|}~]+")

_SETTING = re.compile(r"[^=\0]+")
_FLAG_NAMES = frozenset(flag.lower() for flag in SYSTEM_FLAGS)


def flag(value: object, path: Path) -> Iterator[Wrong]:
    """Check for a system flag."""
    if not isinstance(value, str) or value.lower() not in _FLAG_NAMES:
        yield from expected(path, f"a flag: {', '.join(SYSTEM_FLAGS)} (a keyword goes into keywords)")


def _flags() -> dict[str, Key]:
    return {
        "flags": Key(list_of(flag, "flags")),
        "keywords": Key(list_of(like(KEYWORD, "a keyword, as work or $Label1"), "keywords")),
    }


_MADE_UP = ("from", "to", "subject", "body")
_MAIL = {"file": Key(name), **{part: Key(text) for part in _MADE_UP}}
_NOT_BOTH = tuple(("file", part) for part in _MADE_UP)
mail = table(_MAIL, *_NOT_BOTH)
stored_mail = table({**_MAIL, "uid": Key(number(1, MAX_NUMBER)), **_flags()}, *_NOT_BOTH)
mailbox = table(
    {
        "uidvalidity": Key(number(1, MAX_NUMBER)),
        "next_uid": Key(number(1, MAX_NUMBER)),
        "unseen": Key(number(0, MAX_NUMBER)),
        "messages": Key(list_of(stored_mail, "messages")),
    }
)
entry_name = like(ENTRY, "the name of a METADATA entry, as /private/vendor/vendor.dovecot/http-notify")
user = table(
    {
        "metadata": Key(names_to(entry_name, text)),
        "subscriptions": Key(list_of(name, "names of mailboxes")),
        "mailboxes": Key(names_to(name, mailbox)),
    }
)


def sequence_set(value: object, path: Path) -> Iterator[Wrong]:
    """Check for message numbers: one number, or a sequence set of IMAP in quotes."""
    if isinstance(value, str) and SEQUENCE_SET.fullmatch(value):
        return
    if type(value) is not int or not 1 <= value <= MAX_NUMBER:
        yield from expected(path, 'message numbers: a number, or as "1:3,5" or "1:*"')


class Verb(NamedTuple):
    """An action: who can do it, what stands behind its name, and which other keys it has."""

    protocols: tuple[str, ...]
    check: Check
    keys: Mapping[str, Key] = MappingProxyType({})


_EVERYBODY = PROTOCOLS
_DELIVERING = ("lmtp", "lda")
_ACTING = ("imap", "doveadm")
_NUMBERS = {"messages": Key(sequence_set, required=True)}

VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        "deliver": Verb(_DELIVERING, name, {"message": Key(mail), **_flags()}),
        "append": Verb(_ACTING, name, {"message": Key(mail), **_flags()}),
        "copy": Verb(_ACTING, name, {**_NUMBERS, "to": Key(name, required=True)}),
        "move": Verb(_ACTING, name, {**_NUMBERS, "to": Key(name, required=True)}),
        "store": Verb(_ACTING, name, {**_NUMBERS, "mode": Key(one_of(*StoreMode)), **_flags()}),
        "fetch_body": Verb(_ACTING, name, _NUMBERS),
        "expunge": Verb(_ACTING, name, {"messages": Key(sequence_set)}),
        "create": Verb(_EVERYBODY, name),
        "delete": Verb(_ACTING, name),
        "rename": Verb(_ACTING, name, {"to": Key(name, required=True)}),
        "subscribe": Verb(_EVERYBODY, name),
        "unsubscribe": Verb(_ACTING, name),
        "set_metadata": Verb(_EVERYBODY, names_to(entry_name, text, least=1)),
        "unset_metadata": Verb(_EVERYBODY, list_of(entry_name, "METADATA entries", least=1)),
        "wait": Verb(_EVERYBODY, like(DURATION, 'a time with its unit, as "61s" or "5 mins"')),
    }
)
"""Every action. Deliveries create and subscribe where lda_mailbox_autocreate and autosubscribe say so."""


def action(value: object, path: Path) -> Iterator[Wrong]:
    """Check one action: exactly one verb, and what belongs to it."""
    if not isinstance(value, dict):
        yield from expected(path, 'a table, as { create = "Work" }')
        return
    verbs = [key for key in value if key in VERBS]
    if not verbs:
        word = next(iter(value), "")
        what = f"no such action '{word}'" if word else "an action is missing"
        yield Wrong((*path, word) if word else path, what, word, tuple(VERBS))
        return
    if len(verbs) > 1:
        yield Wrong((*path, verbs[1]), f"{verbs[0]} and {verbs[1]} are two actions: give each a table")
        return
    verb = VERBS[verbs[0]]
    keys = {verbs[0]: Key(verb.check), **verb.keys, "expect": Key(anything)}
    yield from table(keys)(value, path)


_session = table(
    {
        "name": Key(name),
        "protocol": Key(one_of(*PROTOCOLS), required=True),
        "user": Key(name),
        "users": Key(list_of(name, "user names", least=1)),
        "settings": Key(names_to(like(_SETTING, "the name of a setting"), text)),
        "actions": Key(list_of(action, "actions", least=1), required=True),
        "expect": Key(anything),
    },
    ("user", "users"),
)


def session(value: object, path: Path) -> Iterator[Wrong]:
    """Check one session: its own keys, and that its protocol does such things."""
    yield from _session(value, path)
    if not isinstance(value, dict):
        return
    if "user" not in value and "users" not in value:
        yield Wrong(path, "user is missing")
    protocol = value.get("protocol")
    if "users" in value and protocol in PROTOCOLS and protocol != "lmtp":
        yield Wrong(
            (*path, "users"), f"only lmtp has several users, the recipients of a mail; not {protocol}"
        )
    actions = value.get("actions")
    if protocol not in PROTOCOLS or not isinstance(actions, list):
        return
    for place, item in enumerate(actions):
        for verb in item if isinstance(item, dict) else ():
            if verb in VERBS and protocol not in VERBS[verb].protocols:
                who = ", ".join(VERBS[verb].protocols)
                yield Wrong((*path, "actions", place, verb), f"{protocol} doesn't {verb}: that is for {who}")


def _version(value: object, path: Path) -> Iterator[Wrong]:
    if type(value) is not int or value != 1:
        yield from expected(path, "1, the version of the format")


scenario = table(
    {
        "version": Key(_version, required=True),
        "users": Key(names_to(name, user, least=1), required=True),
        "sessions": Key(list_of(session, "sessions", least=1), required=True),
    }
)
