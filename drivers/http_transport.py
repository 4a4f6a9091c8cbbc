"""The transport that really sends, and keeps connections for later requests.

Importing this module imports httpcore: do so only where something is to be sent.
"""

from __future__ import annotations

import ipaddress
import math
import queue
import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import httpcore

from drivers.http import (
    Attempt,
    ConnectFailedError,
    ConnectStep,
    HostLookupError,
    HttpRequest,
    HttpResponse,
    TooLateError,
)
from drivers.http_connection import Connection
from drivers.http_connector import Connector, Peer
from drivers.http_tls import TlsContexts

_LOOKUP_LASTS = 30 * 60.0
_REQUEST_TIMEOUT = 408

Resolver = Callable[[str, int], Sequence[str]]
"""Returns the addresses of a host, the one to try first in front; raises ``socket.gaierror``."""


class _Lookup(NamedTuple):
    addresses: tuple[str, ...]
    until: float


class HttpcoreTransport:
    """Sends requests over connections that are kept open, one to a server at a time in each thread.

    No environment variables are looked at. TLS certificates are checked as the settings of the request
    say, unless ``insecure``. ``resolver`` finds addresses, and ``network`` connects to them, by default
    those of the operating system.
    """

    concurrent = True

    def __init__(
        self,
        *,
        insecure: bool = False,
        resolver: Resolver | None = None,
        network: httpcore.NetworkBackend | None = None,
    ) -> None:
        self._resolver = resolver or system_addresses
        self._connector = Connector(TlsContexts(insecure=insecure), network)
        self._lock = threading.Lock()
        self._idle: dict[Peer, list[Connection]] = {}
        self._lookups: dict[str, _Lookup] = {}
        self._first: dict[tuple[str, int], str] = {}

    def send(self, request: HttpRequest, attempt: Attempt, /) -> HttpResponse | None:
        """Make one attempt and return the head of the answer; see ``drivers.http.Transport``."""
        peers = self._peers(request, attempt)
        peer, connection = self._kept(peers, attempt) or self._connected(request, peers, attempt)
        try:
            response, reusable = connection.exchange(request, attempt)
        except BaseException:
            connection.close()
            raise
        keeps_late = attempt.settings.keeps_late and not attempt.final
        if reusable and (response.status != _REQUEST_TIMEOUT or keeps_late):
            with self._lock:
                self._idle.setdefault(peer, []).append(connection)
        else:
            connection.close()
        return response

    def close(self) -> None:
        """End all connections that are kept."""
        with self._lock:
            kept = [connection for connections in self._idle.values() for connection in connections]
            self._idle.clear()
        for connection in kept:
            connection.close()

    def _peers(self, request: HttpRequest, attempt: Attempt) -> list[Peer]:
        """Return where the request can go, in the order in which it is tried."""
        if request.proxy is not None and request.url.scheme == "https" and attempt.settings.proxy_tunnels:
            text = "pushnotif can't send https requests through the tunnel of a proxy"
            raise ConnectFailedError(text, ConnectStep.TUNNEL)
        if isinstance(request.proxy, str):
            return [Peer(request.proxy, 0, None, attempt.settings.tls)]
        url = request.proxy or request.url
        name = url.address if url.scheme == "https" else None
        addresses = self._addresses(url.address, url.connect_port, attempt.settings.lookup_timeout)
        return [Peer(address, url.connect_port, name, attempt.settings.tls) for address in addresses]

    def _addresses(self, host: str, port: int, timeout: float) -> Sequence[str]:
        """Return the addresses of a host; the one that was connected to last comes first."""
        lookup = self._lookups.get(host)
        if lookup is None or lookup.until < time.monotonic():
            lookup = self._lookups[host] = self._looked_up(host, port, timeout)
        addresses = lookup.addresses
        first = self._first.get((host, port))
        start = addresses.index(first) if first in addresses else 0
        return addresses[start:] + addresses[:start]

    def _looked_up(self, host: str, port: int, timeout: float) -> _Lookup:
        if is_address(host):
            return _Lookup((host,), math.inf)
        try:
            found = tuple(dict.fromkeys(addresses_within(timeout, self._resolver, host, port)))
        except socket.gaierror as error:
            raise HostLookupError(f"Failed to lookup host {host}: {error.strerror}") from None
        except TimeoutError as error:
            raise HostLookupError(f"Failed to lookup host {host}: {error}") from None
        except UnicodeError:
            raise HostLookupError(f"Failed to lookup host {host}: Name or service not known") from None
        return _Lookup(found, time.monotonic() + _LOOKUP_LASTS)

    def _kept(self, peers: Sequence[Peer], attempt: Attempt) -> tuple[Peer, Connection] | None:
        """Return a connection that is still good, None without one."""
        for peer in peers:
            while True:
                with self._lock:
                    kept = self._idle.get(peer)
                    connection = kept.pop() if kept else None
                if connection is None:
                    break
                if connection.is_reusable(attempt.settings.max_idle):
                    return peer, connection
                connection.close()
        return None

    def _connected(
        self, request: HttpRequest, peers: Sequence[Peer], attempt: Attempt
    ) -> tuple[Peer, Connection]:
        """Return a new connection to the first peer that accepts one; the next time begins with that."""
        begin = time.monotonic()
        attempts = attempt.settings.max_connect_attempts or len(peers)
        failed = ConnectFailedError("")
        for number in range(attempts):
            peer = peers[number % len(peers)]
            if number >= len(peers):
                time.sleep(attempt.settings.backoff)
            try:
                connection = self._connector.connect(peer, attempt)
            except ConnectFailedError as error:
                failed = error
                if time.monotonic() >= attempt.deadline:
                    raise TooLateError(sent=False) from None
            else:
                self._begin_with(request, peer)
                return peer, connection
        self._begin_with(request, peers[attempts % len(peers)])
        text = str(failed)
        if attempts > 1:
            text += f" ({attempts} attempts in {time.monotonic() - begin:.3f} secs)"
        raise ConnectFailedError(text, failed.step, failed.number, failed.reason)

    def _begin_with(self, request: HttpRequest, peer: Peer) -> None:
        url = request.proxy or request.url
        if not isinstance(url, str):
            self._first[url.address, peer.port] = peer.address


def system_addresses(host: str, port: int) -> Sequence[str]:
    """Return the addresses that the operating system knows for a host."""
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def addresses_within(timeout: float, resolver: Resolver, host: str, port: int) -> Sequence[str]:
    """Ask a resolver, with a ``timeout`` unless that is 0; raise TimeoutError with Dovecot's text."""
    if not timeout:
        return resolver(host, port)
    found: queue.SimpleQueue[Sequence[str] | BaseException] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found.put(resolver(host, port))
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is waited for
            found.put(error)

    begin = time.monotonic()
    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = found.get(timeout=timeout)
    except queue.Empty:
        raise TimeoutError(f"Lookup timed out in {time.monotonic() - begin:.3f} secs") from None
    if isinstance(answer, BaseException):
        raise answer
    return answer


def is_address(host: str) -> bool:
    """Tell whether a host is an address, not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
