"""Sessions of users in a log: how many mails, what was logged about push notifications."""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import NamedTuple

from drivers.doctor.log.evidence import Protocol, Session, Step
from drivers.doctor.log.lines import LogLine
from drivers.report import Level

MAIL_PROTOCOLS = frozenset({"lmtp", "lda", "imap", "pop3", "doveadm", "submission", "managesieve"})

_SAVED = re.compile(r"saved mail to |stored mail into mailbox ")
_MODULE = re.compile(r"odule loaded: \S*/lib(?:\d+_)?(?P<name>\w+?)_plugin\.so")
_MOST_SESSIONS = 2_000
_MOST_STEPS = 40
_MOST_SHOWN = 20
_MOST_LEARNT = 10_000
_MOST_MODULES = 100
_MOST_WITHOUT = 1_000


class Moment(NamedTuple):
    """A line, and how many of Dovecot's lines stand before it in all logs."""

    line: LogLine
    order: int


@dataclass(slots=True)
class _Open:
    protocol: str
    user: str
    pid: str
    session: str
    mails: int = 0
    debug: int = 0
    steps: list[Step] = field(default_factory=list)
    left_out: int = 0
    drivers: set[str] = field(default_factory=set)
    completed: Moment | None = None


@dataclass(slots=True)
class _Counts:
    lines: int = 0
    mails: int = 0
    silent: int = 0
    debugged: int = 0
    is_silent: bool = False
    modules: dict[str, None] = field(default_factory=dict)
    last_mail: Moment | None = None


class Sessions:
    """The sessions of a log, of which only the last ones are kept."""

    def __init__(self) -> None:
        self._open: OrderedDict[tuple[str, str, str, str], _Open] = OrderedDict()
        self._latest: dict[tuple[str, str], tuple[str, str, str, str]] = {}
        self._counts: dict[str, _Counts] = {}
        self._shown: deque[Session] = deque(maxlen=_MOST_SHOWN)
        self._learnt: OrderedDict[tuple[str, str], str] = OrderedDict()
        self.without_driver: deque[Moment] = deque(maxlen=_MOST_WITHOUT)

    def see(self, moment: Moment, user: str) -> None:
        """Count a line of a user's process."""
        line = moment.line
        counts = self._counts.setdefault(line.service, _Counts())
        counts.lines += 1
        session = self._session(line, user)
        if line.level is Level.DEBUG:
            session.debug += 1
        elif line.level is Level.INFO and _SAVED.search(line.text) is not None:
            session.mails += 1
            counts.mails += 1
            counts.last_mail = moment

    def push(self, moment: Moment, user: str, step: Step, *, ends: bool) -> None:
        """Add a step about push notifications; ``ends``: with it a transaction ends."""
        session = self._session(moment.line, user)
        if step.driver:
            session.drivers.add(step.driver)
        if ends:
            session.completed = moment
        if len(session.steps) < _MOST_STEPS:
            session.steps.append(step)
        else:
            session.left_out += 1

    def loaded(self, line: LogLine, text: str) -> None:
        """Keep the plugin that a line says is loaded."""
        match = _MODULE.search(text)
        modules = self._counts.setdefault(line.service, _Counts()).modules
        if match is not None and len(modules) < _MOST_MODULES:
            modules[match["name"]] = None

    def learn(self, connection: str, rcpt: str, user: str) -> None:
        """Keep who is meant by a recipient of a connection to LMTP."""
        self._learnt[connection, rcpt] = user
        if len(self._learnt) > _MOST_LEARNT:
            self._learnt.popitem(last=False)

    def user_of(self, pid: str, connection: str, rcpt: str) -> str:
        """Return the user whom a recipient is, as earlier lines of the connection tell, or ''.

        Without such lines it is the user of that process, where only one can be meant.
        """
        known = self._learnt.get((connection, rcpt))
        if known is not None:
            return known
        names = {user for process, user in self._latest if process == pid}
        return names.pop() if len(names) == 1 and rcpt not in names else ""

    def last_mail(self, protocol: str) -> Moment:
        """Return when a protocol saved the last mail; there must be one."""
        moment = self._counts[protocol].last_mail
        assert moment is not None
        return moment

    def end(self) -> None:
        """Close all sessions."""
        while self._open:
            self._close()

    def protocols(self) -> tuple[Protocol, ...]:
        """Return the counts of each protocol, in the order of the log."""
        return tuple(
            Protocol(name, one.lines, one.mails, one.silent, one.debugged, one.is_silent, tuple(one.modules))
            for name, one in self._counts.items()
        )

    def last(self) -> tuple[Session, ...]:
        """Return the last sessions that logged anything about push notifications."""
        return tuple(self._shown)

    def _session(self, line: LogLine, user: str) -> _Open:
        """Return the session of a line; without an id it is the latest of that process and user."""
        key = (line.service, line.pid, line.session, user)
        if not line.session:
            key = self._latest.get((line.pid, user), key)
        found = self._open.get(key)
        if found is None:
            found = self._open[key] = _Open(line.service, user, line.pid, line.session)
            self._latest[line.pid, user] = key
            if len(self._open) > _MOST_SESSIONS:
                self._close()
        return found

    def _close(self) -> None:
        key, one = self._open.popitem(last=False)
        if self._latest.get((one.pid, one.user)) == key:
            del self._latest[one.pid, one.user]
        counts = self._counts.setdefault(one.protocol, _Counts())
        if one.mails:
            counts.is_silent = not one.steps
            if not one.steps:
                counts.silent += one.mails
                counts.debugged += one.mails if one.debug else 0
        if one.completed is not None and not one.drivers:
            self.without_driver.append(one.completed)
        if one.steps:
            steps = tuple(one.steps)
            self._shown.append(
                Session(one.protocol, one.user, one.pid, one.session, one.mails, steps, one.left_out)
            )
