"""Why a handshake failed before any certificate was looked at."""

from __future__ import annotations

import errno
import os
from collections.abc import Collection
from typing import NamedTuple

from drivers.doctor.endpoint_statuses import LOOK
from drivers.http import ConnectFailedError
from drivers.http_tls import CLOSED
from drivers.tls_settings import TlsSettings

_OLD = frozenset(
    (
        "UNSUPPORTED_PROTOCOL",
        "TLSV1_ALERT_PROTOCOL_VERSION",
        "NO_PROTOCOLS_AVAILABLE",
        "VERSION_TOO_LOW",
        "UNKNOWN_PROTOCOL",
    )
)


class _Cause(NamedTuple):
    meaning: str
    remedy: tuple[str, ...]


_NOTHING_IN_COMMON = _Cause(
    "has no cipher or key exchange that this side takes",
    ("let the endpoint offer ciphers of today (ECDHE with AES-GCM or ChaCha20)",),
)
_WEAK = _Cause(
    "offers keys or signatures that are too weak for this side",
    ("give it an RSA key of 2048 bits or more, and DH parameters as long",),
)
_WANTS_ONE = _Cause(
    "wants a certificate from who connects",
    ("let it accept clients without one: this client has none",),
)
_CAUSES: tuple[tuple[Collection[str], _Cause], ...] = (
    (
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", "NO_SHARED_CIPHER", "TLSV1_ALERT_INSUFFICIENT_SECURITY"),
        _NOTHING_IN_COMMON,
    ),
    (
        (
            "DH_KEY_TOO_SMALL",
            "EE_KEY_TOO_SMALL",
            "BAD_DH_VALUE",
            "LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED",
            "WRONG_SIGNATURE_TYPE",
        ),
        _WEAK,
    ),
    (
        (
            "TLSV13_ALERT_CERTIFICATE_REQUIRED",
            "SSLV3_ALERT_BAD_CERTIFICATE",
            "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
        ),
        _WANTS_ONE,
    ),
    (
        ("TLSV1_UNRECOGNIZED_NAME", "TLSV1_ALERT_UNRECOGNIZED_NAME"),
        _Cause("knows no host of that name", ("correct the name in the URL",)),
    ),
    (
        ("TLSV1_ALERT_INTERNAL_ERROR", "SSLV3_ALERT_UNEXPECTED_MESSAGE"),
        _Cause("fails in the handshake", (LOOK,)),
    ),
)


def handshake_failed(
    error: ConnectFailedError, peer: str, tls: TlsSettings, other: str, wait: float
) -> tuple[str, tuple[str, ...]]:
    """Say why, and what to do; ``other`` is what the peer speaks instead of TLS, '' if that isn't known."""
    if other:
        remedy = ("begin the URL with http://, or name the port where it speaks TLS",)
        return f"{peer} speaks {other}, not TLS", remedy
    if error.reason.upper() in _OLD:
        newest = tls.min_protocol.lower() in ("tlsv1.3", "latest")
        lower = ("let the endpoint speak TLS 1.3", "or set ssl_min_protocol = TLSv1.2")
        remedies = lower if newest else ("let the endpoint speak TLS 1.2 or 1.3",)
        return f"{peer} speaks no version of TLS from {tls.min_protocol} (ssl_min_protocol) on", remedies
    for reasons, cause in _CAUSES:
        if error.reason.upper() in reasons:
            return f"{peer} {cause.meaning}", cause.remedy
    return f"{peer} {_broken_off(error, wait)}", (f"{LOOK}: is there TLS on this port?",)


def _broken_off(error: ConnectFailedError, wait: float) -> str:
    if error.reason == CLOSED:
        return "closes the connection in the handshake"
    if error.number == errno.ETIMEDOUT:
        return f"doesn't answer in the handshake within {wait:g} s"
    if error.reason:
        return f"breaks the handshake off: {error.reason.lower().replace('_', ' ')}"
    return f"breaks the handshake off: {os.strerror(error.number)}"
