"""HTTP requests as values, and the transport that carries them.

A transport makes one attempt. What it can't do it reports as a :class:`TransportError`; retries,
timeouts over several attempts and log texts are the business of ``drivers.http_client``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from dovecot_conf.http_url import HttpUrl
from drivers.http_settings import HttpSettings

if TYPE_CHECKING:
    from drivers.http_answer import AnswerParser


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request; ``headers`` go out in this order with this capitalisation, and no others.

    ``proxy`` is whom it is sent to instead of the server of its URL: a URL, or the path of a socket.
    ``redirected`` requests have the whole URL in the request line, as those to a proxy. ``wants_body`` is
    for who reads the body of the answer, ``reader`` for who reads its head in another way than Dovecot:
    it makes a parser for each head.
    """

    method: str
    url: HttpUrl
    headers: tuple[tuple[str, str], ...]
    body: bytes
    proxy: HttpUrl | str | None = None
    redirected: bool = False
    wants_body: bool = False
    reader: Callable[[], AnswerParser] | None = None

    @property
    def target(self) -> str:
        """What stands in the request line."""
        if self.proxy is None and not self.redirected:
            return self.url.target
        return f"{self.url.scheme}://{self.url.authority}{self.url.target}"


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """An answer: status, the server's own reason text, headers as received, and the body if it is wanted."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return the first header of that name, None if there is none."""
        return next(iter(self.all(name)), None)

    def all(self, name: str) -> list[str]:
        """Return the values of all headers of that name."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


class Attempt(NamedTuple):
    """What an attempt has to keep to.

    ``deadline`` is the time (of the monotonic clock) at which the request as a whole fails.
    ``final`` says that no other attempt will follow, whatever the outcome.
    """

    settings: HttpSettings
    deadline: float
    final: bool = True


class TransportError(Exception):
    """An attempt that brought no answer; ``str()`` is one line in Dovecot's words."""

    def without_frames(self) -> TransportError:
        """Let go of where it was raised: the frames hold on to what a script gave to its callers."""
        self.__traceback__ = self.__context__ = self.__cause__ = None
        return self


class HostLookupError(TransportError):
    """The host name has no address."""


class ConnectStep(StrEnum):
    """What of making a connection failed; the last three only with TLS."""

    TUNNEL = "tunnel"
    CONNECT = "connect"
    AUTHORITIES = "authorities"
    HANDSHAKE = "handshake"
    CERTIFICATE = "certificate"
    HOST_NAME = "host name"


class ConnectFailedError(TransportError):
    """No connection to the server, or no TLS on it.

    ``number`` is the operating system's of a connection (``ETIMEDOUT`` whoever gave up), and OpenSSL's of
    a certificate's check; ``reason`` is OpenSSL's of a handshake (``WRONG_VERSION_NUMBER``).
    """

    def __init__(
        self, text: str, step: ConnectStep = ConnectStep.CONNECT, number: int = 0, reason: str = ""
    ) -> None:
        super().__init__(text)
        self.step = step
        self.number = number
        self.reason = reason


class BadResponseError(TransportError):
    """What came back is not HTTP."""


class TooLateError(TransportError):
    """The deadline of the request has passed; ``sent`` says whether it was sent in this attempt."""

    def __init__(self, *, sent: bool) -> None:
        super().__init__("")
        self.sent = sent


class UnansweredError(TransportError):
    """A connection that ended without an answer, and when it was made (monotonic clock)."""

    def __init__(self, reason: str, connected: float) -> None:
        super().__init__(reason)
        self.connected = connected


class ConnectionLostError(UnansweredError):
    """The server closed or reset the connection; ``premature`` if it never sent a byte on it."""

    def __init__(self, reason: str, connected: float, *, premature: bool) -> None:
        super().__init__(reason, connected)
        self.premature = premature


class RequestTimedOutError(UnansweredError):
    """The server was silent for too long."""


class Transport(Protocol):
    """Carries requests to their servers, and keeps connections until :meth:`close`."""

    @property
    def concurrent(self) -> bool:
        """Whether several threads may send at the same time."""
        ...

    def send(self, request: HttpRequest, attempt: Attempt, /) -> HttpResponse | None:
        """Make one attempt.

        Returns None when the transport is not meant to send anything.

        Raises:
            TransportError: one of its subclasses.
        """
        ...

    def close(self) -> None:
        """End all connections."""
        ...


class DryRunTransport:
    """Sends nothing."""

    concurrent = False

    def send(self, request: HttpRequest, attempt: Attempt, /) -> HttpResponse | None:
        """Return None at once."""

    def close(self) -> None:
        """Do nothing."""
