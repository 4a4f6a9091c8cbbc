"""What was found out about one user: the links, and what they come to."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from mailstore.links import Link, LinkState


class Switch(StrEnum):
    """Whether METADATA lets a user be notified. ``partly``: not in every process that asks."""

    ON = "on"
    OFF = "off"
    PARTLY = "partly"
    NOT_NEEDED = "not needed"
    UNKNOWN = "unknown"


class Diagnosis(NamedTuple):
    """The links of one user in their order, and the verdict in one line."""

    user: str
    links: tuple[Link, ...]
    switched: Switch
    verdict: str

    @property
    def is_fine(self) -> bool:
        """Tell whether nothing keeps notifications from this user."""
        fine = self.switched in (Switch.ON, Switch.NOT_NEEDED)
        return fine and all(link.state is not LinkState.BROKEN for link in self.links)


def conclude(name: str, links: Sequence[Link], ways: Sequence[Sequence[Link]]) -> Diagnosis:
    """Return the diagnosis of links that lead to METADATA and of each way from there to a value.

    ``ways`` are the links of each store that is asked, the last of each being its entry.
    """
    found = (*links, *(link for way in ways for link in way))
    first = _first(links)
    if first is not None:
        return Diagnosis(name, found, *_without(name, first))
    bad = [(way, link) for way in ways if (link := _first(way)) is not None]
    if not bad:
        what = "; ".join(dict.fromkeys(_found(way) for way in ways))
        return Diagnosis(name, found, Switch.ON, f"{name} is switched on: {what}")
    if len(bad) == len(ways):
        return Diagnosis(name, found, *_without(name, bad[0][1]))
    good = [way[-1] for way in ways if _first(way) is None]
    on, off = (", ".join(p for link in some for p in link.protocols) for some in (good, [b[1] for b in bad]))
    text = f"{name} is switched on for {on}, and not for {off}: {_named(bad[0][1])}"
    return Diagnosis(name, found, Switch.PARTLY, text)


def not_needed(name: str, links: Sequence[Link], why: str) -> Diagnosis:
    """Return the diagnosis where nobody asks for METADATA."""
    return Diagnosis(name, tuple(links), Switch.NOT_NEEDED, f"{name} needs no METADATA: {why}")


def _found(way: Sequence[Link]) -> str:
    """Return the value, and the store that it is in where that is known."""
    return f"{way[-1].seen}, in {way[0].seen}" if len(way) > 1 else way[-1].seen


def _first(links: Sequence[Link]) -> Link | None:
    """Return the link that keeps a notification away, else one that nothing is known of."""
    for state in (LinkState.BROKEN, LinkState.UNKNOWN):
        for link in links:
            if link.state is state:
                return link
    return None


def _without(name: str, link: Link) -> tuple[Switch, str]:
    if link.state is LinkState.UNKNOWN:
        return Switch.UNKNOWN, f"whether {name} is switched on is not known: {_named(link)}"
    return Switch.OFF, f"{name} is not switched on: {_named(link)}"


def _named(link: Link) -> str:
    return f"{link.name}: {link.seen}"
