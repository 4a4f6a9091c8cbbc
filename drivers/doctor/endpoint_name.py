"""The link of the name: it has addresses."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Iterator, Sequence

from dovecot_conf.versions import Version
from drivers.doctor.endpoint_target import Destination, Network, Target
from drivers.http_transport import addresses_within, is_address, system_addresses
from mailstore.links import Link, LinkState

NAME = "name"
_SLOW = 1.0
_SERVICE = "dns-client"
_AGAIN = ("look at the name servers in /etc/resolv.conf: one of them has to answer",)
_NO_NAME = (
    "correct the name in the URL",
    "or let the name server, or /etc/hosts, know it on the machine that Dovecot runs on",
)
_WHO_ASKS = {
    Version.V23: "Dovecot 2.3 asks in the mail process itself, for as long as it takes: inside of a chroot "
    "(mail_chroot) that needs etc/resolv.conf there",
    Version.V24: "Dovecot 2.4 asks its own service dns-client (socket dns-client in base_dir): "
    "without that service, or inside of a chroot without that socket, no name is found",
}


def check_name(target: Target, destination: Destination, network: Network) -> tuple[Link, tuple[str, ...]]:
    """Look the host up, within the time that Dovecot has for it; return its addresses in order."""
    host = destination.host
    if destination.socket:
        return Link(NAME, LinkState.OK, f"{destination.name} is a socket of this machine"), ("",)
    if is_address(host):
        return Link(NAME, LinkState.OK, f"{destination.name} is an address"), (host,)
    if (socket_gone := _without_service(target, host)) is not None:
        return socket_gone, ()
    begin = time.monotonic()
    wait = min(target.settings.lookup_timeout or network.patience, network.patience)
    try:
        resolver = network.resolver or system_addresses
        found = tuple(dict.fromkeys(addresses_within(wait, resolver, host, destination.port)))
    except (OSError, UnicodeError) as error:
        return _not_found(target, host, error, wait), ()
    who_asks = _WHO_ASKS[target.version]
    if not found:
        return Link(NAME, LinkState.BROKEN, f"{host} has no address", _NO_NAME, (who_asks,)), ()
    notes = (*_notes(found, time.monotonic() - begin, target.settings.lookup_timeout), who_asks)
    return Link(NAME, LinkState.OK, f"{destination.name} has {_listed(found)}", (), notes), found


def _without_service(target: Target, host: str) -> Link | None:
    """Return the link for a running 2.4 whose processes can't ask for names."""
    folder = target.base_dir
    if target.version is Version.V23 or folder is None:
        return None
    try:
        missing = (folder / "master.pid").exists() and not (folder / _SERVICE).exists()
    except OSError:
        return None
    if not missing:
        return None
    seen = f"Dovecot asks its service dns-client for {host}, and that has no socket {folder / _SERVICE}"
    remedy = ("take out what the configuration says about service dns-client, and start Dovecot anew",)
    reason = f"Failed to connect to {folder / _SERVICE}: No such file or directory"
    notes = target.logged(f"Failed to lookup host {host}: {reason}")
    return Link(NAME, LinkState.BROKEN, seen, remedy, notes)


def _not_found(target: Target, host: str, error: Exception, wait: float) -> Link:
    timeout, who_asks = target.settings.lookup_timeout, _WHO_ASKS[target.version]
    if isinstance(error, TimeoutError):
        longer = f"Dovecot waits for {timeout:g} s" if timeout else "Dovecot waits on"
        seen = f"no name server answered within {wait:g} s when asked for {host} ({longer})"
        return Link(NAME, LinkState.BROKEN, seen, _AGAIN, (who_asks,))
    reason = (error.strerror if isinstance(error, socket.gaierror) else "") or "Name or service not known"
    notes = (*target.logged(f"Failed to lookup host {host}: {reason}"), who_asks)
    if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
        seen = f"no name server answers when asked for {host}"
        return Link(NAME, LinkState.BROKEN, seen, _AGAIN, notes)
    return Link(NAME, LinkState.BROKEN, f"nobody knows the name {host}", _NO_NAME, notes)


def _listed(addresses: Sequence[str]) -> str:
    word = "the address" if len(addresses) == 1 else "the addresses"
    return f"{word} {', '.join(addresses)}"


def _notes(addresses: Sequence[str], seconds: float, timeout: float) -> Iterator[str]:
    if all(_is_6(address) for address in addresses):
        yield "it has IPv6 addresses only: Dovecot's machine needs IPv6 to get there"
    elif len(addresses) > 1:
        yield "Dovecot tries the addresses in this order"
    if seconds > (timeout / 2 or _SLOW):
        yield f"it took {seconds:.1f} s to look it up"


def _is_6(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.partition("%")[0]).version == 6
    except ValueError:
        return False
