"""The head of an HTTP answer, read as strictly and as leniently as Dovecot reads it, in its words.

Source: lib-http of 2.3.19.1 and 2.4.1, with running servers. A general HTTP parser refuses other answers
than Dovecot does, and can't say why in its words.
"""

from __future__ import annotations

import re
from typing import NamedTuple, Protocol

from drivers.http import BadResponseError, HttpResponse
from drivers.http_body import Body
from drivers.http_message import Message
from drivers.http_settings import HeadLimits

_VERSION = re.compile(rb"HTTP/[0-9]\.[0-9]")
_STATUS = re.compile(rb"[1-5][0-9][0-9]")
_REASON = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]*")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_BARE_CR = re.compile(rb"\r([^\n])")
_NO_TEXT = re.compile(rb"[^\t\x20-\x7e\x80-\xff]+")
_SHOWN_BYTES = 20
_SHOWN_NAME = 64
_NAMED = {0x0A: "<LF>", 0x0D: "<CR>"}
_OWN_LIMIT = 1 << 20
"""Where Dovecot has no limit, as for the status line, and in 2.3 for the whole head."""


class Head(NamedTuple):
    """A complete head: the answer, what its body is, and whether the connection ends with it."""

    response: HttpResponse
    body: Body | None
    closes: bool


class AnswerParser(Protocol):
    """Reads one head from bytes as they come in."""

    def feed(self, data: bytearray) -> Head | None:
        """Drop what is understood from the beginning of ``data``; return the head when it is complete.

        Raises TransportError.
        """
        ...

    def is_interim(self, status: int) -> bool:
        """Tell whether another head follows one of this status."""
        ...


class HeadParser:
    """Reads one head from bytes as they come in, as Dovecot does."""

    def __init__(self, limits: HeadLimits) -> None:
        self._limits = limits
        self._message: Message | None = None
        self._size = 0
        self._count = 0

    def feed(self, data: bytearray) -> Head | None:
        """Drop what is understood from the beginning of ``data``; return the head when it is complete.

        Raises BadResponseError with Dovecot's text, as soon as a byte shows that something is wrong.
        """
        if len(data) > _OWN_LIMIT:
            raise _problem("Excessive header size")
        if self._message is None:
            self._message = _status_line(data)
            if self._message is None:
                return None
        position = 0
        try:
            while position < len(data):
                end = self._line(data, position, self._message)
                if not end:
                    return None
                if data[position] in b"\r\n":
                    position = end
                    return Head(*self._message.end())
                position = end
        finally:
            del data[:position]
        return None

    def is_interim(self, status: int) -> bool:
        """Tell whether another head follows one of this status."""
        return status // 100 == 1

    def _line(self, data: bytearray, start: int, message: Message) -> int:
        """Read the field, or the empty line, at ``start``; return where it ends, 0 if it isn't complete."""
        if data[start] in b"\r\n":
            end = start + (2 if data[start] == 0x0D else 1)
            if end > len(data):
                return 0
            if data[end - 1] != 0x0A:
                found = _shown(data[end - 1])
                raise _problem(f"Encountered stray CR at beginning of header line, followed by {found}")
            self._check_size(end - start)
            return end
        end = _end_of_field(data, start)
        text = bytes(data[start : end or len(data)])
        name = self._check_field(text)
        self._check_size(len(text))
        if end:
            self._size += len(text)
            self._count += 1
            written = text[len(name) + 1 :].rstrip(b"\r\n").lstrip(b" \t")
            content = _NO_TEXT.sub(b"", _FOLD.sub(b" ", written)).rstrip(b" \t")
            message.add(name.decode("ascii"), content.decode("latin-1"))
        return end

    def _check_field(self, text: bytes) -> bytes:
        """Return the name of a field, or of the beginning of one."""
        match = _NAME.match(text)
        name = match[0] if match else b""
        if len(name) == len(text):
            return name
        if not name:
            raise _problem("Empty header field name")
        shown = name.decode("ascii")[:_SHOWN_NAME]
        if text[len(name)] != 0x3A:
            found = _shown(text[len(name)])
            raise _problem(f"Expected ':' after header field name '{shown}', but found {found}")
        if self._limits.fields and self._count >= self._limits.fields:
            raise _problem("Excessive number of header fields")
        if bare := _BARE_CR.search(text):
            found = _shown(bare[1][0])
            raise _problem(f"Expected LF after CR at end of header field '{shown}', but found {found}")
        return name

    def _check_size(self, size: int) -> None:
        """``size`` is that of the field, or of what there is of it."""
        if self._size + size > (self._limits.size or _OWN_LIMIT):
            raise _problem("Excessive header size")
        if self._limits.field_size and size > self._limits.field_size:
            raise _problem("Excessive header field size")


def _end_of_field(data: bytearray, start: int) -> int:
    """Return where a field with all its folded lines ends, 0 if that isn't known yet."""
    end = start
    while end := data.find(b"\n", end) + 1:
        if end == len(data):
            return 0
        if data[end] not in b" \t":
            return end
    return 0


def _status_line(data: bytearray) -> Message | None:
    """Take the status line from ``data``; None while it isn't complete."""
    head = bytes(data[:64])
    if len(head) >= 8 and not _VERSION.match(head):
        raise BadResponseError(f"Invalid HTTP version in response: {sanitized(head)}")
    if head[8:9] not in (b"", b" "):
        raise BadResponseError(f"Expected ' ' after response version, but found {sanitized(head[8:])}")
    if len(head) >= 12 and not _STATUS.match(head[9:12]):
        raise BadResponseError("Invalid HTTP status code in response")
    if head[12:13] not in (b"", b" "):
        raise BadResponseError(f"Expected ' ' after response status code, but found {sanitized(head[12:])}")
    match = _REASON.match(data, 13) if len(data) > 13 else None
    if match is None or match.end() == len(data):
        return None
    end = match.end()
    if data[end] == 0x0D:
        end += 1
        if end == len(data):
            return None
    if data[end] != 0x0A:
        found = sanitized(bytes(data[end : end + _SHOWN_BYTES]))
        raise BadResponseError(f"Expected line end after response, but found {found}")
    message = Message((head[5] - 0x30, head[7] - 0x30), int(head[9:12]), match[0].decode("utf-8", "replace"))
    del data[: end + 1]
    return message


def _problem(text: str) -> BadResponseError:
    return BadResponseError(f"Failed to parse header: {text}")


def _shown(byte: int) -> str:
    return f"'{byte:c}'" if 0x20 <= byte < 0x7F else f"0x{byte:02x}"


def sanitized(data: bytes) -> str:
    """Show up to 20 bytes: printable runs as ```text'``, others as ``<CR>``, ``<LF>`` or ``<0x00>``."""
    shown: list[str] = []
    quoted = False
    for byte in data[:_SHOWN_BYTES]:
        printable = 0x20 <= byte < 0x7F
        if printable != quoted:
            shown.append("`" if printable else "'")
            quoted = printable
        shown.append(chr(byte) if printable else _NAMED.get(byte, f"<0x{byte:02x}>"))
    if quoted:
        shown.append("'")
    return "".join(shown)
