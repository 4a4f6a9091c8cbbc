"""Plays a scenario: one session after the other, on the same mailboxes and METADATA."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from dovecot_conf.errors import MailboxError, MessageError
from dovecot_conf.push import PushConfig
from drivers.actions import Actions
from drivers.clock import Clock
from drivers.flag_changes import StoreMode
from drivers.http import Transport
from drivers.mail_source import make_mail
from drivers.option_values import parse_seconds
from drivers.process import Part, ProcessReport, perform_together
from drivers.registry import DriverRegistry
from drivers.scenario_values import Action, Mail, Scenario, ScenarioError, ScenarioUser, Session
from drivers.scripting import DEFAULT_SCRIPTING, Scripting
from drivers.session import MailUser, SharedHttp, Surroundings
from mailstore.memory_metadata import MemoryMetadata
from mailstore.message import Message, read_message
from mailstore.simulated import DELETED, INBOX, SimulatedMailbox, SimulatedMailboxes


class MovedClock:
    """A clock that can be put forward: the time of day; elapsed time is that of the real clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = 0.0

    def advance(self, seconds: float) -> None:
        """Put the clock forward."""
        self._ahead += seconds

    def now(self) -> float:
        """Return seconds since 1970."""
        return self._clock.now() + self._ahead

    def monotonic(self) -> float:
        """Return seconds on a clock that never goes back."""
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        """Really wait."""
        self._clock.sleep(seconds)


class Configured(NamedTuple):
    """What the configuration says for one user of a session."""

    push: PushConfig
    user: MailUser


Configure = Callable[[Session, str], Configured]
"""Finds out what the configuration says for a user of a session, with the session's settings."""


@dataclass(frozen=True, slots=True)
class World:
    """What a scenario needs of the world; ``transport`` gives the network of a session (number from 0)."""

    configure: Configure
    transport: Callable[[int, Session], Transport]
    clock: Clock
    registry: DriverRegistry
    show_secrets: bool = False
    scripting: Scripting = DEFAULT_SCRIPTING


class SessionReport(NamedTuple):
    """A session and what happened in it."""

    session: Session
    process: ProcessReport


@dataclass(frozen=True, slots=True)
class _Account:
    """A user's mailboxes and METADATA while the scenario runs."""

    mailboxes: SimulatedMailboxes
    metadata: MemoryMetadata

    def look_up(self, entry: str) -> str | None:
        return self.metadata.get("", entry)


def run_scenario(scenario: Scenario, world: World) -> Iterator[SessionReport]:
    """Play the sessions, and yield what happened in each when it has ended.

    Raises ScenarioError, with the place in the file, for an action that isn't possible or a mail
    that can't be read; before the first session where that can be known.
    """
    clock = MovedClock(world.clock)
    mails = _read_mails(scenario)
    accounts = {
        name: _account(user, mails, uidvalidity=int(world.clock.now()))
        for name, user in scenario.users.items()
    }
    # What is wrong with a setting is said before anything is sent.
    configured = [[world.configure(session, name) for name in session.users] for session in scenario.sessions]
    for number, session in enumerate(scenario.sessions):
        transport = world.transport(number, session)
        parts = [
            _part(session, accounts[name], one, mails, clock, transport, world)
            for name, one in zip(session.users, configured[number], strict=True)
        ]
        http = SharedHttp(transport, world.clock)
        yield SessionReport(session, perform_together([parts], registry=world.registry, http=http))


def _part(
    session: Session,
    account: _Account,
    configured: Configured,
    mails: Mapping[int, Message],
    clock: MovedClock,
    transport: Transport,
    world: World,
) -> Part:
    def act(actions: Actions) -> None:
        for action in session.actions:
            try:
                _HANDLERS[action.verb](_Doing(action, actions, account, clock, mails, session.protocol))
            except MailboxError as error:
                raise ScenarioError(f"{action.verb}: {error.message}", span=action.span) from None

    around = Surroundings(
        account.look_up, transport, clock, world.show_secrets, account.metadata, world.scripting
    )
    return Part(configured.push, configured.user, account.mailboxes, act, around, _mailbox(session))


def _mailbox(session: Session) -> str:
    """Return the mailbox that stands in the report when nothing happens in any."""
    return next((action.target for action in session.actions if isinstance(action.target, str)), INBOX)


def _read_mails(scenario: Scenario) -> Mapping[int, Message]:
    """Return every mail of the scenario by the identity of its description."""
    stored = [
        (user.name, kept.mail)
        for user in scenario.users.values()
        for box in user.mailboxes
        for kept in box.messages
    ]
    given = [
        (session.users[0], action.mail)
        for session in scenario.sessions
        for action in session.actions
        if action.mail is not None
    ]
    return {id(mail): _read_mail(mail, user) for user, mail in (*stored, *given)}


def _read_mail(mail: Mail, user: str) -> Message:
    try:
        if mail.file is not None:
            return read_message(mail.file)
        return make_mail(user, mail.sender, mail.recipient, mail.subject, mail.body)
    except MessageError as error:
        raise ScenarioError(error.message, span=mail.span) from None


def _account(user: ScenarioUser, mails: Mapping[int, Message], *, uidvalidity: int) -> _Account:
    boxes = SimulatedMailboxes({INBOX: SimulatedMailbox(INBOX, uidvalidity)}, uidvalidity=uidvalidity)
    for start in user.mailboxes:
        name = boxes.canonical(start.name)
        box = boxes.mailboxes[name] = SimulatedMailbox(name, start.uidvalidity or uidvalidity)
        box.other_unseen = start.unseen
        for stored in start.messages:
            box.next_uid = stored.uid or box.next_uid
            box.add(mails[id(stored.mail)], stored.flags, stored.keywords)
        box.next_uid = start.next_uid or box.next_uid
    boxes.subscriptions.update(boxes.canonical(name) for name in user.subscriptions)
    metadata = MemoryMetadata()
    for entry, value in user.metadata.items():
        metadata.set("", entry, value)
    return _Account(boxes, metadata)


class _Doing(NamedTuple):
    """An action about to be done, and all that it works on."""

    action: Action
    do: Actions
    account: _Account
    clock: MovedClock
    mails: Mapping[int, Message]
    protocol: str

    @property
    def words(self) -> dict[str, tuple[str, ...]]:
        """The flags and keywords."""
        return {name: tuple(self.action.keys.get(name, ())) for name in ("flags", "keywords")}

    @property
    def numbers(self) -> list[int]:
        """The numbers of the messages."""
        return _numbers(self.do.mailboxes[self.action.target], self.action.keys["messages"])


def _put(doing: _Doing) -> None:
    action = doing.action
    getattr(doing.do, action.verb)(action.target, doing.mails[id(action.mail)], **doing.words)


def _transfer(doing: _Doing) -> None:
    action = doing.action
    getattr(doing.do, action.verb)(action.target, doing.numbers, action.keys["to"])


def _store(doing: _Doing) -> None:
    mode = StoreMode(doing.action.keys.get("mode", StoreMode.ADD))
    doing.do.store(doing.action.target, doing.numbers, mode, **doing.words)


def _expunge(doing: _Doing) -> None:
    """Expunge; IMAP leaves messages without the flag Deleted alone, also in UID EXPUNGE (RFC 4315)."""
    if "messages" not in doing.action.keys:
        doing.do.expunge(doing.action.target)
        return
    messages = doing.do.mailboxes[doing.action.target].messages
    numbers = doing.numbers
    if doing.protocol == "imap":
        numbers = [number for number in numbers if DELETED in messages[number - 1].flags]
    doing.do.expunge(doing.action.target, numbers)


def _set_metadata(doing: _Doing) -> None:
    for entry, value in doing.action.target.items():
        doing.account.metadata.set("", entry, value)


def _unset_metadata(doing: _Doing) -> None:
    for entry in doing.action.target:
        doing.account.metadata.unset("", entry)


def _of_mailbox(doing: _Doing) -> None:
    getattr(doing.do, doing.action.verb)(doing.action.target)


_HANDLERS: Mapping[str, Callable[[_Doing], object]] = MappingProxyType(
    {
        "deliver": _put,
        "append": _put,
        "copy": _transfer,
        "move": _transfer,
        "store": _store,
        "fetch_body": lambda doing: doing.do.fetch_body(doing.action.target, doing.numbers),
        "expunge": _expunge,
        "create": _of_mailbox,
        "delete": _of_mailbox,
        "rename": lambda doing: doing.do.rename(doing.action.target, doing.action.keys["to"]),
        "subscribe": _of_mailbox,
        "unsubscribe": _of_mailbox,
        "set_metadata": _set_metadata,
        "unset_metadata": _unset_metadata,
        "wait": lambda doing: doing.clock.advance(parse_seconds(doing.action.target)),
    }
)
"""How each verb of ``drivers.scenario_shape.VERBS`` is done."""


def _numbers(mailbox: SimulatedMailbox, given: int | str) -> list[int]:
    """Return the message numbers of a sequence set; ``*`` is the last message (RFC 3501, section 9)."""
    count = len(mailbox.messages)
    found: set[int] = set()
    for part in str(given).split(","):
        ends = [count if end == "*" else int(end) for end in part.split(":")]
        if not 1 <= min(ends) <= max(ends) <= count:
            raise MailboxError(f"{mailbox.name} has {count} messages, not {part}")
        found.update(range(min(ends), max(ends) + 1))
    return sorted(found)
