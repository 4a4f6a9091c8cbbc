"""What was found out about a user, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cli.output import printable
from cli.render.styled import Line
from drivers.diagnosis import Diagnosis, Switch
from mailstore.links import Link, LinkState

MARKS: Mapping[LinkState, tuple[str, str]] = {
    LinkState.OK: ("✓", "green"),
    LinkState.BROKEN: ("✗", "red"),
    LinkState.UNKNOWN: ("?", "yellow"),
    LinkState.SKIPPED: ("-", "dim"),
}
_STYLES: Mapping[Switch, str] = {
    Switch.ON: "bold green",
    Switch.OFF: "bold red",
    Switch.PARTLY: "bold red",
    Switch.NOT_NEEDED: "bold green",
    Switch.UNKNOWN: "bold yellow",
}
_NAME_WIDTH = 8


def text(diagnosis: Diagnosis, *, brief: bool) -> Iterator[Line]:
    """Yield the links and the verdict; ``brief`` leaves out the links where all is fine."""
    if not brief:
        for link in diagnosis.links:
            yield from _link(link, quiet=False)
    yield Line().add(printable(diagnosis.verdict), _STYLES[diagnosis.switched])
    if brief:
        for link in diagnosis.links:
            if link.state in (LinkState.BROKEN, LinkState.UNKNOWN):
                yield from _link(link, quiet=True)


def _link(link: Link, *, quiet: bool) -> Iterator[Line]:
    """Yield one link; ``quiet`` leaves out what to do about it."""
    mark, style = MARKS[link.state]
    where = f"({', '.join(link.protocols)}) " if link.protocols else ""
    line = Line().add(f"{mark} ", style).add(link.name.ljust(_NAME_WIDTH), "bold")
    yield line.add(printable(f" {where}{link.seen}"), "dim" if link.state is LinkState.SKIPPED else "")
    indent = " " * (_NAME_WIDTH + 3)
    for note in link.notes:
        yield Line().add(printable(f"{indent}note: {note}"), "dim")
    if not quiet:
        for remedy in filter(None, link.remedy):
            yield Line().add(f"{indent}→ ", "cyan").add(printable(remedy))
