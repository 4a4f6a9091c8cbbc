"""A file for an editor or a linter, and the line by which it is known that nobody changed it."""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

from dovecot_conf.versions import Version

_SEAL = "-- Replaced by the next run while unchanged (checksum {checksum})."
_SEALED = re.compile(
    "(?P<before>.*?)^"
    + re.escape(_SEAL).replace(r"\{checksum\}", "(?P<checksum>[0-9a-f]{16})")
    + "\n(?P<after>.*)",
    re.DOTALL | re.MULTILINE,
)


class Target(NamedTuple):
    """What scripts run in: a version of Dovecot, and one of Lua (``5.4``, ``luajit``)."""

    version: Version
    lua: str


class Stub(NamedTuple):
    """A file: its kind, its name, and all of its text."""

    kind: str
    name: str
    text: str

    def has_intact_seal(self, text: str) -> bool:
        """Tell whether a text bears its own checksum."""
        found = _SEALED.fullmatch(text)
        return found is not None and found["checksum"] == _checksum(found["before"], found["after"])


def sealed(head: list[str], body: list[str]) -> str:
    """Return the text of a Lua file, with a line between ``head`` and ``body`` that has their checksum."""
    before, after = (f"{chr(10).join(lines)}\n" for lines in (head, body))
    return f"{before}{_SEAL.format(checksum=_checksum(before, after))}\n{after}"


def _checksum(before: str, after: str) -> str:
    return hashlib.sha256(f"{before}{after}".encode("utf-8", "surrogateescape")).hexdigest()[:16]
