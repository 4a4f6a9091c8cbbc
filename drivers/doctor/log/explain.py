"""From the lines of a log to what they come to."""

from __future__ import annotations

import difflib
import shlex
from collections import deque
from collections.abc import Callable, Iterable
from typing import NamedTuple

from drivers.doctor.log.evidence import (
    CONFIGURATION,
    PLUGINS,
    Evidence,
    Finding,
    Message,
    Outcome,
    Place,
    Protocol,
    Step,
)
from drivers.doctor.log.lines import LogLine
from drivers.doctor.log.messages import NO_DRIVER, NOT_THERE, SILENT, UNANSWERED
from drivers.doctor.log.sessions import MAIL_PROTOCOLS, Moment, Sessions
from drivers.doctor.log.text import Meaning, Table, may_matter, strip
from drivers.doctor.log.versions import version_in
from drivers.texts import INTERNAL_USERS

_MOST_USERS = 100_000
_MOST_USERS_TOLD = 1_000
_MOST_DETAILS = 20
_MOST_ALIKE = 5
_MOST_CALLS = 10_000
_CALL = "lua: Calling "
_MOST_WAITING = 10_000
_MOST_DELAYED = 1_000
_MOST_FINDINGS = 2_000
_OTHERS = "(others)"
_SENDING = "ox-sending"
_COMPLETED = "completed"
_INTERNAL = frozenset(INTERNAL_USERS.values())


def explain(lines: Iterable[LogLine], user: str | None = None) -> Evidence:
    """Return what the lines say about one user's push notifications, or everybody's (None).

    The lines are read once, and what is kept of them is bounded. Raises what reading them raises.
    """
    gathering = _Gathering(user)
    for line in lines:
        gathering.take(line)
    return gathering.evidence()


def _is_worth_telling(line: LogLine, message: Message) -> bool:
    return bool(message.meaning) and (line.level.is_failure or bool(message.rules or message.remedy))


class _Found:
    """A finding that grows."""

    def __init__(self, driver: str, message: Message, values: dict[str, str], detail: str) -> None:
        self.driver, self.message, self.values, self.detail = driver, message, values, detail
        self.count = self.order = 0
        self.first = self.last = self.text = ""
        self.place = Place("", 0)
        self.protocols: dict[str, None] = {}
        self.users: set[str] = set()
        self.is_over = False

    def add(self, line: LogLine, protocol: str, text: str, order: int) -> None:
        if not self.count:
            self.first = line.time
        self.count += 1
        self.last, self.text, self.order = line.time, text, order
        self.place = Place(line.file, line.number)
        self.is_over = False
        if protocol:
            self.protocols[protocol] = None

    def finished(self, user: str | None) -> Finding:
        """Return the finding; without a user it is no failure that somebody isn't switched on."""
        message, outcome = self.message, self.message.outcome
        if user is None and outcome is Outcome.SWITCHED_OFF:
            outcome = Outcome.SKIPPED
        values = _Values({**self.values, "user": shlex.quote(user or "USER")})
        return Finding(
            self.driver,
            outcome,
            message.name,
            self.detail,
            self.count,
            self.first,
            self.last,
            tuple(self.protocols),
            len(self.users),
            message.meaning.format_map(values),
            tuple(remedy.format_map(values) for remedy in message.remedy),
            message.rules,
            self.text,
            self.place,
            self.order,
            self.is_over,
        )


class _Values(dict[str, str]):
    """Values of a template; what isn't there is empty."""

    def __missing__(self, key: str) -> str:
        return ""


class _Key(NamedTuple):
    driver: str
    message: str
    detail: str
    protocol: str


class _Gathering:
    """What has been seen up to now."""

    def __init__(self, user: str | None) -> None:
        self._user = user
        self._table = Table()
        self._lines = self._user_lines = 0
        self._users: dict[str, None] = {}
        self._version = ""
        self._found: dict[_Key, _Found] = {}
        self._details: dict[tuple[str, str], int] = {}
        self._sessions = Sessions()
        self._sending: dict[tuple[str, str], deque[Moment]] = {}
        self._last_driver = 0
        self._without_plugins: set[str] = set()
        self._in_script: set[tuple[str, str]] = set()

    def take(self, line: LogLine) -> None:
        """Look at one line."""
        self._lines += 1
        if not self._version or line.service == "master":
            self._take_version(line)
        who = "" if line.user in _INTERNAL else line.user
        self._see_user(who)
        if line.service in MAIL_PROTOCOLS and who and self._is_meant(who):
            self._user_lines += 1
            self._sessions.see(Moment(line, self._lines), who)
        is_request = "http-client" in line.text
        if (is_request and self._in_script) or (not is_request and may_matter(line.text)):
            self._take_push(line, who)

    def _take_version(self, line: LogLine) -> None:
        found = version_in(line)
        if line.service == "master" and "starting up" in line.text:
            self._end(lambda one: one.driver == CONFIGURATION)
            self._version = found or self._version
        self._version = self._version or found

    def _see_user(self, who: str) -> None:
        if who and len(self._users) < _MOST_USERS:
            self._users[who] = None

    def _is_meant(self, who: str) -> bool:
        return self._user is None or who == self._user

    def _take_push(self, line: LogLine, who: str) -> None:
        text, connection, rcpt = strip(line.text)
        meaning = self._table.find(text)
        if meaning is None:
            if "odule loaded: " in text and who and self._is_meant(who):
                self._sessions.loaded(line, text)
            return
        if not who and line.user not in _INTERNAL and rcpt:
            who = self._sessions.user_of(line.pid, connection, rcpt) or rcpt
            self._see_user(who)
            self._user_lines += self._is_meant(who)
        elif who and rcpt:
            self._sessions.learn(connection, rcpt, who)
        if meaning.message.in_script and (line.service, who) not in self._in_script:
            return
        moment = Moment(line, self._lines)
        if who and self._is_meant(who):
            self._add(moment, meaning, who)
            self._take_step(moment, meaning, who)
        elif not who and meaning.message.for_all:
            self._add(moment, meaning)

    def _take_step(self, moment: Moment, meaning: Meaning, who: str) -> None:
        line = moment.line
        driver = meaning.values.get("driver") or meaning.message.driver
        if driver:
            self._last_driver = moment.order
        if driver != PLUGINS and line.service in self._without_plugins:
            self._without_plugins.discard(line.service)
            self._end(lambda one: one.driver == PLUGINS and line.service in one.protocols)
        step = Step(line.time, driver, meaning.message.outcome, meaning.text, Place(line.file, line.number))
        self._sessions.push(moment, who, step, ends=meaning.message.name == _COMPLETED)
        key = (line.service, who)
        if driver == "lua":
            is_call = meaning.text.startswith(_CALL) and len(self._in_script) < _MOST_CALLS
            (self._in_script.add if is_call else self._in_script.discard)(key)
        if meaning.message.name == _SENDING and len(self._sending) < _MOST_WAITING:
            self._sending.setdefault(key, deque(maxlen=_MOST_DELAYED)).append(moment)
        elif driver == "ox" and meaning.message.outcome in (Outcome.SENT, Outcome.FAILED):
            waiting = self._sending.get(key)
            if waiting:
                waiting.popleft()
            if not waiting:
                self._sending.pop(key, None)

    def _end(self, is_meant: Callable[[_Found], bool]) -> None:
        for one in self._found.values():
            if is_meant(one):
                one.is_over = True

    def _add(self, moment: Moment, meaning: Meaning, who: str = "") -> _Found | None:
        line, message = moment.line, meaning.message
        if message.outcome is Outcome.STEP and not _is_worth_telling(line, message):
            return None
        driver = meaning.values.get("driver") or message.driver
        detail = meaning.detail
        known = (driver, message.name)
        protocol = line.service if line.service in MAIL_PROTOCOLS else ""
        key = _Key(driver, message.name, detail, protocol if driver == PLUGINS else "")
        if key not in self._found:
            self._details[known] = self._details.get(known, 0) + 1
            if self._details[known] > _MOST_DETAILS:
                detail = _OTHERS
                key = key._replace(detail=detail)
        if driver == PLUGINS:
            self._without_plugins.add(protocol)
        if key not in self._found and len(self._found) >= _MOST_FINDINGS:
            return None
        values = {**meaning.values, "protocol": protocol}
        found = self._found.setdefault(key, _Found(driver, message, values, detail))
        found.add(line, protocol, meaning.text, moment.order)
        if who and len(found.users) < _MOST_USERS_TOLD:
            found.users.add(who)
        return found

    def evidence(self) -> Evidence:
        """Return what it all comes to."""
        self._sessions.end()
        protocols = self._sessions.protocols()
        for waiting in self._sending.values():
            for moment in waiting:
                self._add(moment, Meaning(UNANSWERED, {}, "", "Sending notification: …"))
        for protocol in protocols:
            self._add_silence(protocol)
        for moment in self._sessions.without_driver:
            found = self._add(moment, Meaning(NO_DRIVER, {}, "", strip(moment.line.text).text))
            if found is not None:
                found.is_over = self._last_driver > moment.order
        findings = sorted(
            (one.finished(self._user) for one in self._found.values()), key=lambda one: one.order
        )
        return Evidence(
            self._user,
            self._lines,
            self._user_lines,
            len(self._users),
            self._alike(),
            self._version,
            protocols,
            tuple(findings),
            self._sessions.last(),
        )

    def _add_silence(self, protocol: Protocol) -> None:
        if not protocol.is_silent:
            return
        told = "2.3" in self._version or bool(protocol.modules)
        is_loaded = "push_notification" in protocol.modules
        message = NOT_THERE if told and protocol.debugged and not is_loaded else SILENT
        line, order = self._sessions.last_mail(protocol.name)
        key = _Key(PLUGINS, message.name, "", protocol.name)
        found = _Found(PLUGINS, message, {"protocol": protocol.name}, "")
        found.add(line, protocol.name, strip(line.text).text, order)
        found.count = protocol.silent
        self._found[key] = found

    def _alike(self) -> tuple[str, ...]:
        """Return names in the log that may be meant, when the one asked for isn't there."""
        if self._user is None or self._user_lines:
            return ()
        wanted = self._user.casefold()
        local = wanted.partition("@")[0]
        same = [name for name in self._users if name.casefold() == wanted]
        same += [name for name in self._users if name.casefold().partition("@")[0] == local]
        near = difflib.get_close_matches(self._user, list(self._users)[:2000], n=_MOST_ALIKE, cutoff=0.8)
        return tuple(dict.fromkeys((*same, *near)))[:_MOST_ALIKE]
