"""What a log says about push notifications, for people."""

from __future__ import annotations

from collections.abc import Iterator

from cli.output import printable
from cli.render.diagnosis_text import MARKS
from cli.render.styled import Line
from drivers.doctor.log.evidence import Evidence, Finding
from drivers.doctor.log.view import DriverView, by_driver, counted, remarks, state_of, summary, told, verdict
from mailstore.links import LinkState

_INDENT = "  "
_WELL = (LinkState.OK, LinkState.SKIPPED)


def text(evidence: Evidence, *, brief: bool) -> Iterator[Line]:
    """Yield what there is, each driver with what was found of it, and the verdict.

    ``brief`` leaves out what is well or over.
    """
    yield Line().add(printable(summary(evidence)), "bold")
    for remark in remarks(evidence):
        yield Line().add("? ", "yellow").add(printable(remark))
    for view in by_driver(evidence):
        yield from _driver(view, brief=brief)
    if evidence.findings:
        state, what = verdict(evidence)
        mark, style = MARKS[state]
        yield Line().add(f"{mark} ", style).add(printable(what), f"bold {style}")


def _driver(view: DriverView, *, brief: bool) -> Iterator[Line]:
    if brief and view.state in _WELL:
        return
    mark, style = MARKS[view.state]
    line = Line().add(f"{mark} ", style).add(printable(view.driver), "bold")
    counts = counted(view)
    yield line.add(printable(f": {counts}")) if counts else line
    for finding in view.findings:
        if not (brief and state_of(finding) in _WELL):
            yield from _finding(finding)


def _finding(finding: Finding) -> Iterator[Line]:
    """Yield one finding; what to do only while it holds."""
    state = state_of(finding)
    mark, style = MARKS[state]
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
