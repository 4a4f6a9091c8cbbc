"""Making connections: TCP or a socket of the file system, and TLS on it."""

from __future__ import annotations

import itertools
import ssl
import time
from typing import NamedTuple

import httpcore

from drivers.http import Attempt, ConnectFailedError
from drivers.http_connection import Connection
from drivers.http_tls import (
    CertificateError,
    TlsContexts,
    certificate_text,
    check_host,
    handshake_text,
    unverified,
)
from drivers.system_errors import cause
from drivers.tls_settings import AuthoritiesError, TlsSettings

_SHORTEST = 0.001


class Peer(NamedTuple):
    """Where a connection goes: address and port, or a path and 0.

    ``tls_name`` is the name that a certificate has to carry, None without TLS.
    """

    address: str
    port: int
    tls_name: str | None
    tls: TlsSettings

    @property
    def name(self) -> str:
        """What Dovecot calls it."""
        if not self.port:
            return self.address
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


class Connector:
    """Makes connections and numbers them."""

    def __init__(self, contexts: TlsContexts) -> None:
        self._contexts = contexts
        self._network = httpcore.SyncBackend()
        self._numbers = itertools.count(1)

    def connect(self, peer: Peer, attempt: Attempt) -> Connection:
        """Connect; raise ConnectFailedError with Dovecot's text."""
        try:
            context = self._contexts.get(peer.tls) if peer.tls_name is not None else None
        except AuthoritiesError as error:
            raise ConnectFailedError(str(error)) from None
        name = f"(conn:{peer.name},id={next(self._numbers)})"
        end = time.monotonic() + (attempt.settings.connect_timeout or attempt.settings.timeout)
        end = min(end, attempt.deadline)
        stream = self._stream(peer, end)
        if context is None:
            return Connection(stream, name)
        name = f"SSL {name}"
        try:
            return Connection(self._secured(stream, context, peer, end, name), name)
        except CertificateError as error:
            raise ConnectFailedError(f"{_handshaking(peer)}read({name}) failed: {error}") from None

    def _stream(self, peer: Peer, end: float) -> httpcore.NetworkStream:
        begin = time.monotonic()
        try:
            if not peer.port:
                return self._network.connect_unix_socket(peer.address, timeout=_left(end))
            return self._network.connect_tcp(peer.address, peer.port, timeout=_left(end))
        except httpcore.ConnectTimeout:
            reason = f"Connection timed out in {time.monotonic() - begin:.3f} secs"
        except httpcore.ConnectError as error:
            reason = cause(error)
        raise ConnectFailedError(f"connect({peer.name}) failed: {reason}")

    def _secured(
        self, stream: httpcore.NetworkStream, context: ssl.SSLContext, peer: Peer, end: float, name: str
    ) -> httpcore.NetworkStream:
        begin = time.monotonic()
        host = peer.tls_name or ""
        try:
            secured = stream.start_tls(context, host, timeout=_left(end))
            try:
                check_host(secured, host)
            except CertificateError:
                secured.close()
                raise
        except httpcore.ConnectTimeout:
            reason = f"Connection timed out in {time.monotonic() - begin:.3f} secs"
            raise ConnectFailedError(f"{_handshaking(peer)}{reason}") from None
        except httpcore.ConnectError as error:
            if (failed := unverified(error)) is not None:
                raise CertificateError(certificate_text(failed, self._certificate(peer, end))) from None
            reason = handshake_text(error)
            raise ConnectFailedError(f"{_handshaking(peer)}read({name}) failed: {reason}") from None
        return secured

    def _certificate(self, peer: Peer, end: float) -> bytes:
        """Fetch a server's certificate, for the name in it: a failed handshake doesn't give it away."""
        believing = self._contexts.get(peer.tls._replace(authorities=None, folder="", require_valid=False))
        try:
            stream = self._stream(peer, end).start_tls(believing, peer.tls_name, timeout=_left(end))
        except (ConnectFailedError, httpcore.ConnectError, httpcore.ConnectTimeout):
            return b""
        secured: ssl.SSLSocket = stream.get_extra_info("socket")
        certificate = secured.getpeercert(binary_form=True)
        stream.close()
        return certificate or b""


def _handshaking(peer: Peer) -> str:
    return f"SSL handshaking with {peer.name} failed: "


def _left(end: float) -> float:
    return max(end - time.monotonic(), _SHORTEST)
