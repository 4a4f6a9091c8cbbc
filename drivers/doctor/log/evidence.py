"""What a log came to: values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

PLUGINS = "plugins"
"""Stands for a driver where all drivers of a process are meant."""

CONFIGURATION = "configuration"


class Outcome(StrEnum):
    """What a line says about a notification.

    ``unknown``: what came of it isn't in the log. ``step``: the line decides nothing.
    """

    SENT = "sent"
    LOGGED = "logged"
    CALLED = "called"
    SKIPPED = "skipped"
    SWITCHED_OFF = "switched-off"
    UNKNOWN = "unknown"
    FAILED = "failed"
    NOT_LOADED = "not-loaded"
    STEP = "step"

    @property
    def is_good(self) -> bool:
        """Whether the driver did what it is for."""
        return self in (Outcome.SENT, Outcome.LOGGED, Outcome.CALLED)

    @property
    def is_bad(self) -> bool:
        """Whether a notification got lost, or never began."""
        return self in (Outcome.FAILED, Outcome.NOT_LOADED, Outcome.SWITCHED_OFF)

    @property
    def is_verdict(self) -> bool:
        """Whether a later one takes its place; a mailbox that nobody watches says nothing of the next."""
        return self.is_good or self.is_bad


class Message(NamedTuple):
    """A line that Dovecot can write, as data.

    ``pattern`` is matched from the beginning of the text, ``needle`` is a piece of it that is always
    there. ``detail`` is a group of the pattern that tells cases apart. ``meaning``, ``remedy`` may hold
    groups in braces. ``for_all``: it stands in a log without a user, and holds for everybody. ``in_script``:
    it is about notifications only while a Lua script is called.
    """

    name: str
    needle: str
    pattern: str
    driver: str
    outcome: Outcome
    meaning: str
    remedy: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    for_all: bool = False
    in_script: bool = False


class Place(NamedTuple):
    """Where a line stands."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Lines that say the same: how many, when first and last, and what they mean.

    ``detail`` is what differs between findings of one ``message``, such as the answer of an endpoint.
    ``users``: of how many, 0 where lines tell no user, and at most 1000. ``text`` is the last of the lines,
    without time and process; ``order`` grows with the log. ``is_over``: later lines tell that it is so no
    more.
    """

    driver: str
    outcome: Outcome
    message: str
    detail: str
    count: int
    first: str
    last: str
    protocols: tuple[str, ...]
    users: int
    meaning: str
    remedy: tuple[str, ...]
    rules: tuple[str, ...]
    text: str
    place: Place
    order: int
    is_over: bool = False


class Step(NamedTuple):
    """One line about push notifications in a session."""

    time: str
    driver: str
    outcome: Outcome
    text: str
    place: Place


class Session(NamedTuple):
    """What one process did for one user, from login or delivery to its end: steps in order."""

    protocol: str
    user: str
    pid: str
    session: str
    mails: int
    steps: tuple[Step, ...]
    left_out: int


class Protocol(NamedTuple):
    """What was seen of the processes of a protocol, of the user asked for.

    ``mails``: how many were saved; ``silent``: those in sessions without any push line, ``debugged`` of
    these in sessions with lines of debugging. ``is_silent``: the last one was. ``modules``: the plugins
    that debug lines say are loaded.
    """

    name: str
    lines: int
    mails: int
    silent: int
    debugged: int
    is_silent: bool
    modules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a log says about the push notifications of one user, or of all (``user`` is None).

    ``lines``: of Dovecot's, of all users. ``user_lines``: of the user. ``users``: how many there are.
    ``alike``: names in the log that may be meant. ``version``: Dovecot's, where the log tells it, else ''.
    ``findings`` in the order of the log, ``sessions`` the last ones.
    """

    user: str | None
    lines: int
    user_lines: int
    users: int
    alike: tuple[str, ...]
    version: str
    protocols: tuple[Protocol, ...]
    findings: tuple[Finding, ...]
    sessions: tuple[Session, ...]

    @property
    def verdicts(self) -> tuple[Finding, ...]:
        """The latest finding of each driver that says how it went, in the order of the log.

        What keeps the plugins of one protocol away says nothing of another one.
        """
        latest: dict[tuple[str, tuple[str, ...]], Finding] = {}
        for finding in self.findings:
            if not finding.outcome.is_verdict or finding.is_over:
                continue
            key = (finding.driver, finding.protocols if finding.driver == PLUGINS else ())
            if key not in latest or latest[key].order < finding.order:
                latest[key] = finding
        return tuple(sorted(latest.values(), key=lambda finding: finding.order))

    @property
    def is_fine(self) -> bool:
        """Tell whether the latest of each driver is no failure."""
        return not any(finding.outcome.is_bad for finding in self.verdicts)


def protocols_seen(evidence: Evidence) -> dict[str, int]:
    """Return the protocols whose processes saved mails, the busiest first, with the number of mails."""
    busy = sorted((one for one in evidence.protocols if one.mails), key=lambda one: -one.mails)
    return {one.name: one.mails for one in busy}
