"""How far away the host of a URL is."""

from __future__ import annotations

from enum import Enum

_LOCAL_NAMES = ("localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback")
_PRIVATE_ENDS = (
    "local",
    "lan",
    "internal",
    "intranet",
    "corp",
    "home",
    "arpa",
    "localdomain",
    "private",
    "svc",
    "consul",
    "docker",
)
"""The last labels of names that no public DNS has."""


class Reach(Enum):
    """This machine, a network of one's own (RFC 1918, a name without a public domain), or anywhere."""

    LOCAL = 1
    PRIVATE = 2
    PUBLIC = 3


def reach(address: str) -> Reach:
    """Return how far away an IP address or a host name is."""
    import ipaddress  # noqa: PLC0415 - only where there is an address

    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return _reach_of_name(address.lower().rstrip("."))
    if ip.is_loopback:
        return Reach.LOCAL
    return Reach.PUBLIC if ip.is_global else Reach.PRIVATE


def _reach_of_name(name: str) -> Reach:
    if name in _LOCAL_NAMES or name.endswith(".localhost"):
        return Reach.LOCAL
    domain, dot, last = name.rpartition(".")
    return Reach.PUBLIC if dot and domain and last not in _PRIVATE_ENDS else Reach.PRIVATE
