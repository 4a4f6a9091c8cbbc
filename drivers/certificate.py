"""What a certificate (X.509, DER) says of itself: whose it is, who issued it, how long it holds."""

from __future__ import annotations

import ipaddress
from calendar import timegm
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from drivers.certificate_names import name_line
from drivers.der import dotted, items

_VERSION, _EXTENSIONS, _OCTETS = 0xA0, 0xA3, 0x04
_UTC_TIME = 0x17
_ALTERNATIVE_NAMES, _AUTHORITY_ACCESS = "2.5.29.17", "1.3.6.1.5.5.7.1.1"
_CA_ISSUERS = "1.3.6.1.5.5.7.48.2"
_DNS_NAME, _IP_ADDRESS = 0x82, 0x87


class Certificate(NamedTuple):
    """``subject`` and ``issuer`` are in OpenSSL's words, times in seconds since 1970.

    ``names`` are the hosts that it is for. ``names_issuer``: it says where its issuer's is to be had, as
    those do that an intermediate authority has issued.
    """

    subject: str
    issuer: str
    begins: int
    ends: int
    names: tuple[str, ...] = ()
    names_issuer: bool = False

    @property
    def is_own(self) -> bool:
        """Tell whether it is issued by whom it is for: that of an authority, or self-signed."""
        return self.subject == self.issuer


def read_certificate(data: bytes) -> Certificate | None:
    """Return what a certificate says, None for what is none."""
    try:
        body = next(items(next(items(data))[1]))[1]
        fields = [item for item in items(body) if item[0] != _VERSION]
        (_, issuer), (_, validity), (_, subject) = fields[2:5]
        begins, ends = (_seconds(tag, text) for tag, text in items(validity))
        extensions = dict(_extensions(next((data for tag, data in fields if tag == _EXTENSIONS), b"")))
        names = tuple(_names(extensions.get(_ALTERNATIVE_NAMES, b"")))
        has_issuer = _CA_ISSUERS in dict(_accesses(extensions.get(_AUTHORITY_ACCESS, b"")))
        return Certificate(name_line(subject), name_line(issuer), begins, ends, names, has_issuer)
    except (StopIteration, IndexError, ValueError):
        return None


def read_certificates(chain: tuple[bytes, ...]) -> tuple[Certificate, ...]:
    """Return what the certificates of a chain say, without those that are none."""
    return tuple(found for data in chain if (found := read_certificate(data)) is not None)


def issued_path(chain: Sequence[bytes]) -> list[tuple[bytes, Certificate]]:
    """Return the first certificate of a chain, that of its issuer, and so on, as far as they are there."""
    rest = [(data, found) for data in chain if (found := read_certificate(data)) is not None]
    path = rest[:1]
    while path and not path[-1][1].is_own:
        issuer = next((one for one in rest if one[1].subject == path[-1][1].issuer), None)
        if issuer is None:
            break
        rest.remove(issuer)
        path.append(issuer)
    return path


def day(seconds: int) -> str:
    """Return the day (UTC) of a time."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")


def _seconds(tag: int, text: bytes) -> int:
    form = "%y%m%d%H%M%SZ" if tag == _UTC_TIME else "%Y%m%d%H%M%SZ"
    return timegm(datetime.strptime(text.decode("ascii"), form).replace(tzinfo=UTC).timetuple())


def _extensions(data: bytes) -> Iterator[tuple[str, bytes]]:
    for _, block in items(data):
        for _, extension in items(block):
            parts = list(items(extension))
            yield dotted(parts[0][1]), next(content for tag, content in parts if tag == _OCTETS)


def _names(data: bytes) -> Iterator[str]:
    for _, block in items(data):
        for tag, name in items(block):
            if tag == _DNS_NAME:
                yield name.decode("ascii", "replace")
            elif tag == _IP_ADDRESS:
                yield str(ipaddress.ip_address(name))


def _accesses(data: bytes) -> Iterator[tuple[str, bytes]]:
    for _, block in items(data):
        for _, access in items(block):
            (_, method), (_, place) = list(items(access))[:2]
            yield dotted(method), place
