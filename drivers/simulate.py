"""A session, played through: what a Dovecot process would do about push notifications."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dovecot_conf.push import PushConfig
from dovecot_conf.variables import user_values
from dovecot_conf.versions import Version
from drivers.actions import Actions
from drivers.chain import NotLoadedDriver, load_chain
from drivers.log import Log
from drivers.registry import DriverRegistry
from drivers.report import DriverReport, LogLine, Outcome, SimulationReport, TransactionReport
from drivers.session import SharedHttp, Surroundings, UserSession
from drivers.transaction import Transaction
from mailstore.message import Message
from mailstore.simulated import SimulatedMailbox, SimulatedMailboxes
from mailstore.state import MailboxState

_INTERNAL_USER = "raw mail user"
_INTERNAL_USER_FIRST: Mapping[str, bool] = {"lmtp": True, "lda": False}
_INTERNAL_USER_DEBUGS: Mapping[Version, bool] = {Version.V23: False, Version.V24: True}


@dataclass(frozen=True, slots=True)
class MailUser:
    """The user who gets the mail.

    ``variables`` are the values for %-expansion by long name (``dovecot_conf.variables.user_values``).
    """

    username: str
    variables: Mapping[str, str]


def deliver(
    push: PushConfig,
    *,
    user: MailUser,
    mailbox: MailboxState,
    message: Message,
    registry: DriverRegistry,
    surroundings: Surroundings,
) -> SimulationReport:
    """Deliver one message through LMTP or LDA (``push.protocol``) and return all that follows from it."""
    box = SimulatedMailbox.of(mailbox)

    def act(actions: Actions) -> None:
        actions.deliver(box.name, message)

    return perform(
        push,
        user=user,
        mailboxes=SimulatedMailboxes({box.name: box}),
        act=act,
        mailbox=box.name,
        registry=registry,
        surroundings=surroundings,
    )


def perform(
    push: PushConfig,
    *,
    user: MailUser,
    mailboxes: SimulatedMailboxes,
    act: Callable[[Actions], object],
    mailbox: str,
    registry: DriverRegistry,
    surroundings: Surroundings,
) -> SimulationReport:
    """Open a session of ``push.protocol``, let ``act`` do something in it, and return what follows.

    ``mailbox`` stands in the report when nothing happened in any. See :func:`perform_together`.
    """
    part = Part(push, user, mailboxes, act, mailbox, surroundings)
    return perform_together([part], registry=registry).report()


@dataclass(frozen=True, slots=True)
class Part:
    """What one user does in a process: ``act`` on ``mailboxes``, with the drivers of ``push``.

    ``mailbox`` stands in the report when nothing happened in any.
    """

    push: PushConfig
    user: MailUser
    mailboxes: SimulatedMailboxes
    act: Callable[[Actions], object]
    mailbox: str
    surroundings: Surroundings


@dataclass(frozen=True, slots=True)
class ProcessReport:
    """What the users of one process did, in the order of the parts, and the log of all of them."""

    protocol: str
    dovecot_version: str
    parts: tuple[tuple[str, tuple[TransactionReport, ...]], ...]
    log: tuple[LogLine, ...]

    def report(self) -> SimulationReport:
        """Return it as the report of the first user."""
        user, transactions = self.parts[0]
        return SimulationReport(self.dovecot_version, user, self.protocol, transactions, self.log)


def perform_together(
    parts: Sequence[Part], *, registry: DriverRegistry, http: SharedHttp | None = None
) -> ProcessReport:
    """Let users act in one process, one after the other, and return what follows.

    More than one user has LMTP only: the recipients of one mail. They share the HTTP client ``http``.
    The first one, whose copy of the mail the others' are made from, stays open until all are done;
    each of the others ends before the next begins (seen with 2.3.19.1 and 2.4.1). LMTP and LDA make
    an internal user for the raw mail as well, LMTP before the real ones and LDA after them: its
    drivers are loaded, and get no events. It is the last to end. An error that ends a session early
    ends all. Raises MailboxError for an action that isn't possible; the mailboxes are then as the
    actions before left them.
    """
    log = Log()
    first = parts[0]
    world = first.surroundings
    shared = http or SharedHttp(world.transport, world.clock)
    opened: list[tuple[Part, UserSession, Actions]] = []
    internal: UserSession | None = None

    def open_internal() -> UserSession:
        shown = log if _INTERNAL_USER_DEBUGS[first.push.version] else log.without_debugging()
        user = MailUser(_INTERNAL_USER, _internal_variables(first.user.variables, first.push.protocol))
        return _session(first.push, user, registry, world, shown, shared)

    makes_internal = _INTERNAL_USER_FIRST.get(first.push.protocol)
    if makes_internal is True:
        internal = open_internal()
        if internal.chain.fatal:
            return _process_report(parts, [(first, internal, Actions(internal, first.mailboxes))], log)
    for part in parts:
        session = _session(part.push, part.user, registry, part.surroundings, log, shared)
        opened.append((part, session, Actions(session, part.mailboxes)))
        if session.chain.fatal:
            return _process_report(parts, opened, log)
        if makes_internal is False:
            internal = open_internal()
            if internal.chain.fatal:
                return _process_report(parts, [(first, internal, Actions(internal, first.mailboxes))], log)
        part.act(opened[-1][2])
        if part is not first:
            session.close()
    opened[0][1].close()
    if internal is not None:
        internal.close()
    return _process_report(parts, opened, log)


def _internal_variables(variables: Mapping[str, str], protocol: str) -> Mapping[str, str]:
    """Return what %variables of the internal user stand for (seen with 2.3.19.1)."""
    process = {name: variables.get(name, "") for name in ("hostname", "pid")}
    return user_values(_INTERNAL_USER, protocol, home="/", uid="0", gid="0", **process)


def _session(
    push: PushConfig,
    user: MailUser,
    registry: DriverRegistry,
    surroundings: Surroundings,
    log: Log,
    http: SharedHttp,
) -> UserSession:
    chain = load_chain(
        push,
        registry=registry,
        variables=user.variables,
        show_secrets=surroundings.show_secrets,
        log=log,
    )
    return UserSession(user.username, push.version, chain, log, surroundings, http)


def _process_report(
    parts: Sequence[Part], opened: Sequence[tuple[Part, UserSession, Actions]], log: Log
) -> ProcessReport:
    push = parts[0].push
    done = tuple(
        (part.user.username, _transactions(part.mailbox, session, actions.transactions))
        for part, session, actions in opened
    )
    return ProcessReport(push.protocol, push.version, done, log.lines)


def _transactions(
    mailbox: str, session: UserSession, transactions: Sequence[Transaction]
) -> tuple[TransactionReport, ...]:
    """Report transactions; without any no driver has seen anything."""
    if transactions:
        return tuple(_transaction(session, transaction) for transaction in transactions)
    not_loaded = tuple(_not_loaded(entry) for entry in session.chain.not_loaded)
    return (TransactionReport(mailbox, (), not_loaded),)


def _transaction(session: UserSession, transaction: Transaction) -> TransactionReport:
    drivers = tuple(
        _not_loaded(entry) if isinstance(entry, NotLoadedDriver) else transaction.report_of(entry)
        for entry in session.chain.entries
    )
    return TransactionReport(transaction.mailbox.name, transaction.events, drivers)


def _not_loaded(entry: NotLoadedDriver) -> DriverReport:
    outcome = Outcome.NOT_LOADED if entry.simulated else Outcome.SKIPPED
    return DriverReport(entry.definition.driver, entry.definition.setting, outcome, entry.reason)
