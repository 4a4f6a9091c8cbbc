"""What a log says about push notifications, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cli.output import printable
from cli.render.styled import Line
from drivers.doctor.log.evidence import Evidence, Finding
from drivers.doctor.log.view import DriverView, by_driver, counted, remarks, state_of, summary, told, verdict
from mailstore.links import LinkState

_MARKS: Mapping[LinkState, tuple[str, str]] = {
    LinkState.OK: ("✓", "green"),
    LinkState.BROKEN: ("✗", "red"),
    LinkState.UNKNOWN: ("?", "yellow"),
    LinkState.SKIPPED: ("-", "dim"),
}
_INDENT = "  "


def text(evidence: Evidence) -> Iterator[Line]:
    """Yield what there is, each driver with what was found of it, and the verdict."""
    yield Line().add(printable(summary(evidence)), "bold")
    for remark in remarks(evidence):
        yield Line().add("? ", "yellow").add(printable(remark))
    for view in by_driver(evidence):
        yield from _driver(view)
    if evidence.findings:
        state, what = verdict(evidence)
        mark, style = _MARKS[state]
        yield Line().add(f"{mark} ", style).add(printable(what), f"bold {style}")


def _driver(view: DriverView) -> Iterator[Line]:
    mark, style = _MARKS[view.state]
    line = Line().add(f"{mark} ", style).add(printable(view.driver), "bold")
    counts = counted(view)
    yield line.add(printable(f": {counts}")) if counts else line
    for finding in view.findings:
        yield from _finding(finding)


def _finding(finding: Finding) -> Iterator[Line]:
    """Yield one finding; what to do only while it holds."""
    state = state_of(finding)
    mark, style = _MARKS[state]
    place = f" ({finding.place.file}:{finding.place.line})"
    yield Line().add(f"{_INDENT}{mark} ", style).add(printable(told(finding))).add(printable(place), "dim")
    deeper = _INDENT * 2
    if finding.meaning:
        yield Line().add(printable(f"{deeper}{finding.meaning}"))
    if finding.outcome.is_good or finding.is_over:
        return
    for remedy in finding.remedy:
        yield Line().add(f"{deeper}→ ", "cyan").add(printable(remedy))
    if finding.rules:
        yield Line().add(printable(f"{deeper}rules: {', '.join(finding.rules)}"), "dim")
