"""What a log came to, driver by driver, and as links of the doctor's chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from drivers.doctor.branch import Branch
from drivers.doctor.log.evidence import PLUGINS, Evidence, Finding, Outcome, protocols_seen
from mailstore.links import Link, LinkState

NAME = "log"
FRAMEWORK = "push_notification"

WORDS = {
    Outcome.SENT: "sent",
    Outcome.LOGGED: "logged",
    Outcome.CALLED: "called",
    Outcome.SKIPPED: "skipped",
    Outcome.SWITCHED_OFF: "not switched on",
    Outcome.UNKNOWN: "not told by the log",
    Outcome.FAILED: "failed",
    Outcome.NOT_LOADED: "not loaded",
    Outcome.STEP: "noted",
}
_NOT_HERE = "nothing in the log is from Dovecot"


class DriverView(NamedTuple):
    """The findings of one driver, the latest first, and how it is now."""

    driver: str
    state: LinkState
    findings: tuple[Finding, ...]


def by_driver(evidence: Evidence) -> tuple[DriverView, ...]:
    """Return the findings driver by driver, in the order of the log; what protocols share is put together."""
    groups: dict[str, list[Finding]] = {}
    for finding in _joined(evidence.findings):
        groups.setdefault(finding.driver, []).append(finding)
    verdicts = evidence.verdicts
    return tuple(
        DriverView(driver or FRAMEWORK, _state(driver, found, verdicts), _latest_first(found))
        for driver, found in groups.items()
    )


def _joined(findings: Sequence[Finding]) -> list[Finding]:
    """Put findings together that differ in nothing but the protocol, at the place of the last."""
    found: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        key = (finding.driver, finding.message, finding.detail, finding.is_over)
        before = found.pop(key, None)
        if before is not None:
            finding = replace(  # noqa: PLW2901
                finding,
                count=before.count + finding.count,
                first=before.first,
                users=max(before.users, finding.users),
                protocols=tuple(dict.fromkeys((*before.protocols, *finding.protocols))),
            )
        found[key] = finding
    return list(found.values())


def _latest_first(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return findings as one reads them: the latest first, and notes at the end."""
    return tuple(sorted(findings, key=lambda one: (one.outcome is Outcome.STEP, -one.order)))


def _state(driver: str, found: Sequence[Finding], verdicts: Sequence[Finding]) -> LinkState:
    mine = [verdict for verdict in verdicts if verdict.driver == driver]
    if any(verdict.outcome.is_bad for verdict in mine):
        return LinkState.BROKEN
    if mine:
        return LinkState.OK
    if any(finding.outcome is Outcome.UNKNOWN and not finding.is_over for finding in found):
        return LinkState.UNKNOWN
    return LinkState.SKIPPED


def state_of(finding: Finding) -> LinkState:
    """Return the state that one finding stands for."""
    if finding.is_over:
        return LinkState.SKIPPED
    if finding.outcome.is_bad:
        return LinkState.BROKEN
    if finding.outcome.is_good:
        return LinkState.OK
    return LinkState.UNKNOWN if finding.outcome is Outcome.UNKNOWN else LinkState.SKIPPED


def times(count: int) -> str:
    """Return how often."""
    return "once" if count == 1 else f"{count} times"


def told(finding: Finding) -> str:
    """Return a finding in one line: what, how often, by whom and when last."""
    what = WORDS[finding.outcome] + (f": {finding.detail}" if finding.detail else "")
    by = f" by {', '.join(finding.protocols)}" if finding.protocols else ""
    by += f" for {finding.users} users" if finding.users > 1 else ""
    last = f", last {finding.last}" if finding.last else ""
    over = "; later lines tell that this is over" if finding.is_over else ""
    return f"{what}, {times(finding.count)}{by}{last}{over}"


def counted(view: DriverView) -> str:
    """Return the outcomes of a driver with their numbers: ``12 times sent (last …), 3 times failed (…)``."""
    counts: dict[Outcome, int] = {}
    last: dict[Outcome, Finding] = {}
    for finding in view.findings:
        if finding.outcome is not Outcome.STEP:
            counts[finding.outcome] = counts.get(finding.outcome, 0) + finding.count
            last.setdefault(finding.outcome, finding)
    return ", ".join(
        f"{times(count)} {WORDS[outcome]}" + (f" (last {last[outcome].last})" if last[outcome].last else "")
        for outcome, count in sorted(counts.items(), key=lambda one: last[one[0]].order, reverse=True)
    )


def summary(evidence: Evidence) -> str:
    """Return in one sentence what there is in the log."""
    if not evidence.lines:
        return _NOT_HERE
    lines = "line" if evidence.lines == 1 else "lines"
    version = f" {evidence.version}" if evidence.version else ""
    start = f"{evidence.lines} {lines} of Dovecot{version}"
    if evidence.user is not None:
        start += f", {evidence.user_lines} about {evidence.user}"
    elif evidence.users:
        start += f", about {evidence.users} {'user' if evidence.users == 1 else 'users'}"
    saved = ", ".join(f"{name} {count}" for name, count in protocols_seen(evidence).items())
    return f"{start}; mails saved: {saved or 'none'}"


def remarks(evidence: Evidence) -> tuple[str, ...]:
    """Return what else is to be said: of a user who isn't there, of a log that is silent."""
    if not evidence.lines:
        return ("the file may be another program's, or Dovecot logs elsewhere: doveadm log find",)
    if evidence.user is not None and not evidence.user_lines:
        if evidence.alike:
            return (f"no line is about {evidence.user}; there are lines about {', '.join(evidence.alike)}",)
        return (f"no line is about {evidence.user}: is that the name after the login, and the right log?",)
    if not evidence.findings:
        return ("no mail was saved, and nothing was logged about push notifications",)
    return ()


def verdict(evidence: Evidence) -> tuple[LinkState, str]:
    """Return what it all comes to."""
    verdicts = _joined(evidence.verdicts)
    bad = [finding for finding in verdicts if finding.outcome.is_bad]
    if bad:
        return LinkState.BROKEN, "; ".join(_now(one) for one in bad)
    good = [finding for finding in verdicts if finding.outcome.is_good]
    if good:
        return LinkState.OK, "; ".join(_now(one) for one in good)
    if not evidence.lines:
        return LinkState.UNKNOWN, _NOT_HERE
    return LinkState.UNKNOWN, "the log doesn't tell whether a notification left"


def _now(finding: Finding) -> str:
    detail = f" ({finding.detail})" if finding.detail else ""
    if finding.driver == PLUGINS:
        return f"{', '.join(finding.protocols) or 'a process'} can't notify: plugins aren't loaded{detail}"
    return f"{finding.driver or FRAMEWORK} {_LATEST[finding.outcome]}{detail}"


_LATEST = {
    Outcome.SENT: "sent the latest notification",
    Outcome.LOGGED: "logged the latest event",
    Outcome.CALLED: "was called for the latest event",
    Outcome.SWITCHED_OFF: "doesn't notify, as the user isn't switched on",
    Outcome.FAILED: "failed at the latest notification",
    Outcome.NOT_LOADED: "isn't loaded",
}


def links(evidence: Evidence) -> tuple[Branch, ...]:
    """Return the log as a link of the doctor's chain, with a link for each driver below it."""
    state, what = verdict(evidence)
    seen = f"{summary(evidence)}: {what}" if evidence.lines else summary(evidence)
    link = Link(NAME, state, seen, notes=remarks(evidence), protocols=tuple(protocols_seen(evidence)))
    return (Branch(link, tuple(Branch(_link(view)) for view in by_driver(evidence))),)


def _link(view: DriverView) -> Link:
    """Return the link of a driver: of what is in its way, else of the latest."""
    ways = [one for one in view.findings if state_of(one) is view.state] or list(view.findings)
    first = ways[0]
    notes = tuple(told(one) for one in view.findings if one is not first)
    return Link(
        view.driver,
        view.state,
        f"{told(first)}: {first.meaning}" if first.meaning else told(first),
        first.remedy if view.state is not LinkState.OK else (),
        notes,
        first.protocols,
        f"{first.place.file}:{first.place.line}",
        first.rules if view.state is not LinkState.OK else (),
    )
