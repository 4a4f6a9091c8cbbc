"""The first address of a From or To field as Dovecot reads it, which is more than RFC 5322 allows."""

from __future__ import annotations

import contextlib
import re
from functools import lru_cache
from typing import NamedTuple

from mailstore.encoded_words import decode_words
from mailstore.rfc822 import Broken, Scanner

_ATEXT = re.compile(rb"[!#$%&'*+\-/0-9=?A-Z^_`a-z{|}~\x80-\xff]+")
_MAX_SIZE = 2**16
_ATEXT_OR_DOT = re.compile(rb"[!#$%&'*+\-./0-9=?A-Z^_`a-z{|}~\x80-\xff]*")
_LITERAL = re.compile(rb"\[((?:[^\[\]\\\r\n\0]|\r(?!\n)|\\[^\r\n\0]|\\?\r?\n|\\?\0)*)\]", re.DOTALL)


class Address(NamedTuple):
    """An address (``local-part@domain``) and the display name with it, decoded; either may be empty.

    A group has the group's name and no address.
    """

    address: str = ""
    display_name: str = ""


# --count delivers the same mail again, and several drivers want the same of it.
@lru_cache(maxsize=16)
def first_address(value: bytes) -> Address:
    """Return the first address of a header value; a broken one as far as Dovecot (2.3.19.1, 2.4.1) does.

    Only the first 64 KiB of the value are looked at.
    """
    reader = _Reader(value[:_MAX_SIZE].partition(b"\0")[0])
    try:
        if not reader.skip_blanks():
            return Address()
    except Broken:
        return Address()
    start = reader.position
    name = _group(reader)
    if name is not None:
        return Address("", decode_words(name))
    reader.position = start
    found = _name_addr(reader)
    if found is None:
        reader.position = start
        found = _addr_spec(reader)
    return found.shown()


class _Mailbox:
    """What was read of a mailbox before it ended or broke; None is for parts that never came."""

    def __init__(self) -> None:
        self.name: bytes | None = None
        self.local_part: bytes | None = None
        self.domain: bytes | None = None

    def shown(self) -> Address:
        local_part, domain = self.local_part or b"", self.domain or b""
        address = local_part + b"@" + domain if domain else local_part
        return Address(address.decode("utf-8", "replace"), decode_words(self.name or b""))


class _Reader(Scanner):
    """Reads the words of an address into ``text``, which keeps what a broken word began with.

    The methods say whether more follows, and raise Broken.
    """

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.text = b""

    def atom(self) -> bool:
        word = _ATEXT.match(self.data, self.position)
        if word is None:
            raise Broken
        self.text += word[0]
        self.position = word.end()
        return self.skip_blanks()

    def quoted(self) -> bool:
        self.text += self.quoted_string()
        return self.skip_blanks()

    def phrase(self) -> bool:
        if self.at_end():
            return False
        if self.peek() == b".":
            raise Broken
        words: list[bytes] = []
        try:
            while True:
                if self.peek() == b'"':
                    words.append(self.quoted_string())
                else:
                    words.append(self._match(_ATEXT_OR_DOT))
                if not self.skip_blanks():
                    return False
                if self.peek() not in (b'"', b".") and not _ATEXT.match(self.data, self.position):
                    return True
                words.append(b" ")
        finally:
            self.text += b"".join(words)

    def local_part(self) -> bool:
        self.text = b""
        return self.quoted() if self.peek() == b'"' else self._atoms_and_dots()

    def domain(self) -> bool:
        """Read what follows an ``@``."""
        self.text = b""
        self.position += 1
        if not self.skip_blanks():
            raise Broken
        if self.peek() != b"[":
            return self._dot_atom()
        literal = _LITERAL.match(self.data, self.position)
        if literal is None:
            raise Broken
        self.text = re.sub(rb"\r?\n", b"", literal[0])
        self.position = literal.end()
        return self.skip_blanks()

    def _atoms_and_dots(self) -> bool:
        pieces: list[bytes] = []
        more: bool | None = None
        while True:
            while self.peek() == b".":
                pieces.append(b".")
                self.position += 1
                more = True
            if pieces and self.at_end():
                more = False
            elif self.peek() != b"@" or more is None:
                try:
                    self.text = b""
                    more = self.atom()
                except Broken:
                    self.text = b"".join(pieces) + self.text
                    raise
                pieces.append(self.text)
            if not (more and self.peek() == b"."):
                self.text = b"".join(pieces)
                return bool(more)

    def _dot_atom(self) -> bool:
        pieces: list[bytes] = []
        while True:
            self.text = b""
            more = self.atom()
            pieces.append(self.text)
            self.text = b"".join(pieces) if not more or self.peek() != b"." else b""
            if not more or self.peek() != b".":
                return more
            self.position += 1
            pieces.append(b".")
            if not self.skip_blanks():
                raise Broken


def _group(reader: _Reader) -> bytes | None:
    reader.text = b""
    try:
        return reader.text if reader.phrase() and reader.peek() == b":" else None
    except Broken:
        return None


def _name_addr(reader: _Reader) -> _Mailbox | None:
    """Read ``display name <address>``; None if it is something else."""
    found = _Mailbox()
    reader.text = b""
    try:
        if not reader.phrase() or reader.peek() != b"<":
            return None
    except Broken:
        return None
    found.name = reader.text
    reader.position += 1
    with contextlib.suppress(Broken):
        _angle_addr(reader, found)
    return found


def _angle_addr(reader: _Reader, found: _Mailbox) -> None:
    _more(reader.skip_blanks())
    if reader.peek() == b"@":
        if _skip_route(reader) and reader.peek() == b":":
            reader.position += 1
        _more(reader.skip_blanks())
    if reader.peek() == b">":
        return
    more = reader.local_part()
    found.local_part = reader.text
    _more(more)
    if reader.peek() == b"@":
        reader.domain()
        found.domain = reader.text


def _skip_route(reader: _Reader) -> bool:
    """Skip ``@domain,@domain`` in front of an address; say whether that is all of it."""
    try:
        while not reader.at_end():
            if reader.peek() != b"@":
                return True
            if not reader.domain():
                return False
            while reader.skip_blanks() and reader.peek() == b",":
                reader.position += 1
    except Broken:
        pass
    return False


def _more(more: bool) -> None:
    if not more:
        raise Broken


def _addr_spec(reader: _Reader) -> _Mailbox:
    """Read an address without angle brackets; a comment is its display name, a lone word an address."""
    found = _Mailbox()
    reader.forget_comment()
    is_quoted = reader.peek() == b'"'
    more = True
    try:
        more = reader.local_part()
        found.local_part = reader.text
    except Broken:
        pass
    has_at = more and reader.peek() == b"@"
    if has_at:
        try:
            reader.domain()
            found.domain = reader.text
        except Broken:
            pass
    if reader.comment:
        found.name = reader.comment
    elif not has_at:
        _without_domain(reader, found, is_quoted)
    if found.name is None and is_quoted and not has_at:
        found.name, found.local_part = found.local_part, None
    return found


def _without_domain(reader: _Reader, found: _Mailbox, is_quoted: bool) -> None:
    """Take more words for a display name, and a single one for a mailbox of this host."""
    reader.text += b" "
    length = len(reader.text)
    with contextlib.suppress(Broken):
        reader.phrase()
    if len(reader.text) != length:
        found.local_part, found.name = None, reader.text
    elif not is_quoted:
        found.domain = b""
