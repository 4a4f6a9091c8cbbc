"""What a driver sends its notifications to, and the network that leads there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dovecot_conf.http_url import HttpUrl, HttpUrlError, parse_http_url
from dovecot_conf.push import DriverDefinition
from dovecot_conf.versions import Version
from drivers.chain import Chain, LoadedDriver
from drivers.clock import Clock, SystemClock
from drivers.doctor.rights import NOBODY, Rights
from drivers.http_settings import HttpSettings
from drivers.ox import OxDriver
from mailstore.links import PATIENCE

if TYPE_CHECKING:
    # Heavy, and not needed where nothing is sent.
    import httpcore

    from drivers.http_transport import Resolver

OX_FAILURE = "push-notification-ox: Error when sending notification: "
_URL_OPTION = {Version.V23: "url", Version.V24: "push_notification_ox_url"}


class Target(NamedTuple):
    """A URL as the configuration has it, with its secrets, and the settings of the client that asks for it.

    ``log_prefix`` is what the driver puts in front of a failure in Dovecot's log. ``base_dir`` is the folder
    of the server's sockets on this machine, None where it isn't known. ``rights`` are those of the processes
    that send.
    """

    url: str
    version: Version
    settings: HttpSettings = HttpSettings()
    log_prefix: str = ""
    base_dir: Path | None = None
    rights: Rights = NOBODY

    def logged(self, message: str) -> tuple[str, ...]:
        """Return the note about the line that Dovecot writes when a notification fails with a message."""
        return (f"Dovecot logs: {self.log_prefix}{message}",) if self.log_prefix else ()


@dataclass(frozen=True, slots=True)
class Network:
    """How the world is reached; by default, as the operating system does.

    ``resolver`` finds addresses (None: the system's), ``backend`` connects. ``patience`` is how long
    anything is waited for at most, in seconds, even if Dovecot would wait longer.
    """

    resolver: Resolver | None = None
    backend: httpcore.NetworkBackend | None = None
    clock: Clock = field(default_factory=SystemClock)
    patience: float = PATIENCE


class Destination(NamedTuple):
    """Whom a client connects to: the host of the URL, or its proxy; ``socket`` is that of a proxy.

    ``tls_name`` is the name that the certificate there has to carry, None without TLS.
    """

    host: str
    port: int
    tls_name: str | None = None
    is_proxy: bool = False
    socket: str = ""

    @property
    def name(self) -> str:
        """What it is called in a sentence."""
        if self.socket:
            return f"the proxy {self.socket}"
        return f"the proxy {self.host}" if self.is_proxy else self.host


def destination_of(url: HttpUrl, settings: HttpSettings) -> Destination:
    """Return whom a client with these settings connects to for a URL."""
    if isinstance(settings.proxy, str):
        return Destination("", 0, None, True, settings.proxy)
    asked = settings.proxy or url
    tls_name = asked.address if asked.scheme == "https" else None
    return Destination(asked.address, asked.connect_port, tls_name, settings.proxy is not None)


def ox_targets(
    chain: Chain, version: Version, base_dir: Path | None = None, rights: Rights = NOBODY
) -> tuple[tuple[DriverDefinition, Target], ...]:
    """Return where the ox drivers of a chain send to, each with its definition.

    ``base_dir`` is the setting of that name, as a path of this machine. The drivers of a process share the
    client of the one that loads first (in 2.3, that sends first). One that isn't loaded is there only if that
    is because of its URL.
    """
    loaded = [entry.driver for entry in chain.loaded if isinstance(entry.driver, OxDriver)]
    settings = loaded[0].http if loaded else HttpSettings()
    client = Target("", version, settings, OX_FAILURE, base_dir, rights)
    return tuple(_targets(chain, client))


def _targets(chain: Chain, client: Target) -> Iterator[tuple[DriverDefinition, Target]]:
    for entry in chain.entries:
        definition, name = entry.definition, _URL_OPTION[client.version]
        texts = [option.value for option in definition.options if option.name == name]
        if definition.driver.lower() != OxDriver.name or not texts:
            continue
        target = client._replace(url=texts[-1])
        if isinstance(entry, LoadedDriver) or _is_refused(target):
            yield definition, target


def _is_refused(target: Target) -> bool:
    try:
        parse_http_url(target.url, target.version)
    except HttpUrlError:
        return True
    return False
