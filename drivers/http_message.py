"""What the fields of an answer mean: its body, and whether the connection goes on (lib-http of 2.3.19.1)."""

from __future__ import annotations

import re

from drivers.http import BadResponseError, HttpResponse
from drivers.http_body import Body, ChunkedBody, EndlessBody, SizedBody

_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_QUOTED = r'"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[\t\x20-\x7e\x80-\xff])*"'
_PARAMETER = rf"[ \t]*;[ \t]*({_TOKEN})[ \t]*=[ \t]*(?:{_TOKEN}|{_QUOTED})"
_CODING = re.compile(rf"({_TOKEN})(?:{_PARAMETER})?(?:{_PARAMETER.replace('(' + _TOKEN, '(?:' + _TOKEN)})*")
_COMMA = re.compile(r"[ \t]*,[ \t]*")
_WORD = re.compile(_TOKEN)
_MAX_LENGTH = (1 << 64) - 1
_WITHOUT_BODY = (204, 304)


class Message:
    """The head of an answer while it is read."""

    def __init__(self, version: tuple[int, int], status: int, reason: str) -> None:
        self._version = version
        self._status = status
        self._reason = reason
        self._fields: list[tuple[str, str]] = []
        self._length: int | None = None
        self._codings: list[tuple[str, str]] | None = None
        self._connection: set[str] = set()

    def add(self, name: str, value: str) -> None:
        """Take a field; raise BadResponseError with Dovecot's text."""
        self._fields.append((name, value))
        match name.lower():
            case "connection":
                self._add_connection(value)
            case "content-length":
                self._add_length(value)
            case "transfer-encoding":
                self._add_codings(value)

    def end(self) -> tuple[HttpResponse, Body | None, bool]:
        """Return the answer, its body (None without one), and whether the connection ends with it."""
        closes = "close" in self._connection
        if self._version == (1, 0) and "keep-alive" not in self._connection:
            closes = True
        return HttpResponse(self._status, self._reason, tuple(self._fields)), self._body(), closes

    def _body(self) -> Body | None:
        if (self._status // 100 == 1 or self._status == 204) and self._length:
            raise BadResponseError(
                f"Unexpected Content-Length header field for {self._status} response (length={self._length})"
            )
        if self._status // 100 == 1 or self._status in _WITHOUT_BODY:
            return None
        if self._codings is not None:
            return self._coded_body(self._codings)
        if self._length is None:
            return EndlessBody()
        return SizedBody(self._length) if self._length else None

    def _coded_body(self, codings: list[tuple[str, str]]) -> Body:
        problem = ""
        chunked = False
        for name, parameter in codings:
            if name.lower() == "chunked":
                chunked = True
                if parameter:
                    text = f"Unexpected parameter `{parameter}' specifiedfor the `{name}' transfer coding"
                    problem = problem or text
            elif chunked:
                raise BadResponseError("Chunked Transfer-Encoding must be last")
            else:
                problem = problem or f"Unknown transfer coding `{name}'"
        if problem:
            raise BadResponseError(problem)
        return ChunkedBody()

    def _add_connection(self, value: str) -> None:
        words = [word for word in _COMMA.split(value) if word]
        if not words or not all(_WORD.fullmatch(word) for word in words):
            raise BadResponseError("Invalid Connection header")
        self._connection.update(word.lower() for word in words)

    def _add_length(self, value: str) -> None:
        if self._length is not None:
            raise BadResponseError("Duplicate Content-Length header")
        digits = value.lstrip("0")
        if not (value.isascii() and value.isdigit()) or len(digits) > 20 or int(digits or "0") > _MAX_LENGTH:
            raise BadResponseError("Invalid Content-Length header")
        self._length = int(digits or "0")

    def _add_codings(self, value: str) -> None:
        self._codings = self._codings or []
        position = 0
        while True:
            if coding := _CODING.match(value, position):
                self._codings.append((coding[1], coding[2] or ""))
                position = coding.end()
            comma = _COMMA.match(value, position)
            if comma is None:
                break
            position = comma.end()
        if value[position:].strip(" \t") or not self._codings:
            raise BadResponseError("Invalid Transfer-Encoding header")
