"""The queue of requests to one server: which goes next, what follows from an answer or a failure.

Source: lib-http of Dovecot 2.3.19.1 and 2.4.1, seen with running servers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from dovecot_conf.http_url import HttpUrlError, parse_http_url
from drivers.clock import Clock
from drivers.http import (
    Attempt,
    ConnectFailedError,
    ConnectionLostError,
    HostLookupError,
    HttpRequest,
    HttpResponse,
    RequestTimedOutError,
    TooLateError,
    Transport,
    TransportError,
    UnansweredError,
)
from drivers.http_date import parse_http_date
from drivers.http_requests import redirected
from drivers.http_settings import HttpSettings
from drivers.http_texts import failure_text, seconds
from drivers.report import Attempt as ReportedAttempt

_GIVE_UP_SECONDS = 600.0
"""No attempt lasts or begins later after a request was queued, however many are allowed."""


@dataclass(frozen=True, slots=True)
class HttpResult:
    """How a request ended.

    ``sent`` is False when the transport sends nothing. ``message`` is Dovecot's text about the
    answer: status and reason, or what went wrong. ``response`` is the last answer, ``error`` what kept it
    from coming.
    """

    sent: bool
    success: bool
    message: str
    attempts: tuple[ReportedAttempt, ...]
    response: HttpResponse | None = None
    error: TransportError | None = None


@dataclass(slots=True, eq=False)
class Progress:
    """A request and what has happened to it so far; times are those of the monotonic clock."""

    request: HttpRequest
    submitted: float
    settings: HttpSettings
    first_sent: float = 0.0
    last_sent: float = 0.0
    sends: int = 0
    retries: int = 0
    redirects: int = 0
    release: float = 0.0
    attempts: list[ReportedAttempt] = field(default_factory=list)

    @property
    def deadline(self) -> float:
        """When the request fails as a whole."""
        return self.submitted + (self.settings.absolute_timeout or _GIVE_UP_SECONDS)

    def may_retry(self, now: float) -> bool:
        """Tell whether another attempt is allowed."""
        return self.retries + 1 < self.settings.max_attempts and now - self.submitted < _GIVE_UP_SECONDS

    def result(
        self,
        message: str,
        *,
        success: bool = False,
        response: HttpResponse | None = None,
        error: TransportError | None = None,
    ) -> HttpResult:
        """Return how it ended."""
        return HttpResult(True, success, message, tuple(self.attempts), response, error)


_MOMENT = 1e-6

Done = Callable[[Progress, HttpResult], None]


class HttpQueue:
    """Requests to one server, sent over one connection at a time, the oldest one first."""

    def __init__(self, transport: Transport, clock: Clock, settings: HttpSettings) -> None:
        self._transport = transport
        self._clock = clock
        self._settings = settings
        self._queued: list[Progress] = []
        self._quiet_until = 0.0
        self._fails_all = False

    def add(self, progress: Progress) -> None:
        """Queue a request."""
        self._queued.append(progress)

    def run(self, done: Done) -> None:
        """Send until every request has a result."""
        while self._queued:
            progress = self._next()
            result = self._attempt(progress)
            if result is None:
                self._queued.append(progress)
                continue
            done(progress, result)
            if self._fails_all:
                server = server_of(progress.request)
                for other in [one for one in self._queued if server_of(one.request) == server]:
                    self._queued.remove(other)
                    other.attempts.append(ReportedAttempt(None, "", result.message, 0.0))
                    done(other, other.result(result.message, error=result.error))

    def _next(self) -> Progress:
        """Take the first request whose time has come; wait for it where that is none."""
        soonest = min(self._queued, key=lambda one: one.release)
        now = self._clock.monotonic()
        if soonest.release > now:
            self._clock.sleep(min(soonest.release, soonest.deadline) - now)
            now = max(self._clock.monotonic(), soonest.release)
        progress = next(one for one in self._queued if one.release <= now)
        self._queued.remove(progress)
        progress.release = 0.0
        return progress

    def _attempt(self, progress: Progress) -> HttpResult | None:
        """Send once; return the result, None if there will be another attempt."""
        self._fails_all = False
        pause = min(self._quiet_until, progress.deadline) - self._clock.monotonic()
        if pause > 0:
            self._clock.sleep(pause)
        self._quiet_until = 0.0
        begin = self._clock.monotonic()
        final = not progress.may_retry(begin)
        attempt = Attempt(self._settings, progress.deadline, final)
        try:
            if begin >= progress.deadline:
                raise TooLateError(sent=False)
            response = self._transport.send(progress.request, attempt)
        except TransportError as error:
            return self._failed(progress, error, begin)
        if response is None:
            return HttpResult(sent=False, success=False, message="", attempts=())
        now = self._sent(progress, begin)
        text = f"{response.status} {response.reason}"
        if progress.retries:
            text += f" ({progress.retries} retries in {seconds(now - progress.submitted)} secs)"
        progress.attempts.append(ReportedAttempt(response.status, response.reason, "", (now - begin) * 1000))
        return self._answered(progress, response, text, now)

    def _sent(self, progress: Progress, begin: float) -> float:
        progress.sends += 1
        progress.last_sent = begin
        progress.first_sent = progress.first_sent or begin
        return self._clock.monotonic()

    def _failed(self, progress: Progress, error: TransportError, begin: float) -> HttpResult | None:
        if isinstance(error, UnansweredError) or (isinstance(error, TooLateError) and error.sent):
            self._sent(progress, begin)
        now = self._clock.monotonic()
        message = failure_text(error, progress, now)
        progress.attempts.append(ReportedAttempt(None, "", message, (now - begin) * 1000))
        self._fails_all = isinstance(error, (HostLookupError, ConnectFailedError))
        if isinstance(error, ConnectionLostError) and error.premature:
            self._quiet_until = now + min(self._settings.backoff, self._settings.max_backoff)
        retried = isinstance(error, (ConnectionLostError, RequestTimedOutError)) and self._settings.retries
        if not retried or not progress.may_retry(now):
            return progress.result(message, error=error.without_frames())
        progress.retries += 1
        return None

    def _answered(
        self, progress: Progress, response: HttpResponse, text: str, now: float
    ) -> HttpResult | None:
        """Return the result of an answer, None if it leads to another attempt."""
        status = response.status
        location = response.all("Location")[-1:]
        if status // 100 == 3 and status != 304 and location and self._settings.follows_redirects:
            delay = self._delay(response)
            if delay is not None:
                return self._redirected(progress, status, location[0], now + delay)
        delay = self._delay(response) or 0.0 if status == 503 else 0.0
        if not (status == 408 or delay) or not progress.may_retry(now):
            return progress.result(text, success=status // 100 == 2, response=response)
        progress.release = now + delay if delay else 0.0
        progress.retries += 1
        return None

    def _delay(self, response: HttpResponse) -> float | None:
        """Return how long an answer asks to wait, 0 if it doesn't, None if that is too long.

        A wait that ends within this very second is one as well, however short.
        """
        until = _retry_after(response)
        now = self._clock.now()
        if until is None or until < int(now):
            return 0.0
        if until - int(now) > self._settings.retry_delay_limit:
            return None
        return max(until - now, _MOMENT)

    def _redirected(
        self, progress: Progress, status: int, location: str, release: float
    ) -> HttpResult | None:
        try:
            url = parse_http_url(location, allow_userinfo=False)
        except HttpUrlError as error:
            return progress.result(f"Invalid redirect location: {error.message}")
        progress.redirects += 1
        limit = self._settings.max_redirects
        if progress.redirects > limit:
            refusal = f"Redirected more than {limit} times" if limit else "Redirect refused"
            return progress.result(refusal)
        progress.request = redirected(progress.request, url, status)
        progress.release = release
        return None


def server_of(request: HttpRequest) -> tuple[str, int, str]:
    """Return what the requests of one queue have in common."""
    if isinstance(request.proxy, str):
        return request.proxy, 0, ""
    url = request.proxy or request.url
    return url.address, url.connect_port, url.scheme


def _retry_after(response: HttpResponse) -> int | None:
    """Return the time in Retry-After; a number there counts from Date."""
    value = response.header("Retry-After")
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        dates = [date for text in response.all("Date") if (date := parse_http_date(text)) is not None]
        return dates[-1] + int(value[:15]) if dates else None
    return parse_http_date(value)
