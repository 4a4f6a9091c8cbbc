"""The body of an answer: where it ends, so that the connection can be used again, and what is in it."""

from __future__ import annotations

import re
from typing import Protocol

from drivers.http import BadResponseError

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_TEXT = rb"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"
_CHUNK = re.compile(rb"([0-9A-Fa-f]+)(?:;" + _TOKEN + rb"(?:=(?:" + _TOKEN + rb'|"' + _TEXT + rb'"))?)*\r?\n')
_HEX = b"0123456789abcdefABCDEF"
_MAX_LINE = 64 * 1024
_MAX_SIZE_DIGITS = 16

MAX_CONTENT = 16 * 2**20
"""No more of a body is kept (bytes)."""


class Body(Protocol):
    """A body on its way in; what it holds is kept in ``content`` if there is one."""

    content: bytearray | None

    def skip(self, data: bytearray) -> bool:
        """Drop from the beginning of ``data`` what belongs to the body; return whether it has ended.

        Raises BadResponseError where its end can't be known any more.
        """
        ...


class SizedBody:
    """A body whose Content-Length is known."""

    def __init__(self, size: int) -> None:
        self._left = size
        self.content: bytearray | None = None

    def skip(self, data: bytearray) -> bool:
        """See :class:`Body`."""
        size = min(self._left, len(data))
        _move(data, size, self.content)
        self._left -= size
        return not self._left


class EndlessBody:
    """A body that ends with the connection."""

    def __init__(self) -> None:
        self.content: bytearray | None = None

    def skip(self, data: bytearray) -> bool:
        """See :class:`Body`."""
        _move(data, len(data), self.content)
        return False


class ChunkedBody:
    """A body in chunks, with trailers (RFC 9112 section 7.1)."""

    def __init__(self) -> None:
        self._left = 0
        self._behind_chunk = False
        self._in_trailers = False
        self.content: bytearray | None = None

    def skip(self, data: bytearray) -> bool:
        """See :class:`Body`."""
        while data:
            if self._left:
                size = min(self._left, len(data))
                _move(data, size, self.content)
                self._left -= size
                continue
            end = data.find(b"\n") + 1
            if not end:
                self._check_beginning(data)
                return False
            line = bytes(data[:end])
            del data[:end]
            if self._line(line):
                return True
        return False

    def _line(self, line: bytes) -> bool:
        """Take a line between chunks; return whether it is the last one."""
        if self._in_trailers:
            return not line.strip(b"\r\n")
        if self._behind_chunk:
            if line.strip(b"\r\n"):
                raise BadResponseError("Invalid payload: Expected new line after chunk data")
            self._behind_chunk = False
            return False
        match = _CHUNK.fullmatch(line)
        if match is None or len(match[1].lstrip(b"0")) > _MAX_SIZE_DIGITS:
            raise BadResponseError("Invalid payload: Expected chunk size digit")
        self._left = int(match[1], 16)
        self._in_trailers = not self._left
        self._behind_chunk = not self._in_trailers
        return False

    def _check_beginning(self, data: bytearray) -> None:
        expected = b"\r" if self._behind_chunk else _HEX
        if len(data) > _MAX_LINE or not (self._in_trailers or data[0] in expected):
            raise BadResponseError("Invalid payload")


def _move(data: bytearray, size: int, content: bytearray | None) -> None:
    if content is not None:
        content += data[:size]
        if len(content) > MAX_CONTENT:
            raise BadResponseError(f"Invalid payload: more than {MAX_CONTENT} bytes")
    del data[:size]
