"""Requests that change nothing, and what comes back.

A notification is a PUT; asking for its path with OPTIONS (RFC 9110 section 9.3.7) shows whether anything
is there, and HEAD (section 9.3.2) whether it asks for credentials: some answer OPTIONS to anybody. They
have the headers of Dovecot's own requests, no body, and one header more, by which they are known.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from dovecot_conf.http_url import HttpUrl
from drivers.doctor.endpoint_connection import Try
from drivers.doctor.endpoint_target import Network, Target
from drivers.http import Attempt, HttpRequest, HttpResponse, Transport
from drivers.http_client import HttpClient
from drivers.http_queue import HttpResult
from drivers.http_requests import harmless_request
from drivers.http_transport import HttpcoreTransport

MARK = ("Pushnotif-Check", "endpoint")
"""The header that tells who looks into the endpoint's log what the request is for."""


class Answers(NamedTuple):
    """What came back.

    ``options`` is what became of ``request``, ``first`` the first answer to it (that may lead elsewhere), and
    ``seconds`` how long that took from sending to its head. ``head`` is the answer to HEAD, ``anonymous`` to
    the same without the credentials of the URL; None where that wasn't asked, or not answered.
    """

    request: HttpRequest
    options: HttpResult
    seconds: float
    first: HttpResponse | None = None
    head: HttpResponse | None = None
    anonymous: HttpResponse | None = None


class Asker:
    """Sends harmless requests to one URL, the first of them over a connection that is open."""

    def __init__(self, target: Target, url: HttpUrl, network: Network, opened: Try) -> None:
        self._url = url
        self._clock = network.clock
        self._wait = waiting(target, network)
        self._settings = target.settings._replace(
            max_attempts=1, timeout=self._wait, absolute_timeout=0.0, retries=False
        )
        self._rest = HttpcoreTransport(resolver=network.resolver, network=network.backend)
        self._transport = _Opened(opened, self._rest)

    def ask(self) -> Answers:
        """Send the requests."""
        try:
            return self._ask()
        finally:
            self._transport.close()

    def _ask(self) -> Answers:
        request, options = self._send("OPTIONS")
        answers = Answers(request, options, self._transport.seconds, self._transport.first)
        if answers.first is None or answers.first.status in _CLEAR or answers.first.status >= 502:
            return answers
        answers = answers._replace(head=self._send("HEAD")[1].response)
        if self._url.password is None or (answers.head is not None and answers.head.status in REFUSALS):
            return answers
        return answers._replace(anonymous=self._send("HEAD", anonymous=True)[1].response)

    def _send(self, method: str, *, anonymous: bool = False) -> tuple[HttpRequest, HttpResult]:
        url = self._url._replace(user=None, password=None) if anonymous else self._url
        settings = self._settings
        if self._transport.first is not None:
            # It has answered once, and what comes now is worth no long wait.
            settings = settings._replace(timeout=min(settings.timeout, self._transport.seconds + MORE))
        request = harmless_request(method, url, settings, self._clock.now(), MARK)
        results: list[HttpResult] = []
        client = HttpClient(self._transport, self._clock, settings)
        client.submit(request, results.append)
        client.wait()
        return request, results[0]


_CLEAR = (401, 407)
MORE = 3.0
"""How many seconds longer than the first answer took, the next ones may take."""

REFUSALS = (*_CLEAR, 403)
"""Statuses of who wants other credentials, or none of this client."""


def waiting(target: Target, network: Network) -> float:
    """Return how long an answer is waited for: longer than Dovecot waits, to tell slow from silent."""
    return min(max(target.settings.timeout * 3, 5.0), max(network.patience, 0.001))


class _Opened:
    """Sends the first request over an open connection, others over their own; ``first`` is its answer."""

    concurrent = False

    def __init__(self, opened: Try, rest: Transport) -> None:
        self._connection = opened.connection
        self._rest = rest
        self.first: HttpResponse | None = None
        self.seconds = 0.0

    def send(self, request: HttpRequest, attempt: Attempt, /) -> HttpResponse | None:
        connection, self._connection = self._connection, None
        if connection is None:
            return self._rest.send(request, attempt)
        begin = time.monotonic()
        try:
            self.first, _ = connection.exchange(request, attempt)
        finally:
            self.seconds = time.monotonic() - begin
            connection.close()
        return self.first

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._rest.close()
