"""HTTP requests as values, and the transport that carries them.

A transport makes one attempt. What it can't do it reports as a :class:`TransportError`; retries,
timeouts over several attempts and log texts are the business of ``drivers.http_client``.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import formatdate
from typing import Protocol

from dovecot_conf.http_url import HttpUrl


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request; ``headers`` go out in this order with this capitalisation, and no others."""

    method: str
    url: HttpUrl
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """The head of an answer: status, the server's own reason text, and headers as received."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...] = ()

    def header(self, name: str) -> str | None:
        """Return the first header of that name, None if there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class TransportError(Exception):
    """An attempt that brought no answer; ``str()`` is one line in Dovecot's words."""


class HostLookupError(TransportError):
    """The host name has no address."""


class ConnectFailedError(TransportError):
    """No connection to the server, or no TLS on it."""


class BadResponseError(TransportError):
    """What came back is not HTTP."""


class UnansweredError(TransportError):
    """A connection that ended without an answer; ``peer`` is its ``address:port``.

    ``connected`` is the time (of the monotonic clock) at which it was made.
    """

    def __init__(self, reason: str, peer: str, connected: float) -> None:
        super().__init__(reason)
        self.peer = peer
        self.connected = connected


class ConnectionLostError(UnansweredError):
    """The server closed or reset the connection: ``EOF``, or ``Connection reset by peer``."""


class RequestTimedOutError(UnansweredError):
    """The server did not answer in time."""


class Transport(Protocol):
    """Carries one request to its server."""

    def send(self, request: HttpRequest, timeout: float) -> HttpResponse | None:
        """Make one attempt; ``timeout`` (seconds) bounds connecting, and then the rest of it.

        Returns None when the transport is not meant to send anything.

        Raises:
            TransportError: one of its subclasses.
        """
        ...


class DryRunTransport:
    """Sends nothing."""

    def send(self, request: HttpRequest, timeout: float) -> HttpResponse | None:
        """Return None at once."""


def http_date(now: float) -> str:
    """Return the value of a Date header for seconds since 1970."""
    return formatdate(now, usegmt=True)
