"""Names in certificates: that of their subject as OpenSSL writes it, and the hosts they are for."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from drivers.der import dotted, items

_VERSION = 0xA0
_LABELS: Mapping[str, str] = {
    "2.5.4.3": "CN",
    "2.5.4.4": "SN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "street",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "title",
    "2.5.4.17": "postalCode",
    "2.5.4.42": "GN",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "emailAddress",
}
"""OpenSSL's short names of attribute types."""


def subject_line(certificate: bytes) -> str:
    """Return the subject of a certificate (DER) as ``/O=Example/CN=example.com``; '' if it can't be read."""
    try:
        outer = next(items(certificate))[1]
        fields = [item for item in items(next(items(outer))[1]) if item[0] != _VERSION]
        return name_line(fields[4][1])
    except (StopIteration, IndexError, ValueError):
        return ""


def name_line(name: bytes) -> str:
    """Return a name (DER) as OpenSSL writes it. Raises ValueError and IndexError for what is none."""
    return "".join(_attributes(name))


def _attributes(name: bytes) -> Iterator[str]:
    for _, relative in items(name):
        for _, pair in items(relative):
            (_, oid), (_, value) = list(items(pair))[:2]
            number = dotted(oid)
            yield f"/{_LABELS.get(number, number)}={''.join(map(_shown, value))}"


def _shown(byte: int) -> str:
    if not 0x20 <= byte < 0x7F:
        return f"\\x{byte:02X}"
    return f"\\{byte:c}" if byte in b"/+" else chr(byte)


def host_problem(certificate: Mapping[str, Any], host: str) -> str:
    """Return why a certificate (as ``ssl`` shows it) is not for ``host``; '' if it is.

    Source: ``openssl_cert_match_name`` of 2.4.1.
    """
    names: Sequence[tuple[str, str]] = certificate.get("subjectAltName", ())
    address = _address(host)
    if names:
        for kind, name in names:
            if kind == "DNS" and _matches(name, host):
                return ""
            if kind == "IP Address" and address is not None and _address(name) == address:
                return ""
        return "did not match to any IP or DNS fields"
    pairs = [pair for relative in certificate.get("subject", ()) for pair in relative]
    common = next((value for key, value in pairs if key == "commonName"), "")
    if _matches(common, host):
        return ""
    return f"did not match to CommonName={common}" if common else "CommonName missing"


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _matches(pattern: str, host: str) -> bool:
    if pattern.lower() == host.lower():
        return True
    return pattern.startswith("*.") and "." in host and pattern[2:].lower() == host.partition(".")[2].lower()
