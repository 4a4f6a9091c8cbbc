"""The head of an HTTP answer, read as leniently as LuaSocket 3.0 reads it, in its words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from drivers.http import BadResponseError, HttpResponse, TransportError
from drivers.http_answer import Head
from drivers.http_body import Body, ChunkedBody, EndlessBody, SizedBody
from drivers.lua.machine import decode

_BEGINNING = b"HTTP/"
_STATUS = re.compile(rb"HTTP/[0-9]*\.[0-9]* ([0-9]{3})(?: (.*))?")
_FIELD = re.compile(rb"(.*?):[ \t\v\f]*(.*)", re.DOTALL)
_NUMBER = re.compile(r"\s*(-?(?:0[xX][0-9a-fA-F]{1,15}|[0-9]{1,18}))\s*", re.ASCII)
_BLANK = b" \t\v\f"
_OWN_LIMIT = 1 << 20
"""LuaSocket has none."""

_CONTINUE = 100
_WITHOUT_BODY = (204, 304)


class SocketAnswerError(TransportError):
    """An answer that LuaSocket doesn't understand; the text is what it returns."""


@dataclass(frozen=True, slots=True)
class SocketResponse(HttpResponse):
    """An answer with its whole status ``line``, which is empty where only a body came (HTTP/0.9)."""

    line: str = ""


class SocketHeadParser:
    """Reads one head from bytes as they come in."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []

    def feed(self, data: bytearray) -> Head | None:
        """Drop what is understood from the beginning of ``data``; return the head when it is complete.

        Raises SocketAnswerError.
        """
        if not self._lines and len(data) >= len(_BEGINNING) and not data.startswith(_BEGINNING):
            return Head(SocketResponse(200, ""), EndlessBody(), closes=True)
        if len(data) > _OWN_LIMIT or len(self._lines) > _OWN_LIMIT:
            raise BadResponseError("Excessive header size")
        while end := data.find(b"\n") + 1:
            line = bytes(data[:end]).replace(b"\r", b"").removesuffix(b"\n")
            del data[:end]
            self._check(line)
            if not line:
                return self._head()
            self._lines.append(line)
        return None

    def is_interim(self, status: int) -> bool:
        """Tell whether another head follows."""
        return status == _CONTINUE

    def _check(self, line: bytes) -> None:
        if not self._lines:
            if not _STATUS.match(line):
                raise SocketAnswerError(decode(line))
        elif line and not line[:1].strip(_BLANK):
            if len(self._lines) == 1:
                self._check_field(line)
        elif line:
            self._check_field(line)

    def _check_field(self, line: bytes) -> None:
        if not _FIELD.match(line):
            raise SocketAnswerError("malformed reponse headers")

    def _head(self) -> Head:
        first, *lines = self._lines
        match = _STATUS.match(first)
        assert match is not None
        status, reason = int(match[1]), decode(match[2] or b"")
        fields = tuple(_fields(lines))
        response = SocketResponse(status, reason, fields, line=decode(first))
        return Head(response, _body(response), closes=True)


def _fields(lines: list[bytes]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for line in lines:
        if found and not line[:1].strip(_BLANK):
            name, value = found[-1]
            found[-1] = name, value + decode(line)
        elif match := _FIELD.match(line):
            found.append((decode(match[1]), decode(match[2])))
    return found


def _body(response: HttpResponse) -> Body | None:
    if response.status // 100 == 1 or response.status in _WITHOUT_BODY:
        return None
    coding = ", ".join(response.all("transfer-encoding"))
    if coding and coding != "identity":
        return ChunkedBody()
    length = _number(", ".join(response.all("content-length")))
    if length is None:
        return EndlessBody()
    return SizedBody(length) if length > 0 else None


def _number(text: str) -> int | None:
    """Return a whole number as Lua reads one (``tonumber``), None for anything else."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    return int(match[1], 16 if "x" in match[1].lower() else 10)
