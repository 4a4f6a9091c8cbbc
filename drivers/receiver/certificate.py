"""A certificate that a receiver makes for itself, and the authority that vouches for it.

Importing this module imports trustme and cryptography: do so only where TLS is wanted.
"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass

import trustme

_LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class SelfMadeCertificate:
    """A server's side of TLS, and the authority's certificate (PEM) for clients to trust."""

    context: ssl.SSLContext
    authority: bytes


def self_made_certificate(name: str = "localhost") -> SelfMadeCertificate:
    """Make a certificate for this machine's local names and for ``name``, a host name or address.

    Keys live in memory only, so that every call gives another authority.
    """
    authority = trustme.CA(organization_name="pushnotif listen")
    names = dict.fromkeys((*_LOCAL_NAMES, name, socket.gethostname()))
    certificate = authority.issue_cert(*(one for one in names if _is_name(one)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return SelfMadeCertificate(context, authority.cert_pem.bytes())


def _is_name(text: str) -> bool:
    """Leave out what no certificate can hold, such as an address with a zone."""
    return bool(text) and text.isascii() and "%" not in text and len(text) < 64
