"""Structured MIME header values as Dovecot tokenizes them (RFC 822, RFC 2045, RFC 2231).

Broken values are read as far as Dovecot 2.3.19.1 reads them, which is neither what the RFCs say
nor what Python's email package does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dovecot_conf.versions import Version
from mailstore.charset import REPLACEMENT_UTF8
from mailstore.rfc2231 import Parameter, join_pieces

_LWSP = re.compile(rb"[ \t\r\n]*")
_TOKEN = re.compile(rb"[A-Za-z0-9!#$%&'*+\-.^_`{|}~\x80-\xff]*")
_UNTIL_COMMENT_SPECIAL = re.compile(rb"[^()\\\n]*", re.DOTALL)
_UNTIL_QUOTED_SPECIAL = re.compile(rb'[^"\\\n\0]*', re.DOTALL)
_UNTIL_SEPARATOR = re.compile(rb"[^; \t\r\n]*")


class Broken(Exception):  # noqa: N818
    """The value ends in the middle of something; the scanner stands where reading stopped."""


class Scanner:
    """A position in a header value, and the steps the grammar is made of."""

    __slots__ = ("comment", "data", "position")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0
        # the text of the last comment
        self.comment = b""

    def at_end(self) -> bool:
        """Tell whether nothing is left."""
        return self.position >= len(self.data)

    def peek(self) -> bytes:
        """Return the next byte, empty at the end."""
        return self.data[self.position : self.position + 1]

    def skip_blanks(self) -> bool:
        """Skip white space and comments; return whether more follows. Raises Broken in an open comment."""
        while True:
            self._match(_LWSP)
            if self.peek() != b"(":
                return not self.at_end()
            self._skip_comment()

    def skip_to(self, byte: bytes) -> None:
        """Go on to the next ``byte`` behind this place, or to the end."""
        found = self.data.find(byte, self.position + 1)
        self.position = len(self.data) if found < 0 else found

    def token(self) -> bytes:
        """Return a MIME token, maybe empty. The blanks behind it are not skipped yet."""
        return self._match(_TOKEN)

    def until_separator(self) -> bytes:
        """Return all up to a semicolon or white space."""
        return self._match(_UNTIL_SEPARATOR)

    def quoted_string(self) -> bytes:
        """Return the quoted string that starts here, without line ends. Raises Broken when unclosed."""
        self.position += 1
        pieces: list[bytes] = []
        while True:
            pieces.append(self._match(_UNTIL_QUOTED_SPECIAL))
            special = self.peek()
            self.position += 1
            if special == b'"':
                return b"".join(pieces)
            if special == b"\n":
                pieces[-1] = pieces[-1].removesuffix(b"\r")
            elif special == b"\0":
                pieces.append(REPLACEMENT_UTF8)
            elif not special or self.at_end():
                self.position = len(self.data)
                raise Broken
            elif self.peek() not in b"\r\n\0":
                pieces.append(self.peek())
                self.position += 1
            else:
                pieces.append(b"\\")

    def _skip_comment(self) -> None:
        self.position += 1
        level = 1
        pieces: list[bytes] = []
        # of an open comment only what is in front of its last line end or backslash counts
        certain = 0
        try:
            while True:
                pieces.append(self._match(_UNTIL_COMMENT_SPECIAL))
                special = self.peek()
                self.position += 1
                level += (special == b"(") - (special == b")")
                if not level:
                    certain = len(pieces)
                    return
                if special in (b"(", b")"):
                    pieces.append(special)
                elif special == b"\n":
                    pieces[-1] = pieces[-1].removesuffix(b"\r")
                    certain = len(pieces)
                elif not special or self.at_end():
                    self.position = len(self.data)
                    raise Broken
                elif self.peek() not in b"\r\n\0":
                    certain = len(pieces)
                    pieces.append(self.peek())
                    self.position += 1
                else:
                    pieces.append(b"\\")
        finally:
            self.comment = b"".join(pieces[:certain])

    def _match(self, pattern: re.Pattern[bytes]) -> bytes:
        match = pattern.match(self.data, self.position)
        assert match is not None
        self.position = match.end()
        return match[0]


@dataclass(frozen=True, slots=True)
class ContentType:
    """A Content-Type: type and subtype in lower case, empty when broken, and its parameters.

    Parameters have names in lower case and keep their order; a name can stand there more than
    once, the first one counts.
    """

    type: str
    subtype: str
    parameters: tuple[tuple[str, bytes], ...] = ()

    def parameter(self, name: str) -> bytes | None:
        """Return the value of the first parameter ``name``, given in lower case."""
        return next((value for key, value in self.parameters if key == name), None)

    def is_(self, full_type: str) -> bool:
        """Tell whether this is ``full_type``, given in lower case."""
        return f"{self.type}/{self.subtype}" == full_type


def parse_content_type(value: bytes, version: Version = Version.V23) -> ContentType:
    """Read a Content-Type value.

    A broken one has no type, as ``text/plain foo``. A type that nothing follows stands alone,
    as ``text``: its subtype is empty (Dovecot 2.3.19.1).
    """
    scanner = Scanner(value)
    main = b""
    try:
        scanner.skip_blanks()
        main = scanner.token()
        more = scanner.skip_blanks()
    except Broken:
        more = False
    if not more:
        return ContentType(_lower(main), "")
    try:
        subtype = _read_subtype(scanner)
    except Broken:
        return ContentType("", "")
    parameters = join_pieces(_read_parameters(scanner), version)
    return ContentType(
        _lower(main), _lower(subtype), tuple((_lower(key), value) for key, value in parameters)
    )


def parse_transfer_encoding(value: bytes) -> str:
    """Return the name of a Content-Transfer-Encoding in lower case, empty when it isn't one token."""
    scanner = Scanner(value)
    name = b""
    try:
        scanner.skip_blanks()
        name = scanner.token()
        if scanner.skip_blanks() and scanner.peek() != b";":
            return ""
    except Broken:
        pass
    return _lower(name)


def _read_subtype(scanner: Scanner) -> bytes:
    _expect(scanner, b"/")
    scanner.skip_blanks()
    subtype = scanner.token()
    if not subtype or (scanner.skip_blanks() and scanner.peek() != b";"):
        raise Broken
    return subtype


def _read_parameters(scanner: Scanner) -> list[Parameter]:
    """Read ``; name=value`` pairs, going on at the next semicolon after what can't be read."""
    found: list[Parameter] = []
    while not scanner.at_end():
        try:
            found.append(_read_parameter(scanner))
        except Broken:
            scanner.skip_to(b";")
    return found


def _read_parameter(scanner: Scanner) -> Parameter:
    _expect(scanner, b";")
    scanner.skip_blanks()
    name = scanner.token()
    scanner.skip_blanks()
    _expect(scanner, b"=")
    value = b""
    if scanner.skip_blanks():
        if scanner.peek() == b'"':
            value = scanner.quoted_string()
        elif scanner.peek() == b"=":
            # a bare encoded word: name==?utf-8?b?...?=
            return name, scanner.until_separator()
        else:
            value = scanner.token()
        scanner.skip_blanks()
    return name, value


def _expect(scanner: Scanner, byte: bytes) -> None:
    if scanner.peek() != byte:
        raise Broken
    scanner.position += 1


def _lower(name: bytes) -> str:
    return name.lower().decode("latin-1")
