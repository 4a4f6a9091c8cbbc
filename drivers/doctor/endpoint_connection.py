"""Connecting as Dovecot does, one address after the other, and what came of each."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

import httpcore

from drivers.doctor.endpoint_target import Destination, Network, Target
from drivers.http import ConnectFailedError, ConnectStep
from drivers.http_connection import Connection
from drivers.http_connector import Connector, Peer
from drivers.http_tls import TlsContexts, sent_certificates


class Security(NamedTuple):
    """What is known of TLS on a connection: its version, and the certificates (DER) that were sent."""

    version: str
    certificates: tuple[bytes, ...]


class Try(NamedTuple):
    """What came of one address; times are seconds, None where it didn't get so far.

    ``failure`` is what went wrong, ``connection`` is open if nothing did.
    """

    peer: Peer
    failure: ConnectFailedError | None = None
    connected: float | None = None
    secured: float | None = None
    connection: Connection | None = None
    security: Security | None = None


class Attempts(NamedTuple):
    """All that was tried, in order; the last one is the connection, if there is one.

    ``wait`` is how long each could take, ``seconds`` how long they all took.
    """

    tries: tuple[Try, ...]
    wait: float
    seconds: float

    @property
    def open(self) -> Try | None:
        """The connection."""
        return next((one for one in self.tries if one.connection is not None), None)

    def close(self) -> None:
        """End the connection, if there is one."""
        if self.open is not None and self.open.connection is not None:
            self.open.connection.close()

    @property
    def message(self) -> str:
        """What Dovecot says if none of them is connected to."""
        count = len(self.tries)
        text = str(self.tries[-1].failure)
        return f"{text} ({count} attempts in {self.seconds:.3f} secs)" if count > 1 else text

    @property
    def unconnected(self) -> tuple[Try, ...]:
        """Those that nobody listens at."""
        return tuple(one for one in self.tries if one.connected is None)

    @property
    def unsecured(self) -> tuple[Try, ...]:
        """Those where somebody listens, without a TLS that is believed."""
        return tuple(one for one in self.tries if one.connected is not None and one.failure is not None)


class Dialler:
    """Makes connections to one destination."""

    def __init__(self, target: Target, destination: Destination, network: Network) -> None:
        self._settings = target.settings
        self._destination = destination
        self._patience = network.patience
        self.connector = Connector(TlsContexts(insecure=False), network.backend)

    @property
    def wait(self) -> float:
        """How long a connection may take: what Dovecot allows, if that isn't longer than our patience."""
        return min(self._settings.connect_timeout or self._settings.timeout, self._patience)

    def dial(self, addresses: Sequence[str]) -> Attempts:
        """Try the addresses until one is connected to, with TLS if it has to be."""
        begin = time.monotonic()
        tries: list[Try] = []
        for address in addresses[: self._settings.max_connect_attempts or len(addresses)]:
            tries.append(self._try(self._peer(address)))
            if tries[-1].connection is not None:
                break
        return Attempts(tuple(tries), self.wait, time.monotonic() - begin)

    def _peer(self, address: str) -> Peer:
        where = self._destination
        return Peer(where.socket or address, where.port, where.tls_name, self._settings.tls)

    def _try(self, peer: Peer) -> Try:
        begin = time.monotonic()
        end = begin + self.wait
        try:
            stream = self.connector.open(peer, end)
        except ConnectFailedError as error:
            return Try(peer, error)
        connected = time.monotonic()
        try:
            connection = self.connector.secure(stream, peer, end)
        except ConnectFailedError as error:
            if error.step is ConnectStep.AUTHORITIES:
                stream.close()
            return Try(peer, error, connected - begin)
        secured = time.monotonic() - connected if peer.tls_name is not None else None
        return Try(peer, None, connected - begin, secured, connection, _security(connection.stream))


def _security(stream: httpcore.NetworkStream) -> Security | None:
    secured = stream.get_extra_info("ssl_object")
    if secured is None:
        return None
    return Security(secured.version() or "TLS", sent_certificates(stream))
