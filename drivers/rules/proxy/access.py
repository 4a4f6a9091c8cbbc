"""Access rules of Apache: ``Require`` of 2.4, and ``Order``, ``Allow`` and ``Deny`` of 2.2."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from drivers.rules.proxy.directives import Directive
from drivers.rules.proxy.targets import is_everybody

_METHOD = "PUT"
_CONTAINERS = ("requireall", "requireany", "requirenone")


class Access:
    """Whether everybody comes through, section after section: what one says replaces what was said before."""

    def __init__(self) -> None:
        self._required = True
        self._ordered = True
        self._any_is_enough = False

    @property
    def is_open(self) -> bool:
        """Tell whether a client that nobody knows comes through."""
        both = (self._required, self._ordered)
        return any(both) if self._any_is_enough else all(both)

    def take(self, directives: Sequence[Directive]) -> None:
        """Take the rules of one section, with those for notifications only."""
        directives = list(_for_notifications(directives))
        requires = [item for item in directives if item.name in ("require", *_CONTAINERS)]
        if requires:
            self._required = _any(requires) is not False
        if any(item.name in ("order", "allow", "deny") for item in directives):
            self._ordered = _ordered(directives)
        for item in directives:
            if item.name == "satisfy":
                self._any_is_enough = item.text.lower() == "any"
            elif item.name == "sslverifyclient" and item.text.lower() == "require":
                self._required = False


def _for_notifications(directives: Iterable[Directive]) -> Iterator[Directive]:
    """Yield the rules that hold for the method PUT; of those on a condition it is assumed that they do."""
    for item in directives:
        methods = tuple(map(str.upper, item.args))
        limits = (item.name == "limit" and _METHOD in methods) or (
            item.name == "limitexcept" and _METHOD not in methods
        )
        if limits or item.name in ("if", "elseif", "else"):
            yield from item.children
        else:
            yield item


def _any(items: Iterable[Directive]) -> bool | None:
    """Tell whether one of several lets everybody through; None if none of them is about that."""
    said = [answer for item in items if (answer := _lets_through(item)) is not None]
    return any(said) if said else None


def _lets_through(item: Directive) -> bool | None:
    if item.name == "requireany":
        return _any(item.children)
    if item.name == "requireall":
        said = [answer for child in item.children if (answer := _lets_through(child)) is not None]
        return all(said) if said else None
    if item.name != "require" or (item.args and item.args[0].lower() == "not"):
        return None
    words = tuple(word.lower() for word in item.args)
    return words == ("all", "granted") or (words[:1] == ("ip",) and any(map(is_everybody, words[1:])))


def _ordered(directives: Iterable[Directive]) -> bool:
    order = next((item.text.lower().replace(" ", "") for item in directives if item.name == "order"), "")
    allowed, denied = (_everybody(directives, name) for name in ("allow", "deny"))
    if order in ("allow,deny", "mutual-failure"):
        return allowed and not denied
    return allowed or not denied


def _everybody(directives: Iterable[Directive], name: str) -> bool:
    return any(
        is_everybody(word) for item in directives if item.name == name for word in item.args if word != "from"
    )
