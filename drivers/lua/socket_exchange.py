"""What ``socket.http`` sends and hears: loaded when a script first sends a request with it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dovecot_conf.http_url import HttpUrlError, parse_http_url
from drivers.http import (
    Attempt,
    BadResponseError,
    ConnectFailedError,
    HostLookupError,
    HttpRequest,
    HttpResponse,
    RequestTimedOutError,
    TooLateError,
    TransportError,
)
from drivers.http_queue import HttpResult
from drivers.http_settings import HttpSettings
from drivers.lua.machine import LuaMachine, decode, encode
from drivers.lua.socket_answers import SocketAnswerError, SocketHeadParser, SocketResponse
from drivers.report import Attempt as ReportedAttempt

if TYPE_CHECKING:
    from drivers.session import Surroundings

_TEXTS: Mapping[type[TransportError], str] = {
    HostLookupError: "host or service not provided, or not known",
    ConnectFailedError: "connection refused",
    RequestTimedOutError: "timeout",
    TooLateError: "timeout",
    BadResponseError: "invalid chunk size",
}
"""LuaSocket's words for what went wrong; a connection that ends is ``closed``."""

_LONGEST = 3600.0


def exchange(
    machine: LuaMachine,
    world: Surroundings,
    requests: list[tuple[HttpRequest, HttpResult]],
    method: bytes,
    url: bytes,
    headers: Any,
    *more: Any,
) -> tuple[Any, ...]:
    """Send a request; return status, status line, headers and body, or None and LuaSocket's words.

    ``requests`` receives what was sent. ``more`` are the body, None without one, and the timeout in seconds.
    """
    body, timeout = more
    pairs = [(decode(header[1]), decode(header[2])) for header in headers.values()]
    try:
        target = parse_http_url(decode(url))
    except HttpUrlError as error:
        return None, encode(error.message)
    request = HttpRequest(
        *(decode(method), target, tuple(pairs), body or b""), wants_body=True, reader=SocketHeadParser
    )
    answer = _exchanged(request, world, timeout, requests)
    if isinstance(answer, str):
        return None, encode(answer)
    flat = [encode(text) for field in answer.headers for text in field]
    return answer.status, encode(_status_line(answer)), machine.array(flat), answer.body


def _status_line(answer: HttpResponse) -> str:
    """Return the status line; it is empty when nothing but a body came."""
    if isinstance(answer, SocketResponse):
        return answer.line
    return f"HTTP/1.1 {answer.status} {answer.reason}"


def _exchanged(
    request: HttpRequest,
    world: Surroundings,
    timeout: Any,
    requests: list[tuple[HttpRequest, HttpResult]],
) -> HttpResponse | str:
    """Send once; return the answer, or in LuaSocket's words what went wrong."""
    seconds = float(timeout) if isinstance(timeout, (int, float)) and timeout > 0 else 60.0
    settings = HttpSettings(timeout=seconds, connect_timeout=seconds)
    begin = world.clock.monotonic()
    try:
        response = world.transport.send(request, Attempt(settings, time.monotonic() + _LONGEST))
    except TransportError as error:
        text = str(error) if isinstance(error, SocketAnswerError) else _TEXTS.get(type(error), "closed")
        elapsed = (world.clock.monotonic() - begin) * 1000
        attempt = ReportedAttempt(None, "", text, elapsed)
        requests.append((request, HttpResult(True, False, text, (attempt,), error=error.without_frames())))
        return text
    if response is None:
        requests.append((request, HttpResult(sent=False, success=False, message="", attempts=())))
        return HttpResponse(200, "OK")
    elapsed = (world.clock.monotonic() - begin) * 1000
    attempt = ReportedAttempt(response.status, response.reason, "", elapsed)
    message = f"{response.status} {response.reason}"
    success = response.status // 100 == 2
    requests.append((request, HttpResult(True, success, message, (attempt,), response)))
    return response
