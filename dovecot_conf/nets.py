"""Addresses with a mask, and names of hosts: what ``local`` and ``remote`` filters ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from dovecot_conf.conditions import ConditionError


@dataclass(frozen=True, slots=True)
class Net:
    """An address with the number of bits that count. ``address`` is None for a ``host`` name, which
    is only known to a resolver; ``text`` is as written.
    """

    address: IPv4Address | IPv6Address | None
    host: str
    bits: int
    text: str = field(compare=False)

    def contains(self, other: Net) -> bool:
        """Return whether ``other`` lies in this net; unknown host names are only equal to themselves."""
        if self.address is None or other.address is None:
            return self.host == other.host
        return self.bits <= other.bits and self.holds(other)

    def holds(self, other: Net) -> bool:
        """Return whether the address of ``other`` is in this net, whatever its own bits say."""
        if self.address is None or other.address is None:
            return self.host == other.host
        if self.address.version != other.address.version:
            return False
        shift = self.address.max_prefixlen - self.bits
        return int(self.address) >> shift == int(other.address) >> shift


@lru_cache(maxsize=256)
def parse_net(text: str) -> Net:
    """Read ``ADDRESS[/BITS]`` or a host name. Raises :class:`ConditionError`.

    Host names are not resolved; what can't be one (several names, a pattern, only digits and dots) is
    refused with the message of a resolver that does not know it.
    """
    host, slash, mask = text.partition("/")
    address: IPv4Address | IPv6Address | None
    try:
        address = ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        address = _old_address(host)
        if address is None and not _may_be_host(host):
            message = f"gethostbyname({host}) failed: Name or service not known"
            raise ConditionError("filter-address", message) from None
    longest = address.max_prefixlen if address is not None else 128
    name = host if address is None else ""
    if not slash:
        return Net(address, name, longest, text)
    if not (mask.isascii() and mask.isdigit() and int(mask) <= longest):
        raise ConditionError("filter-address", f"Invalid network mask: {mask}")
    return Net(address, name, int(mask), text)


_OLD_ADDRESS = re.compile(r"[0-9][0-9a-fxA-FX.]*")
_HOST = re.compile(r"(?!-)(?=.{1,253}\.?\Z)[0-9A-Za-z_-]{1,63}(?:\.[0-9A-Za-z_-]{1,63})*\.?")
"""What glibc asks a name server about."""


def _old_address(host: str) -> IPv4Address | None:
    """Return the address that ``inet_aton`` sees in ``10.1`` or ``0x7f.1``; None for other texts."""
    if _OLD_ADDRESS.fullmatch(host) is None:
        return None
    import socket  # noqa: PLC0415 - slow to load, and such addresses are rare

    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def _may_be_host(host: str) -> bool:
    return _HOST.fullmatch(host) is not None and not set(host) <= set("0123456789.")
