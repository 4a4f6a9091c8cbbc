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


class UserSession:
    """One user with its loaded drivers; :meth:`close` ends it as Dovecot ends a mail user."""

    def __init__(
        self,
        username: str,
        version: Version,
        chain: Chain,
        log: Log,
        surroundings: Surroundings,
        protocol: str = "lmtp",
    ) -> None:
        self.username = username
        self.protocol = protocol
        self.version = version
        self.chain = chain
        self.loaded: Sequence[LoadedDriver] = chain.loaded
        self.log = log
        self.surroundings = surroundings
        self._http_client: HttpClient | None = None
        self._http_owner = self

    def share_http_client(self, owner: UserSession) -> None:
        """Use the HTTP client of another session: Dovecot has one for all users of a process."""
        self._http_owner = owner

    def http_client(self, *, max_attempts: int, timeout: float) -> HttpClient:
        """Return the process's HTTP client; the first driver that asks decides its settings."""
        owner = self._http_owner
        if owner._http_client is None:
            world = owner.surroundings
            owner._http_client = HttpClient(world.transport, world.clock, max_attempts, timeout)
        return owner._http_client

    def wait_for_http(self) -> None:
        """Send what drivers of any session of the process have queued, and wait for the answers."""
        if self._http_owner._http_client is not None:
            self._http_owner._http_client.wait()

    def close(self) -> None:
        """End the session: each driver's deinit and cleanup, in chain order."""
        for loaded in self.loaded:
            loaded.driver.deinit(self)
            loaded.driver.cleanup(self)
