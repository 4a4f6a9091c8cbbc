"""The header block of a message or MIME part, and the fields in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

LWSP = b" \t"

_EMPTY_LINES = (b"\n", b"\r\n")
_CLOSING = re.compile(rb"\n\r?\n")


@dataclass(frozen=True, slots=True)
class Header:
    """The fields between ``start`` and ``end`` of ``data``; the body begins at ``body``.

    ``closed`` says whether an empty line stands between header and body. Fields are looked up in
    place: a header may be as large as a mail.
    """

    data: bytes
    start: int
    end: int
    body: int
    closed: bool

    def values(self, name: bytes) -> Iterator[bytes]:
        """Yield the value of each field ``name``, in any case: all that follows the colon.

        A fold stays as LF and the original white space; CR in front of LF is dropped. Blanks
        before the colon don't matter, nor does what follows a NUL in a name (Dovecot 2.3.19.1).
        """
        for _, value in self._fields(name):
            yield value

    def exact_values(self, name: bytes) -> Iterator[bytes]:
        """Yield as ``values`` does, but not the fields with a NUL in their name."""
        for before, value in self._fields(name):
            if b"\0" not in before:
                yield value

    def _fields(self, name: bytes) -> Iterator[tuple[bytes, bytes]]:
        for match in _field(name).finditer(self.data, self.start, self.end):
            value = match[2].replace(b"\r\n", b"\n")
            has_line_end = self.data.startswith(b"\n", match.end())
            yield match[1], value.removesuffix(b"\r") if has_line_end else value


def read_header(data: bytes, start: int, end: int) -> Header:
    """Find the header that begins at ``start``, a line start. It ends at an empty line, or at ``end``."""
    for empty_line in _EMPTY_LINES:
        if data.startswith(empty_line, start, end):
            return Header(data, start, start, start + len(empty_line), closed=True)
    closing = _CLOSING.search(data, start, end)
    if closing is None:
        return Header(data, start, end, end, closed=False)
    return Header(data, start, closing.start(), closing.end(), closed=True)


@cache
def _field(name: bytes) -> re.Pattern[bytes]:
    # the name is all in front of the colon; one of over 1000 bytes is none
    nul = rb"(?:\0[^:\n]{0,990})?"
    value = rb"([^\n]*+(?:\n[ \t][^\n]*+)*)"
    return re.compile(rb"^(%b%b)[ \t]*+:%b" % (re.escape(name), nul, value), re.MULTILINE | re.IGNORECASE)
