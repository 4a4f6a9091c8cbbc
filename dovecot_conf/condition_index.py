"""Filters by their conditions, so that those holding for a client are found without trying all."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, product
from math import prod
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from dovecot_conf.conditions import Condition
    from dovecot_conf.nets import Net

    class Conditioned(Protocol):
        """What holds under a condition."""

        condition: Condition


ScopeT = TypeVar("ScopeT", bound="Conditioned")

_NetKey = tuple[object, ...]
_Key = tuple[str | None, str | None, _NetKey | None, _NetKey | None]
"""Of conditions with the same protocol, server name, local and remote net all or none may hold; None where
anything goes.
"""

_OTHER_PROTOCOL = "!"
"""The key of filters for all protocols but one."""

_MASK = ""
"""The key of filters for server names with wildcards, and for several names."""


_FEW = 8
"""So many scopes are tried one by one."""


class ConditionIndex(Generic[ScopeT]):
    """The scopes of one configuration, or of one scope in it."""

    __slots__ = ("_indexed", "_keys", "_scopes", "_widths")

    def __init__(self, scopes: Iterable[ScopeT] = ()) -> None:
        self._scopes = list(scopes)
        self._indexed = 0
        self._keys: dict[_Key, list[int]] = {}
        self._widths: frozenset[tuple[int, int]] = frozenset()

    def add(self, scope: ScopeT) -> None:
        """Put a scope behind the others."""
        self._scopes.append(scope)

    def matching(self, asked: Condition) -> list[ScopeT]:
        """Return the scopes that hold for ``asked``, in the order in which they were added."""
        return [scope for scope in self._candidates(asked) if scope.condition.matches(asked)]

    def _candidates(self, asked: Condition) -> Iterable[ScopeT]:
        if len(self._scopes) <= _FEW:
            return self._scopes
        if self._indexed < len(self._scopes):
            self._index()
        parts = (
            (None,) if asked.protocol is None else (None, asked.protocol, _OTHER_PROTOCOL),
            (None,) if asked.local_name is None else (None, asked.local_name.lower(), _MASK),
            self._around(asked.local),
            self._around(asked.remote),
        )
        if prod(map(len, parts)) > len(self._scopes):
            return self._scopes
        found = (self._keys.get(key, ()) for key in product(*parts))
        return [self._scopes[number] for number in sorted(chain.from_iterable(found))]

    def _index(self) -> None:
        """Find the keys of what was added."""
        widths = set(self._widths)
        for number in range(self._indexed, len(self._scopes)):
            condition = self._scopes[number].condition
            self._keys.setdefault(_key(condition), []).append(number)
            for net in (condition.local, condition.remote):
                if net is not None and net.address is not None:
                    widths.add((net.address.version, net.bits))
        self._widths, self._indexed = frozenset(widths), len(self._scopes)

    def _around(self, net: Net | None) -> list[_NetKey | None]:
        if net is None:
            return [None]
        if net.address is None:
            return [None, _net_key(net)]
        number, longest, version = int(net.address), net.address.max_prefixlen, net.address.version
        widths = [bits for family, bits in self._widths if family == version]
        return [None, *((version, bits, number >> (longest - bits)) for bits in widths)]


def _key(condition: Condition) -> _Key:
    protocol, name = condition.protocol, condition.local_name
    if protocol is not None and protocol.startswith("!"):
        protocol = _OTHER_PROTOCOL
    if name is not None:
        name = _MASK if any(sign in name for sign in "*? ") else name.lower()
    return protocol, name, _net_key(condition.local), _net_key(condition.remote)


def _net_key(net: Net | None) -> _NetKey | None:
    if net is None or net.bits == 0:
        return None
    if net.address is None:
        return (net.host,)
    return (net.address.version, net.bits, int(net.address) >> (net.address.max_prefixlen - net.bits))
