"""Dovecot's words for a request that failed (``http_client_request_append_stats_text`` of 2.3.19.1)."""

from __future__ import annotations

from typing import Protocol

from drivers.http import ConnectionLostError, RequestTimedOutError, TooLateError, TransportError


class Times(Protocol):
    """What is told about a request; times are those of the monotonic clock."""

    submitted: float
    first_sent: float
    last_sent: float
    sends: int
    retries: int


def seconds(number: float) -> str:
    """Return seconds as Dovecot writes them."""
    return f"{max(number, 0.0):.3f}"


def failure_text(error: TransportError, request: Times, now: float) -> str:
    """Return the text of a failure."""
    statistics = _statistics(request, now)
    if isinstance(error, TooLateError):
        return f"Absolute request timeout expired (Request {statistics})"
    if isinstance(error, ConnectionLostError):
        text = "Connection lost: " + str(error)
    elif isinstance(error, RequestTimedOutError):
        text = "Request timed out"
    else:
        return str(error)
    return f"{text} (Request {statistics}, connected {seconds(now - error.connected)} secs ago)"


def _statistics(request: Times, now: float) -> str:
    parts = [f"queued {seconds(now - request.submitted)} secs ago"]
    if request.retries:
        parts.append(f"{request.retries} times retried")
    if not request.sends:
        return ", ".join([*parts, "not yet sent", f"{seconds(now - request.submitted)} in other ioloops"])
    parts.append(f"{request.sends} send attempts in {seconds(now - request.first_sent)} secs")
    if request.sends > 1:
        parts.append(f"{seconds(now - request.last_sent)} in last attempt")
    if now - request.last_sent >= 0.001:
        parts.append(f"{seconds(now - request.last_sent)} in http ioloop")
    return ", ".join([*parts, f"{seconds(0.0)} in other ioloops"])
