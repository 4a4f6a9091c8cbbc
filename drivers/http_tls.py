"""TLS to a server: which certificates are believed, and Dovecot's words when one is not."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from enum import IntEnum

import httpcore

from drivers.certificate import Certificate, issued_path
from drivers.certificate_names import host_problem, subject_line
from drivers.system_errors import cause
from drivers.tls_settings import Authorities, TlsSettings

_MINIMUM: Mapping[str, ssl.TLSVersion] = {
    "any": ssl.TLSVersion.MINIMUM_SUPPORTED,
    "sslv3": ssl.TLSVersion.MINIMUM_SUPPORTED,
    "tlsv1": ssl.TLSVersion.MINIMUM_SUPPORTED,
    "tlsv1.1": ssl.TLSVersion.MINIMUM_SUPPORTED,
    "tlsv1.2": ssl.TLSVersion.TLSv1_2,
    "tlsv1.3": ssl.TLSVersion.TLSv1_3,
    "latest": ssl.TLSVersion.MAXIMUM_SUPPORTED,
}
"""Values of ``ssl_min_protocol``. Below 1.2 OpenSSL's own level of security decides."""

_ALERTS: Mapping[str, int] = {
    "unexpected_message": 10,
    "bad_record_mac": 20,
    "record_overflow": 22,
    "handshake_failure": 40,
    "bad_certificate": 42,
    "unsupported_certificate": 43,
    "certificate_revoked": 44,
    "certificate_expired": 45,
    "certificate_unknown": 46,
    "illegal_parameter": 47,
    "unknown_ca": 48,
    "access_denied": 49,
    "decode_error": 50,
    "decrypt_error": 51,
    "protocol_version": 70,
    "insufficient_security": 71,
    "internal_error": 80,
    "unrecognized_name": 112,
    "certificate_required": 116,
    "no_application_protocol": 120,
}
"""Alerts of TLS (RFC 8446 section 6) by what OpenSSL calls them behind ``alert ``."""

_REASONS: Mapping[str, int] = {
    "unsupported protocol": 258,
    "wrong version number": 267,
    "no protocols available": 191,
    "packet length too long": 198,
    "legacy sigalg disallowed or unsupported": 333,
    "dh key too small": 394,
    "wrong signature type": 370,
}
"""OpenSSL's numbers of errors in its SSL library."""

_SSL_LIBRARY = 0x0A000000
_ALERT_OFFSET = 1000


class _NotValid(IntEnum):
    """Some of OpenSSL's numbers of checks (``x509_vfy.h``)."""

    EARLY = 9
    EXPIRED = 10
    SELF_SIGNED = 18
    UNKNOWN_ROOT = 19
    NO_ISSUER = 20


_ENDS_OF_PATHS = (2, _NotValid.SELF_SIGNED, _NotValid.UNKNOWN_ROOT, _NotValid.NO_ISSUER)
"""Checks that fail where the path from a certificate to an authority ends."""

_DER = 2
"""``_ssl.ENCODING_DER``."""


class CertificateError(Exception):
    """A certificate that is not believed; ``str()`` is Dovecot's reason."""


class TlsContexts:
    """The contexts in use, one for each way to check certificates; ``insecure`` believes them all."""

    def __init__(self, *, insecure: bool) -> None:
        self.insecure = insecure
        self._lock = threading.Lock()
        self._made: dict[TlsSettings, ssl.SSLContext] = {}

    def get(self, settings: TlsSettings) -> ssl.SSLContext:
        """Return the context for some settings, the same one each time. Raises AuthoritiesError."""
        if self.insecure:
            settings = settings._replace(authorities=None, folder="", require_valid=False)
        with self._lock:
            context = self._made.get(settings)
            if context is None:
                context = self._made[settings] = _context(settings)
        return context


def _context(settings: TlsSettings) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # Dovecot looks at names after everything else
    context.minimum_version = _MINIMUM.get(settings.min_protocol.lower(), ssl.TLSVersion.TLSv1_2)
    if settings.authorities is not None:
        _believe(context, settings.authorities)
    if not settings.require_valid:
        context.verify_mode = ssl.CERT_NONE
        return context
    if settings.authorities is None and not settings.folder:
        context.set_default_verify_paths()
    if settings.folder:
        context.load_verify_locations(capath=settings.folder)
    return context


def _believe(context: ssl.SSLContext, authorities: Authorities) -> None:
    if text := authorities.read():
        try:
            context.load_verify_locations(cadata=text)
        except ssl.SSLError:
            raise authorities.damaged(text) from None


def check_host(stream: httpcore.NetworkStream, host: str) -> None:
    """Raise CertificateError if a checked certificate is for other hosts."""
    secured = stream.get_extra_info("socket")
    if not isinstance(secured, ssl.SSLSocket) or secured.context.verify_mode is ssl.CERT_NONE:
        return
    if problem := host_problem(secured.getpeercert() or {}, host):
        raise CertificateError(f"SSL certificate doesn't match expected host name {host}: {problem}")


def sent_certificates(stream: httpcore.NetworkStream) -> tuple[bytes, ...]:
    """Return the certificates (DER) that a server has sent, its own first; none without TLS.

    Python before 3.13 has the others only in what lies below its sockets.
    """
    secured = stream.get_extra_info("socket")
    if not isinstance(secured, ssl.SSLSocket):
        return ()
    own = secured.getpeercert(binary_form=True)
    below = secured if hasattr(secured, "get_unverified_chain") else getattr(secured, "_sslobj", None)
    chain = getattr(below, "get_unverified_chain", lambda: None)() or ()
    sent = tuple(one if isinstance(one, bytes) else one.public_bytes(_DER) for one in chain)
    return sent or ((own,) if own else ())


def unverified(error: BaseException) -> ssl.SSLCertVerificationError | None:
    """Return the failed check of a certificate behind an error of a handshake, None if it was none."""
    inner: BaseException | None = error
    while inner is not None and not isinstance(inner, ssl.SSLCertVerificationError):
        inner = inner.__cause__ or inner.__context__
    return inner


def failed_certificate(number: int, chain: Sequence[bytes]) -> bytes:
    """Return that of a chain (DER, the server's own first) which failed a check; b"" without a chain.

    ``number`` is OpenSSL's of the check. Python doesn't tell how deep in the chain it was.
    """
    path = issued_path(chain)
    if number in _ENDS_OF_PATHS:
        return path[-1][0] if path else b""
    # A chain is checked from its authority down.
    failed = [data for data, certificate in reversed(path) if _has_failed(certificate, number)]
    return failed[0] if failed else next(iter(chain), b"")


def _has_failed(certificate: Certificate, number: int) -> bool:
    match number:
        case _NotValid.EXPIRED:
            return certificate.ends < time.time()
        case _NotValid.EARLY:
            return certificate.begins > time.time()
    return False


def certificate_text(error: ssl.SSLCertVerificationError, certificate: bytes) -> str:
    """Return Dovecot's words for a certificate (DER) that failed a check."""
    return (
        f"Received invalid SSL certificate: {error.verify_message}: {subject_line(certificate)}"
        " (check ssl_client_ca_* settings?)"
    )


CLOSED = "CONNECTION_CLOSED"
"""The reason of a handshake that ended with the connection."""


def handshake_reason(error: BaseException) -> str:
    """Return OpenSSL's reason for a handshake that failed, '' where the operating system has one."""
    inner: BaseException | None = error
    while inner is not None and not isinstance(inner, ssl.SSLError):
        inner = inner.__cause__ or inner.__context__
    if inner is None:
        return ""
    if isinstance(inner, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return CLOSED
    return inner.reason or str(inner)


def handshake_text(error: BaseException) -> str:
    """Return Dovecot's words for a handshake that failed for another reason."""
    reason = handshake_reason(error)
    if not reason:
        return f"read(size=8192) failed: {cause(error)}"
    if reason == CLOSED:
        return "Connection closed"
    return f"SSL_connect() failed: {_numbered(reason.lower().replace('_', ' '))}"


def reading_text(error: BaseException) -> str:
    """Return Dovecot's words for a connection that broke while an answer was waited for."""
    reason = handshake_reason(error)
    if not reason or reason == CLOSED:
        return f"read(size=8192) failed: {cause(error)}"
    problem = f"SSL_read failed: {_numbered(reason.lower().replace('_', ' '))}"
    return f"{problem} (last SSL error: {problem})"


def _numbered(reason: str) -> str:
    """Return an error of OpenSSL's SSL library as it writes it."""
    alert = _ALERTS.get(reason.partition("alert ")[2].replace(" ", "_"))
    if alert is not None:
        code = _SSL_LIBRARY + _ALERT_OFFSET + alert
        return f"error:{code:08X}:SSL routines::{reason}: SSL alert number {alert}"
    code = _SSL_LIBRARY + _REASONS.get(reason, 0)
    return f"error:{code:08X}:SSL routines::{reason}"
