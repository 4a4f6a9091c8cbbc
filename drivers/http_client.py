"""Dovecot's HTTP client as ``ox`` sees it: a queue, attempts, and the texts of failures.

Source: lib-http of Dovecot 2.3.19.1 (2.4.1 behaves the same), seen with a running server.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

from dovecot_conf.http_url import HttpUrlError, parse_http_url
from drivers.clock import Clock
from drivers.http import (
    ConnectionLostError,
    HttpRequest,
    HttpResponse,
    RequestTimedOutError,
    Transport,
    TransportError,
    UnansweredError,
)
from drivers.report import Attempt

_FIRST_BACKOFF_SECONDS = 0.1
_MAX_BACKOFF_SECONDS = 60.0
_GIVE_UP_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class HttpResult:
    """How a request ended.

    ``sent`` is False when the transport sends nothing. ``message`` is Dovecot's text about the
    answer: status and reason, or what went wrong.
    """

    sent: bool
    success: bool
    message: str
    attempts: tuple[Attempt, ...]


Callback = Callable[[HttpResult], None]


@dataclass(slots=True)
class _Progress:
    """What has happened to a request so far; times are those of the monotonic clock."""

    request: HttpRequest
    submitted: float
    first_sent: float = 0.0
    last_sent: float = 0.0
    retries: int = 0
    attempts: list[Attempt] = field(default_factory=list)
    backoff: float = _FIRST_BACKOFF_SECONDS

    def ended(self, now: float, status: int | None, reason: str, error: str) -> None:
        self.attempts.append(Attempt(status, reason, error, (now - self.last_sent) * 1000))


class HttpClient:
    """Sends queued requests one after the other.

    ``timeout`` is that of one attempt in seconds. However many attempts are allowed, none begins
    later than ten minutes after the request was queued.
    """

    def __init__(self, transport: Transport, clock: Clock, max_attempts: int, timeout: float) -> None:
        self._transport = transport
        self._clock = clock
        self._max_attempts = max_attempts
        self._timeout = timeout
        self._queue: list[tuple[_Progress, Callback]] = []

    def submit(self, request: HttpRequest, callback: Callback) -> None:
        """Queue a request; ``callback`` gets its result during :meth:`wait`."""
        self._queue.append((_Progress(request, self._clock.monotonic()), callback))

    def wait(self) -> None:
        """Send everything that is queued."""
        while self._queue:
            progress, callback = self._queue.pop(0)
            callback(self._send(progress))

    def _send(self, progress: _Progress) -> HttpResult:
        """Make attempts until one decides."""
        while True:
            progress.last_sent = self._clock.monotonic()
            progress.first_sent = progress.first_sent or progress.last_sent
            response: HttpResponse | None = None
            try:
                response = self._transport.send(progress.request, self._timeout)
                if response is None:
                    return HttpResult(sent=False, success=False, message="", attempts=())
            except TransportError as error:
                now = self._clock.monotonic()
                message = _failure_text(error, progress, now)
                progress.ended(now, None, "", message)
                delay = _delay_after_failure(error, progress)
            else:
                now = self._clock.monotonic()
                message = self._answer_text(response, progress, now)
                progress.ended(now, response.status, response.reason, "")
                delay = self._delay_after(response)
            if delay is None or not self._may_retry(progress, now):
                success = response is not None and response.status // 100 == 2
                return HttpResult(True, success, message, tuple(progress.attempts))
            progress.retries += 1
            self._clock.sleep(delay)

    def _may_retry(self, progress: _Progress, now: float) -> bool:
        return progress.retries + 1 < self._max_attempts and now - progress.submitted < _GIVE_UP_SECONDS

    def _delay_after(self, response: HttpResponse) -> float | None:
        """Return how long to wait before another attempt; None when this answer is final."""
        if response.status == 408:
            return 0.0
        if response.status == 503 and (wait := self._retry_after(response)) is not None and wait >= 0:
            return float(wait) if wait <= int(self._timeout) else None
        return None

    def _retry_after(self, response: HttpResponse) -> int | None:
        """Return the seconds left until the time in Retry-After; a number there counts from Date."""
        value = response.header("Retry-After")
        if value is None:
            return None
        if value.isascii() and value.isdigit():
            date = _http_time(response.header("Date"))
            until = None if date is None else date + int(value[:9])
        else:
            until = _http_time(value)
        return None if until is None else until - int(self._clock.now())

    def _answer_text(self, response: HttpResponse, progress: _Progress, now: float) -> str:
        redirect = self._refused_redirect(response)
        if redirect:
            return redirect
        text = f"{response.status} {response.reason}"
        if progress.retries:
            text += f" ({progress.retries} retries in {_seconds(now - progress.submitted)} secs)"
        return text

    def _refused_redirect(self, response: HttpResponse) -> str:
        """Return why a redirect is not followed; empty when the answer is none, or asks to wait too long."""
        location = response.header("Location")
        if response.status // 100 != 3 or response.status == 304 or location is None:
            return ""
        if (self._retry_after(response) or 0) > int(self._timeout):
            return ""
        try:
            parse_http_url(location, allow_userinfo=False)
        except HttpUrlError as error:
            return f"Invalid redirect location: {error.message}"
        return "Redirect refused"


def _delay_after_failure(error: TransportError, progress: _Progress) -> float | None:
    if isinstance(error, RequestTimedOutError):
        return 0.0
    if isinstance(error, ConnectionLostError):
        delay = progress.backoff
        progress.backoff = min(delay * 2, _MAX_BACKOFF_SECONDS)
        return delay
    return None


def _failure_text(error: TransportError, progress: _Progress, now: float) -> str:
    if not isinstance(error, UnansweredError):
        return str(error)
    if isinstance(error, ConnectionLostError):
        connection = f"(conn:{error.peer},id={len(progress.attempts) + 1})"
        text = f"Connection lost: read({connection}) failed: {error}"
    else:
        text = "Request timed out"
    return f"{text} (Request {_statistics(error, progress, now)})"


def _statistics(error: UnansweredError, progress: _Progress, now: float) -> str:
    """Return the times of a request in the words of ``http_client_request_append_stats_text``."""
    sends = len(progress.attempts) + 1
    parts = [f"queued {_seconds(now - progress.submitted)} secs ago"]
    if progress.retries:
        parts.append(f"{progress.retries} times retried")
    parts.append(f"{sends} send attempts in {_seconds(now - progress.first_sent)} secs")
    if sends > 1:
        parts.append(f"{_seconds(now - progress.last_sent)} in last attempt")
    parts.append(f"{_seconds(now - error.connected)} in http ioloop")
    parts.append(f"{_seconds(0.0)} in other ioloops")
    parts.append(f"connected {_seconds(now - error.connected)} secs ago")
    return ", ".join(parts)


def _seconds(seconds: float) -> str:
    return f"{max(seconds, 0.0):.3f}"


def _http_time(value: str | None) -> int | None:
    try:
        return int(parsedate_to_datetime(value).timestamp()) if value else None
    except (ValueError, OverflowError):
        return None
