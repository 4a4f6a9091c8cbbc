"""What the links come to, in one line."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from drivers.doctor import delivery, event
from drivers.doctor import loaded as drivers
from drivers.doctor.branch import Branch, first_broken
from mailstore.links import Link, LinkState

_HEADINGS = (drivers.NAME,)
"""Links that only gather others: a path reads better without them."""

Path = tuple[str, ...]


class Reach(StrEnum):
    """Whether a notification reaches whom it is for. ``partly``: by some drivers, and not by others."""

    NOTIFIED = "notified"
    PARTLY = "partly"
    STOPS = "stops"
    UNKNOWN = "unknown"
    NOT_TRIED = "not tried"


class Verdict(NamedTuple):
    """The outcome, the line that says it, and the path of the first link where a notification stops."""

    reach: Reach
    text: str
    stops_at: Path | None = None

    @property
    def is_fine(self) -> bool:
        """Tell whether no link is broken."""
        return self.stops_at is None


def conclude(user: str, branches: tuple[Branch, ...], *, offline: bool) -> Verdict:
    """Say where the chain breaks, or that it holds; ``user`` is "" where nobody was named."""
    whom = user or "anybody"
    links = [found for branch in branches for found in branch.walk()]
    told = [(path, link) for path, link in links if _has_left(path, link)]
    broken = first_broken(branches)
    if broken is not None:
        path, link = broken
        where = f"it stops at {_arrows(path)}: {link.seen}"
        others = [_arrows(one[:1] + one[2:]) for one, _ in told if _is_apart(one, path)]
        if others:
            text = f"{whom} is notified by {' and '.join(dict.fromkeys(others))} only: {where}"
            return Verdict(Reach.PARTLY, text, path)
        return Verdict(Reach.STOPS, f"{user or 'nobody'} gets {'no' if user else 'a'} push: {where}", path)
    if told:
        shown = "; ".join(f"{link.name}: {link.seen}" for _, link in told)
        return Verdict(Reach.NOTIFIED, f"{whom} is notified{_by_what(branches)}: {shown}")
    return _not_sure(user, whom, links, offline=offline)


def _by_what(branches: tuple[Branch, ...]) -> str:
    """Return the condition under which that holds, where it isn't known by what mails come in."""
    unsure = any(
        branch.link.name == delivery.NAME and branch.link.state is LinkState.UNKNOWN for branch in branches
    )
    names = dict.fromkeys(name for branch in branches for name in branch.link.protocols)
    return f", if mails come in by {' and '.join(names)}" if unsure and names else ""


def _has_left(path: Path, link: Link) -> bool:
    """Tell whether a link is that of a driver whose notification really left."""
    return event.NAME in path[:-1] and link.state is LinkState.OK and link.seen != event.LOGGED


def _is_apart(told: Path, broken: Path) -> bool:
    """Tell whether a driver notifies although a link is broken: of another driver, or another protocol."""
    if told[0] != broken[0]:
        return len(broken) > 1
    return len(broken) > 2 and told[-1] not in broken


def _not_sure(user: str, whom: str, links: list[tuple[Path, Link]], *, offline: bool) -> Verdict:
    unknown = next(((path, link) for path, link in links if link.state is LinkState.UNKNOWN), None)
    if unknown is not None:
        path, link = unknown
        text = f"whether {whom} is notified isn't known: {_arrows(path)}: {link.seen}"
        return Verdict(Reach.UNKNOWN, text)
    if not user:
        return Verdict(
            Reach.NOT_TRIED, "nothing is in the way as far as that can be said without a user: see -u"
        )
    if offline:
        return Verdict(Reach.NOT_TRIED, f"nothing is in the way of {whom} as far as that can be seen offline")
    return Verdict(Reach.UNKNOWN, f"whether {whom} is notified isn't known: {_first_skipped(links)}")


def _first_skipped(links: list[tuple[Path, Link]]) -> str:
    found = (f"{_arrows(path)}: {link.seen}" for path, link in links if link.state is LinkState.SKIPPED)
    return next(found, "no event was tried")


def _arrows(path: Path) -> str:
    return " → ".join(_without_headings(path))


def _without_headings(path: Path) -> Iterator[str]:
    for number, name in enumerate(path):
        if name not in _HEADINGS or number == len(path) - 1:
            yield name
