"""What the doctor found, as a tree for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cli.output import printable
from cli.render.diagnosis_text import MARKS
from cli.render.styled import Line
from drivers.doctor import Branch, Diagnosis, Reach
from mailstore.links import Link, LinkState

_STYLES: Mapping[Reach, str] = {
    Reach.NOTIFIED: "bold green",
    Reach.PARTLY: "bold red",
    Reach.STOPS: "bold red",
    Reach.UNKNOWN: "bold yellow",
    Reach.NOT_TRIED: "bold yellow",
}
_BRANCH, _LAST, _DOWN, _GAP = "├─ ", "└─ ", "│  ", "   "


def text(diagnosis: Diagnosis, *, brief: bool) -> Iterator[Line]:
    """Yield the tree and the verdict; ``brief`` has only the links that are broken, each with its path."""
    if brief:
        for branch in diagnosis.branches:
            for path, link in branch.walk():
                if link.state is LinkState.BROKEN:
                    yield from _lines(link, " → ".join(path), "", "  ")
    else:
        yield from _trees(diagnosis.branches, "", top=True)
    yield Line().add(printable(diagnosis.verdict.text), _STYLES[diagnosis.verdict.reach])


def _trees(branches: Sequence[Branch], indent: str, *, top: bool = False) -> Iterator[Line]:
    width = max((len(branch.link.name) for branch in branches if not branch.below), default=0)
    for number, branch in enumerate(branches):
        is_last = number == len(branches) - 1
        opening, going_on = ("", "") if top else (_LAST, _GAP) if is_last else (_BRANCH, _DOWN)
        below = f"{indent}{going_on}"
        name = branch.link.name.ljust(width)
        yield from _lines(
            branch.link, name, f"{indent}{opening}", f"{below}{_DOWN if branch.below else _GAP}"
        )
        yield from _trees(branch.below, below)


def _lines(link: Link, name: str, opening: str, indent: str) -> Iterator[Line]:
    """Yield a link, then its place and rules, its notes, and what to do about it."""
    mark, style = MARKS[link.state]
    line = Line().add(opening, "dim").add(f"{mark} ", style).add(printable(name), "bold")
    yield line.add(printable(f"  {link.seen}"), "dim" if link.state is LinkState.SKIPPED else "")
    is_wrong = link.state in (LinkState.BROKEN, LinkState.UNKNOWN)
    about = " ".join(filter(None, (link.where if is_wrong else "", _rules(link))))
    if about:
        yield Line().add(indent, "dim").add(printable(f"  {about}"), "dim")
    for note in link.notes:
        yield Line().add(indent, "dim").add(printable(f"  note: {note}"), "dim")
    for remedy in filter(None, link.remedy):
        yield Line().add(indent, "dim").add("  → ", "cyan").add(printable(remedy))


def _rules(link: Link) -> str:
    return f"({', '.join(link.rules)}: see 'pushnotif rules')" if link.rules else ""
