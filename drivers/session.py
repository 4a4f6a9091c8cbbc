"""A user session: the drivers of one user, and its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from dovecot_conf.push import PushConfig
from drivers.chain import Chain, LoadedDriver, end_drivers
from drivers.clock import Clock
from drivers.http import Transport
from drivers.http_client import HttpClient
from drivers.http_settings import HttpSettings
from drivers.log import Log
from drivers.report import Level
from drivers.scripting import DEFAULT_SCRIPTING, Scripting
from drivers.session_end import SessionEndedError
from drivers.texts import STILL_REFERENCED
from mailstore.entries import EntryName
from mailstore.memory_metadata import MemoryMetadata
from mailstore.simulated import SimulatedMailboxes

MetadataLookup = Callable[[str], str | None]
"""Reads a METADATA entry at server level, such as ``/private/vendor/vendor.dovecot/http-notify``.

Returns its value, or None when it is not set. May raise MetadataError (DictError) or MailboxError.
"""


class MetadataStore(Protocol):
    """METADATA by mailbox ('' for the server) and entry; all may raise MetadataError or MailboxError."""

    def get(self, mailbox: str, entry: EntryName) -> str | None:
        """Return a value, None if there is none."""
        ...

    def set(self, mailbox: str, entry: EntryName, value: str) -> None:
        """Set a value."""
        ...

    def unset(self, mailbox: str, entry: EntryName) -> None:
        """Take a value away; it need not be there."""
        ...

    def names(self, mailbox: str, prefix: EntryName) -> Iterable[str]:
        """Yield the names that begin with ``prefix``, without it."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a session needs of the world: METADATA, the network, the clock; and if secrets may show.

    ``store`` is for drivers that do more with METADATA than read the server's; without it they have one in
    memory, in front of ``metadata``. ``scripting`` is for drivers that run scripts.
    """

    metadata: MetadataLookup
    transport: Transport
    clock: Clock
    show_secrets: bool = False
    store: MetadataStore | None = None
    scripting: Scripting = field(default=DEFAULT_SCRIPTING)


@dataclass(frozen=True, slots=True)
class MailUser:
    """The user who gets the mail.

    ``variables`` are the values for %-expansion by long name (``dovecot_conf.variables.user_values``).
    """

    username: str
    variables: Mapping[str, str]


class SharedHttp:
    """The HTTP client of a process: that of all user sessions which are open in it at the same time."""

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self._transport = transport
        self._clock = clock
        self._client: HttpClient | None = None

    def client(self, settings: HttpSettings) -> HttpClient:
        """Return the client; who asks first decides its settings."""
        if self._client is None:
            self._client = HttpClient(self._transport, self._clock, settings)
        return self._client

    def wait(self) -> None:
        """Send what drivers have queued, and wait for the answers."""
        if self._client is not None:
            self._client.wait()


class UserSession:
    """One user with its loaded drivers; :meth:`close` ends it as Dovecot ends a mail user.

    ``http`` is the HTTP client of the process, None for a process with no other users. ``is_internal``:
    it is that of the process's own user, for raw mails, who has no mailboxes. ``has_namespaces`` tells
    whether mailboxes can be named: not while the user is made, and not after the drivers have ended.
    """

    def __init__(
        self,
        user: MailUser,
        push: PushConfig,
        chain: Chain,
        log: Log,
        surroundings: Surroundings,
        http: SharedHttp | None = None,
        *,
        is_internal: bool = False,
    ) -> None:
        self.push = push
        self.username = user.username
        self.variables = user.variables
        self.protocol = push.protocol
        self.version = push.version
        self.mailboxes = SimulatedMailboxes({}) if is_internal else SimulatedMailboxes()
        self.chain = chain
        self.is_internal = is_internal
        self.has_namespaces = True
        self.is_closed = False
        self.log = log
        self.surroundings = surroundings
        self._http = http or SharedHttp(surroundings.transport, surroundings.clock)

    @property
    def loaded(self) -> Sequence[LoadedDriver]:
        """The drivers that events go to."""
        return self.chain.loaded

    @cached_property
    def store(self) -> MetadataStore:
        """The user's METADATA."""
        lookup = self.surroundings.metadata
        return self.surroundings.store or MemoryMetadata(
            lambda mailbox, entry: None if mailbox else lookup(str(entry))
        )

    def http_client(self, settings: HttpSettings) -> HttpClient:
        """Return the HTTP client of the process; who asks first decides its settings."""
        return self._http.client(settings)

    def wait_for_http(self) -> None:
        """Send what drivers of any session of the process have queued, and wait for the answers."""
        self._http.wait()

    def close(self) -> None:
        """End the session: each driver's deinit and cleanup, in chain order, between those of plugins.

        A user who is still referenced ends the process, but for the internal one, who is left alone.
        """
        self.is_closed = True
        plugins = self.chain.user_plugins
        if any(plugin.keeps_user for plugin in plugins) or any(one.driver.keeps_user for one in self.loaded):
            if self.is_internal:
                return
            self.log.write(Level.PANIC, "", STILL_REFERENCED[self.version])
            raise SessionEndedError("")
        for plugin in plugins:
            plugin.deinit_pre(self)
        end_drivers(self.chain.entries, self)
        self.has_namespaces = False
        for plugin in plugins:
            plugin.deinit(self)
