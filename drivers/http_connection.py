"""One connection to a server: a request goes out, the head of its answer comes back.

httpcore carries the bytes (sockets, TLS, timeouts). What they mean is read as Dovecot reads it, see
``drivers.http_answer``; bodies of answers are passed over when the connection is used again.
"""

from __future__ import annotations

import time
from dataclasses import replace

import httpcore

from drivers.http import (
    Attempt,
    BadResponseError,
    ConnectionLostError,
    HttpRequest,
    HttpResponse,
    RequestTimedOutError,
    TooLateError,
    TransportError,
)
from drivers.http_answer import AnswerParser, Head, HeadParser
from drivers.http_body import Body, EndlessBody
from drivers.http_settings import HeadLimits
from drivers.system_errors import cause

_READ_BYTES = 65536
_SHORTEST = 0.001
"""A timeout that is never quite zero, which would mean something else."""


class Connection:
    """An open connection; ``name`` is Dovecot's name of its ``stream``: ``(conn:127.0.0.1:80,id=1)``."""

    def __init__(self, stream: httpcore.NetworkStream, name: str) -> None:
        self.stream = stream
        self._name = name
        self._connected = time.monotonic()
        self._idle_since = self._connected
        self._received = bytearray()
        self._body: Body | None = None
        self._answered = False

    def close(self) -> None:
        """End the connection."""
        self.stream.close()

    def is_reusable(self, max_idle: float) -> bool:
        """Tell whether another request can go out; look at what has come in since the last answer."""
        if max_idle and time.monotonic() - self._idle_since >= max_idle:
            return False
        try:
            while self.stream.get_extra_info("is_readable"):
                if not (data := self.stream.read(_READ_BYTES, timeout=_SHORTEST)):
                    return False
                self._received += data
            self._pass_over_body()
            unexpected = self._received and HeadParser(HeadLimits()).feed(bytearray(self._received))
        except httpcore.ReadTimeout:
            return True
        except (httpcore.ReadError, BadResponseError):
            return False
        return not unexpected

    def exchange(self, request: HttpRequest, attempt: Attempt) -> tuple[HttpResponse, bool]:
        """Send a request; return the answer, and whether the connection can be used again.

        Raises TransportError.
        """
        try:
            self.stream.write(_encoded(request), timeout=self._left(attempt))
            head = self._head(request, attempt)
        except httpcore.WriteTimeout:
            raise self._timed_out(attempt) from None
        except httpcore.WriteError:
            raise self._lost("Remote disconnected") from None
        response = self._with_body(head, attempt) if request.wants_body else head.response
        self._idle_since = time.monotonic()
        return response, not head.closes

    def _with_body(self, head: Head, attempt: Attempt) -> HttpResponse:
        """Read the body; one that ends with the connection is whole when that ends."""
        body = head.body
        if body is None:
            return head.response
        body.content = bytearray()
        try:
            while not self._pass_over_body():
                self._receive(attempt)
        except ConnectionLostError:
            if not isinstance(body, EndlessBody):
                raise
        return replace(head.response, body=bytes(body.content))

    def _head(self, request: HttpRequest, attempt: Attempt) -> Head:
        """Read heads until one is that of a final answer."""
        parser = _parser(request, attempt)
        while True:
            if self._pass_over_body() and (head := parser.feed(self._received)) is not None:
                if not parser.is_interim(head.response.status):
                    self._body = head.body
                    return head
                parser = _parser(request, attempt)
                continue
            self._receive(attempt)

    def _receive(self, attempt: Attempt) -> None:
        try:
            data = self.stream.read(_READ_BYTES, timeout=self._left(attempt))
        except httpcore.ReadTimeout:
            raise self._timed_out(attempt) from None
        except httpcore.ReadError as error:
            raise self._lost(f"read({self._name}) failed: read(size=8192) failed: {cause(error)}") from None
        if not data:
            raise self._lost(f"read({self._name}) failed: EOF")
        self._answered = True
        self._received += data

    def _pass_over_body(self) -> bool:
        """Drop what has come of the last answer's body; return whether that was all of it."""
        if self._body is not None and self._body.skip(self._received):
            self._body = None
        return self._body is None

    def _left(self, attempt: Attempt) -> float:
        return max(min(attempt.settings.timeout, attempt.deadline - time.monotonic()), _SHORTEST)

    def _timed_out(self, attempt: Attempt) -> TransportError:
        if time.monotonic() >= attempt.deadline:
            return TooLateError(sent=True)
        return RequestTimedOutError("", self._connected)

    def _lost(self, reason: str) -> ConnectionLostError:
        return ConnectionLostError(reason, self._connected, premature=not self._answered)


def _parser(request: HttpRequest, attempt: Attempt) -> AnswerParser:
    return request.reader() if request.reader is not None else HeadParser(attempt.settings.limits)


def _encoded(request: HttpRequest) -> bytes:
    lines = [f"{request.method} {request.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + request.body
