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
_PARENTHESES = re.compile(rb"[()]|\\[^\r\n\0]")
_QUOTED_STRING = re.compile(rb'"((?:[^"\\]++|\\[^\r\n\0]|\\(?=[\r\n\0]))*)"')
_ESCAPE = re.compile(rb"\\([^\r\n\0])")
_LINE_END = re.compile(rb"\r?\n")
_LAST_CERTAIN = re.compile(rb"(.*)(?:\r?\n|\\[^\r\n\0])", re.DOTALL)
_UNTIL_SEPARATOR = re.compile(rb"[^; \t\r\n]*")

# All of it: what follows must not be taken for a part of it.
_BLANK = rb"(?:[ \t\r\n]++|\([^()\\]*+\))*(?![ \t\r\n]|\([^()\\]*+\))"
_NAME = rb"[A-Za-z0-9!#$%&'*+\-.^_`{|}~\x80-\xff]"
_WANTED = rb"charset|boundary"


def _unwanted(wanted: bytes) -> re.Pattern[bytes]:
    """Match parameters in a row, but for ``wanted`` names, and what can't be one.

    A header may be as large as a mail.
    """
    return re.compile(
        rb"(?:;%(blank)b(?!%(wanted)b)%(name)b*+%(blank)b"
        rb"(?:=%(blank)b(?:%(name)b++|\"[^\"\\]*+\")%(blank)b(?=;)|[^=(][^;]*+(?=;)))*"
        % {b"blank": _BLANK, b"name": _NAME, b"wanted": wanted},
        re.IGNORECASE,
    )


_UNWANTED = _unwanted(_WANTED)
# In 2.3 a bare ``charset*`` has to do with the pieces of other parameters in front of it.
_UNWANTED_AND_WHOLE = _unwanted(_WANTED + rb"|[^*=;]*+\*")
_BARE_PIECE = re.compile(rb"(?:%b)[ \t\r\n]*+\*" % _WANTED, re.IGNORECASE)


class Broken(Exception):  # noqa: N818
    """The value ends in the middle of something; the scanner stands where reading stopped."""


class Scanner:
    """A position in a header value, and the steps the grammar is made of."""

    __slots__ = ("_comment", "data", "position")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0
        self._comment = (0, 0, True)

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

    def skip(self, pattern: re.Pattern[bytes]) -> None:
        """Go on behind what ``pattern``, which may be nothing, finds here."""
        self._match(pattern)

    def token(self) -> bytes:
        """Return a MIME token, maybe empty. The blanks behind it are not skipped yet."""
        return self._match(_TOKEN)

    def until_separator(self) -> bytes:
        """Return all up to a semicolon or white space."""
        return self._match(_UNTIL_SEPARATOR)

    def quoted_string(self) -> bytes:
        """Return the quoted string that starts here, without line ends. Raises Broken when unclosed."""
        found = _QUOTED_STRING.match(self.data, self.position)
        if found is None:
            self.position = len(self.data)
            raise Broken
        self.position = found.end()
        return _unquoted(found[1])

    @property
    def comment(self) -> bytes:
        """The text of the last comment; of an open one, what precedes its last line end or escape."""
        start, end, closed = self._comment
        text = self.data[start:end]
        if not closed:
            certain = _LAST_CERTAIN.match(text)
            text = certain[1] if certain else b""
        return _unquoted(text)

    def forget_comment(self) -> None:
        """Let ``comment`` be empty until the next one."""
        self._comment = (0, 0, True)

    def _skip_comment(self) -> None:
        start = self.position + 1
        level = 1
        # parentheses that are never closed need not be counted
        end = self.data.rfind(b")", start) + 1
        for found in _PARENTHESES.finditer(self.data, start, end):
            if found[0] == b"(":
                level += 1
            elif found[0] == b")":
                level -= 1
            if not level:
                self.position = found.end()
                self._comment = (start, found.start(), True)
                return
        self.position = len(self.data)
        self._comment = (start, self.position, False)
        raise Broken

    def _match(self, pattern: re.Pattern[bytes]) -> bytes:
        match = pattern.match(self.data, self.position)
        assert match is not None
        self.position = match.end()
        return match[0]


@dataclass(frozen=True, slots=True)
class ContentType:
    """A Content-Type: type and subtype in lower case, empty when broken, and its parameters.

    Parameters are those that a mail is read by, charset and boundary. They have names in lower case
    and keep their order; a name can stand there more than once, the first one counts.
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
    """Read charset and boundary of ``; name=value`` pairs, and maybe others.

    Goes on at the next semicolon after what can't be read.
    """
    found: list[Parameter] = []
    unwanted = _UNWANTED_AND_WHOLE if _BARE_PIECE.search(scanner.data) else _UNWANTED
    while not scanner.at_end():
        scanner.skip(unwanted)
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


def _unquoted(text: bytes) -> bytes:
    """Return text without escapes and line ends; a backslash in front of a line end or NUL stays."""
    return _LINE_END.sub(b"", _ESCAPE.sub(rb"\1", text)).replace(b"\0", REPLACEMENT_UTF8)


def _lower(name: bytes) -> str:
    return name.lower().decode("latin-1")
