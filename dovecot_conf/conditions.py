"""The conditions of filters: ``protocol``, ``local``, ``local_name`` and ``remote``.

Nesting rules and their messages are those of Dovecot 2.3.19.1's ``config_filter_add_new_filter`` and
2.4.1's ``config_filter_parse``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

FILTER_WORDS = frozenset(("protocol", "local", "local_name", "remote"))

NESTED_PROTOCOL = "Nested protocol { protocol { .. } } block not allowed"
NET_NOT_INSIDE = "{0} net1 {{ {0} net2 {{ .. }} }} requires net2 to be inside net1"
WRONG_ORDER = "{outer} {{ {inner} {{ .. }} }} not allowed (use {inner} {{ {outer} {{ .. }} }} instead)"

_FORBIDDEN_OUTSIDE = {
    "local": ("remote", "protocol", "local_name"),
    "local_name": ("remote", "protocol"),
    "remote": ("protocol",),
    "protocol": (),
}


class ConditionError(Exception):
    """A filter that can't be: ``rule`` is the kind of problem, the text is Dovecot's."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message


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
    from ipaddress import ip_address  # noqa: PLC0415 - few configurations have such filters

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
    import socket  # noqa: PLC0415
    from ipaddress import IPv4Address  # noqa: PLC0415

    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def _may_be_host(host: str) -> bool:
    return _HOST.fullmatch(host) is not None and not set(host) <= set("0123456789.")


class Condition(NamedTuple):
    """What must hold for the settings of a filter: None or no net means that anything goes."""

    protocol: str | None = None
    local_name: str | None = None
    local: Net | None = None
    remote: Net | None = None

    @property
    def is_of_network(self) -> bool:
        """Whether it asks for a network or for the name of a server."""
        if self.local is None and self.remote is None:
            return self.local_name is not None
        nets = (self.local, self.remote)
        return self.local_name is not None or any(net is not None and net.bits > 0 for net in nets)

    @property
    def is_of_several(self) -> bool:
        """Whether it asks for different things; filters on one thing alone never contradict each other."""
        parts = (self.protocol, self.local_name, self.local, self.remote)
        return sum(part is not None for part in parts) > 1

    def narrow(self, word: str, name: str) -> Condition:
        """Return this condition with one more filter inside. Raises :class:`ConditionError`."""
        for outer in _FORBIDDEN_OUTSIDE[word]:
            if getattr(self, outer) is not None:
                raise ConditionError("filter-order", WRONG_ORDER.format(outer=outer, inner=word))
        if word == "protocol":
            if self.protocol is not None:
                raise ConditionError("filter-order", NESTED_PROTOCOL)
            return Condition(name, self.local_name, self.local, self.remote)
        if word == "local_name":
            return Condition(self.protocol, name.lower(), self.local, self.remote)
        net = parse_net(name)
        around: Net | None = getattr(self, word)
        if around is not None and not around.contains(net):
            raise ConditionError("filter-net", NET_NOT_INSIDE.format(word))
        if word == "local":
            return Condition(self.protocol, self.local_name, net, self.remote)
        return Condition(self.protocol, self.local_name, self.local, net)

    def matches(self, asked: Condition) -> bool:
        """Return whether these settings hold for a client, of whom ``asked`` tells what is known."""
        if self.protocol is not None:
            if asked.protocol is None:
                return False
            if self.protocol.startswith("!"):
                if asked.protocol == self.protocol[1:]:
                    return False
            elif asked.protocol != self.protocol:
                return False
        if self.local_name is not None and (
            asked.local_name is None
            or not any(_name_matches(asked.local_name, mask) for mask in self.local_name.split(" "))
        ):
            return False
        return _net_matches(self.local, asked.local) and _net_matches(self.remote, asked.remote)

    def __str__(self) -> str:
        """Return the filters as one would write them, the outermost first; '' for none."""
        parts = [
            ("local", self.local and self.local.text),
            ("local_name", self.local_name),
            ("remote", self.remote and self.remote.text),
            ("protocol", self.protocol),
        ]
        return " ".join(f"{word} {name}" for word, name in parts if name is not None)


def _net_matches(net: Net | None, asked: Net | None) -> bool:
    return net is None or net.bits == 0 or (asked is not None and net.holds(asked))


def _name_matches(name: str, mask: str) -> bool:
    """Match a host name as ``dns_match_wildcard`` does: a star is the rest of a label, with a dot behind."""
    name, mask = name.lower(), mask.lower()
    at, position = 0, 0
    while at < len(name) and position < len(mask):
        if mask[position] == "*":
            at = name.find(".", at)
            position += 1
            if at < 0 or not mask.startswith(".", position):
                return False
        elif mask[position] not in ("?", name[at]):
            return False
        at, position = at + 1, position + 1
    if mask.startswith("*", position):
        position += 1
    return at == len(name) and position == len(mask)


UNFILTERED = Condition()
