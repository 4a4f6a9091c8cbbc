"""Whether a text is a Dovecot configuration, cheaply: most of what it sets must be Dovecot's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dovecot_conf.conditions import FILTER_WORDS
from dovecot_conf.names import table
from dovecot_conf.old_names23_table import OLD_NAMES
from dovecot_conf.versions import Version

MAX_LINES = 2000
"""More lines are not looked at."""

LOOKUP_KEYS = {
    "an SQL look-up": frozenset(("connect", "password_query", "user_query", "iterate_query")),
    "an LDAP look-up": frozenset(
        (
            "hosts",
            "uris",
            "dn",
            "dnpw",
            "ldap_version",
            "user_attrs",
            "pass_attrs",
            "user_filter",
            "pass_filter",
        )
    ),
}
"""Settings of the files that 2.3 names in ``args`` of a passdb, which have a format of their own."""

_ENTRY = re.compile(r"(?P<key>[^\s={]+)\s*(?:=|[^={]*\{\s*(?:#.*)?$)")
_INCLUDE = ("!include ", "!include_try ")
_BARE = ("dovecot_config_version", "dovecot_storage_version")


class Recognised(NamedTuple):
    """What a text is. ``foreign`` says why it is no configuration, '' when it is or is ``empty``."""

    foreign: str = ""
    empty: bool = False

    @property
    def is_configuration(self) -> bool:
        """Whether it is one, and has something in it."""
        return not self.foreign and not self.empty


def recognise(lines: Iterable[str]) -> Recognised:
    """Say what the lines of a file are."""
    known = other = 0
    keys: set[str] = set()
    for text in _outermost(lines):
        if "\0" in text:
            return Recognised("it is binary")
        entry = _ENTRY.match(text)
        key = entry["key"].strip('"') if entry is not None else ""
        keys.add(key)
        if text.startswith(_INCLUDE) or _is_known(key):
            known += 1
        else:
            other += 1
    if not known and not other:
        return Recognised(empty=True)
    for what, names in LOOKUP_KEYS.items():
        if len(keys & names) > known:
            return Recognised(f"it configures {what} of Dovecot 2.3")
    if "map" in keys and not known:
        return Recognised("it configures an SQL dict of Dovecot 2.3")
    return Recognised() if known >= other else Recognised("it is no Dovecot configuration")


def _is_known(key: str) -> bool:
    names = (table(version).names for version in Version)
    first = key.partition("/")[0]
    return bool(first) and (
        first in FILTER_WORDS
        or first in OLD_NAMES
        or first in _BARE
        or first == "group"
        or any(first in known for known in names)
    )


def _outermost(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines outside of all blocks, without comments."""
    depth = 0
    continued = False
    for number, line in enumerate(lines):
        if number == MAX_LINES:
            return
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if not depth and not continued and not text.startswith("}"):
            yield text
        continued = text.endswith("\\")
        depth = max(0, depth + text.endswith("{") - text.startswith("}"))
