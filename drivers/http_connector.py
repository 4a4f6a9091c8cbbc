"""Making connections: TCP or a socket of the file system, and TLS on it."""

from __future__ import annotations

import errno
import itertools
import time
from typing import NamedTuple

import httpcore

from drivers.http import Attempt, ConnectFailedError, ConnectStep
from drivers.http_connection import Connection
from drivers.http_tls import (
    CertificateError,
    TlsContexts,
    certificate_text,
    check_host,
    failed_certificate,
    handshake_reason,
    handshake_text,
    sent_certificates,
    unverified,
)
from drivers.system_errors import cause, cause_number
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
    """Makes connections and numbers them; ``network`` is what connects, by default the operating system."""

    def __init__(self, contexts: TlsContexts, network: httpcore.NetworkBackend | None = None) -> None:
        self._contexts = contexts
        self._network = network or httpcore.SyncBackend()
        self._numbers = itertools.count(1)

    def connect(self, peer: Peer, attempt: Attempt) -> Connection:
        """Connect; raise ConnectFailedError with Dovecot's text."""
        self.check_authorities(peer)
        end = time.monotonic() + (attempt.settings.connect_timeout or attempt.settings.timeout)
        end = min(end, attempt.deadline)
        number = next(self._numbers)
        return self.secure(self.open(peer, end), peer, end, number)

    def check_authorities(self, peer: Peer) -> None:
        """Raise ConnectFailedError if there are authorities for TLS that can't be read."""
        try:
            if peer.tls_name is not None:
                self._contexts.get(peer.tls)
        except AuthoritiesError as error:
            raise ConnectFailedError(str(error), ConnectStep.AUTHORITIES) from None

    def open(self, peer: Peer, end: float) -> httpcore.NetworkStream:
        """Connect, without TLS, before ``end`` (of the monotonic clock). Raises ConnectFailedError."""
        begin = time.monotonic()
        number = errno.ETIMEDOUT
        try:
            if not peer.port:
                return self._network.connect_unix_socket(peer.address, timeout=_left(end))
            return self._network.connect_tcp(peer.address, peer.port, timeout=_left(end))
        except httpcore.ConnectTimeout:
            reason = f"Connection timed out in {time.monotonic() - begin:.3f} secs"
        except httpcore.ConnectError as error:
            reason, number = cause(error), cause_number(error)
        raise ConnectFailedError(f"connect({peer.name}) failed: {reason}", ConnectStep.CONNECT, number)

    def secure(self, stream: httpcore.NetworkStream, peer: Peer, end: float, number: int = 1) -> Connection:
        """Return the connection over an open stream, with TLS if the peer is to have it.

        Raises ConnectFailedError.
        """
        name = f"(conn:{peer.name},id={number})"
        if peer.tls_name is None:
            return Connection(stream, name)
        self.check_authorities(peer)
        return Connection(self._secured(stream, peer, end, f"SSL {name}"), f"SSL {name}")

    def certificates(self, peer: Peer, end: float) -> tuple[bytes, ...]:
        """Return the certificates (DER) that a server shows to who believes anything, its own first.

        A handshake that fails doesn't give them away. None where there is no TLS.
        """
        believing = self._contexts.get(peer.tls._replace(authorities=None, folder="", require_valid=False))
        try:
            stream = self.open(peer, end).start_tls(believing, peer.tls_name, timeout=_left(end))
        except (ConnectFailedError, httpcore.ConnectError, httpcore.ConnectTimeout):
            return ()
        found = sent_certificates(stream)
        stream.close()
        return found

    def _secured(
        self, stream: httpcore.NetworkStream, peer: Peer, end: float, name: str
    ) -> httpcore.NetworkStream:
        begin = time.monotonic()
        host = peer.tls_name or ""
        start = f"SSL handshaking with {peer.name} failed: "
        try:
            secured = stream.start_tls(self._contexts.get(peer.tls), host, timeout=_left(end))
        except httpcore.ConnectTimeout:
            text = f"{start}Connection timed out in {time.monotonic() - begin:.3f} secs"
            raise ConnectFailedError(text, ConnectStep.HANDSHAKE, errno.ETIMEDOUT) from None
        except httpcore.ConnectError as error:
            start += f"read({name}) failed: "
            if (failed := unverified(error)) is not None:
                number, reason = failed.verify_code, failed.verify_message
                culprit = failed_certificate(number, self.certificates(peer, end))
                text = start + certificate_text(failed, culprit)
                raise ConnectFailedError(text, ConnectStep.CERTIFICATE, number, reason) from None
            text = start + handshake_text(error)
            reason = handshake_reason(error)
            raise ConnectFailedError(text, ConnectStep.HANDSHAKE, cause_number(error), reason) from None
        try:
            check_host(secured, host)
        except CertificateError as error:
            secured.close()
            raise ConnectFailedError(f"{start}read({name}) failed: {error}", ConnectStep.HOST_NAME) from None
        return secured


def _left(end: float) -> float:
    return max(end - time.monotonic(), _SHORTEST)
