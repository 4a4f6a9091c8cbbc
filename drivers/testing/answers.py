"""The network of a test: answers that the test has prepared, to requests that go nowhere."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping
from http import HTTPStatus

from drivers.http import (
    Attempt,
    ConnectFailedError,
    ConnectionLostError,
    HostLookupError,
    HttpRequest,
    HttpResponse,
    RequestTimedOutError,
    TooLateError,
)
from drivers.testing.clock import FakeClock
from drivers.testing.errors import PushError
from drivers.testing.result import SentRequest

Step = Callable[[HttpRequest, Attempt], HttpResponse]
"""What a server does with a request: it answers, or raises TransportError."""


class HttpAnswers:
    """Answers one request after the other as it was told, and all others with ``200 OK``.

    ``sent`` are all requests so far. It is the transport (``drivers.http.Transport``) of a test.
    """

    concurrent = False

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._steps: deque[Step] = deque()
        self.sent: list[SentRequest] = []

    @property
    def waiting(self) -> int:
        """How many of the prepared answers nobody has got yet."""
        return len(self._steps)

    def answer(
        self,
        status: int = 200,
        reason: str | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        body: bytes | str = b"",
        after: float = 0.0,
    ) -> None:
        """Answer the next request, ``after`` so many seconds; scripts get the ``body``.

        Without a ``reason`` it is the usual one. Raises PushError for what is no status, or no line.
        """
        if not 200 <= status <= 999:
            raise PushError(f"{status} is no status of an answer: those are 200 to 999")
        reason = _usual_reason(status) if reason is None else reason
        fields = tuple((headers or {}).items())
        if any(
            sign in text
            for text in (reason, *(part for field in fields for part in field))
            for sign in "\r\n"
        ):
            raise PushError("the reason and the headers of an answer have no line ends")
        content = body.encode("utf-8", "surrogateescape") if isinstance(body, str) else body
        response = HttpResponse(status, reason, fields, content)

        def step(_request: HttpRequest, attempt: Attempt) -> HttpResponse:
            self._wait(after, attempt)
            return response

        self._steps.append(step)

    def refuse(self) -> None:
        """Refuse the connection for the next request."""

        def step(request: HttpRequest, _attempt: Attempt) -> HttpResponse:
            raise ConnectFailedError(f"connect({_server(request)}) failed: Connection refused")

        self._steps.append(step)

    def time_out(self) -> None:
        """Accept the next request and never answer."""

        self.answer(after=math.inf)

    def disconnect(self) -> None:
        """End the connection instead of an answer to the next request."""

        def step(request: HttpRequest, _attempt: Attempt) -> HttpResponse:
            reason = f"read((conn:{_server(request)},id=1)) failed: EOF"
            raise ConnectionLostError(reason, self._clock.monotonic(), premature=True)

        self._steps.append(step)

    def fail_lookup(self) -> None:
        """Let the host of the next request have no address."""

        def step(request: HttpRequest, _attempt: Attempt) -> HttpResponse:
            raise HostLookupError(f"Failed to lookup host {request.url.address}: Name or service not known")

        self._steps.append(step)

    def send(self, request: HttpRequest, attempt: Attempt, /) -> HttpResponse:
        """Keep a request and do with it what was prepared. Raises TransportError."""
        sent = SentRequest(request.method, str(request.url), request.headers, request.body, self._clock.now())
        self.sent.append(sent)
        if not self._steps:
            return HttpResponse(200, "OK")
        return self._steps.popleft()(request, attempt)

    def close(self) -> None:
        """Do nothing: there are no connections."""

    def _wait(self, seconds: float, attempt: Attempt) -> None:
        """Let time pass until the answer, or until the client has waited for long enough."""
        began = self._clock.monotonic()
        timeout, left = attempt.settings.timeout or math.inf, attempt.deadline - began
        self._clock.sleep(min(seconds, timeout, left))
        if seconds >= left <= timeout:
            raise TooLateError(sent=True)
        if seconds >= timeout:
            raise RequestTimedOutError("", began)


def _server(request: HttpRequest) -> str:
    address = request.url.address
    return f"{f'[{address}]' if ':' in address else address}:{request.url.connect_port}"


def _usual_reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
