"""A user session: the drivers of one user, and its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dovecot_conf.versions import Version
from drivers.chain import Chain, LoadedDriver
from drivers.clock import Clock
from drivers.http import Transport
from drivers.http_client import HttpClient
from drivers.log import Log

MetadataLookup = Callable[[str], str | None]
"""Reads a METADATA entry at server level, such as ``/private/vendor/vendor.dovecot/http-notify``.

Returns its value, or None when it is not set. May raise MetadataError (DictError) or MailboxError.
"""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a session needs of the world: METADATA, the network, the clock; and if secrets may show."""

    metadata: MetadataLookup
    transport: Transport
    clock: Clock
    show_secrets: bool = False


class SharedHttp:
    """The HTTP client of a process: that of all user sessions which are open in it at the same time."""

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self._transport = transport
        self._clock = clock
        self._client: HttpClient | None = None

    def client(self, *, max_attempts: int, timeout: float) -> HttpClient:
        """Return the client; the first driver that asks decides its settings."""
        if self._client is None:
            self._client = HttpClient(self._transport, self._clock, max_attempts, timeout)
        return self._client

    def wait(self) -> None:
        """Send what drivers have queued, and wait for the answers."""
        if self._client is not None:
            self._client.wait()


class UserSession:
    """One user with its loaded drivers; :meth:`close` ends it as Dovecot ends a mail user.

    ``http`` is the HTTP client of the process, None for a process with no other users.
    """

    def __init__(
        self,
        username: str,
        version: Version,
        chain: Chain,
        log: Log,
        surroundings: Surroundings,
        protocol: str = "lmtp",
        http: SharedHttp | None = None,
    ) -> None:
        self.username = username
        self.protocol = protocol
        self.version = version
        self.chain = chain
        self.loaded: Sequence[LoadedDriver] = chain.loaded
        self.log = log
        self.surroundings = surroundings
        self._http = http or SharedHttp(surroundings.transport, surroundings.clock)

    def http_client(self, *, max_attempts: int, timeout: float) -> HttpClient:
        """Return the HTTP client of the process; the first driver that asks decides its settings."""
        return self._http.client(max_attempts=max_attempts, timeout=timeout)

    def wait_for_http(self) -> None:
        """Send what drivers of any session of the process have queued, and wait for the answers."""
        self._http.wait()

    def close(self) -> None:
        """End the session: each driver's deinit and cleanup, in chain order."""
        for loaded in self.loaded:
            loaded.driver.deinit(self)
            loaded.driver.cleanup(self)
