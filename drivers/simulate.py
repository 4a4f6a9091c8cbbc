"""A session, played through: what a Dovecot process would do about push notifications."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dovecot_conf.push import PushConfig
from dovecot_conf.variables import user_values
from dovecot_conf.versions import Version
from drivers.actions import Actions
from drivers.chain import Chain, NotLoadedDriver, load_chain
from drivers.log import Log
from drivers.registry import DriverRegistry
from drivers.report import DriverReport, Outcome, SimulationReport, TransactionReport
from drivers.session import Surroundings, UserSession
from drivers.transaction import Transaction
from mailstore.message import Envelope, Message
from mailstore.simulated import SimulatedMailbox, SimulatedMailboxes
from mailstore.state import MailboxState

_NOTHING_HAPPENED = "nothing changed, so there was no event"
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
    envelope: Envelope | None = None,
) -> SimulationReport:
    """Deliver one message through LMTP or LDA (``push.protocol``) and return all that follows from it.

    ``envelope`` makes the trace fields of LMTP.
    """
    box = SimulatedMailbox.of(mailbox)

    def act(actions: Actions) -> None:
        actions.deliver(box.name, message, envelope=envelope)

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

    LMTP and LDA make an internal user for the raw mail as well, LMTP before the real one and LDA after
    it: drivers are loaded twice, and those of the internal user get no events. An error that ends a
    session early ends all. ``mailbox`` stands in the report when nothing happened in any. Raises
    MailboxError for an action that isn't possible; the mailboxes are then as the actions before left
    them.
    """
    log = Log()
    sessions: dict[str, UserSession] = {}
    for owner, owner_log in _users(push, user, log):
        session = open_session(push, owner, registry, surroundings, owner_log)
        if session.chain.fatal:
            return report_of(push, user, mailbox, session, ())
        sessions[owner.username] = session
    session = sessions[user.username]
    actions = Actions(session, mailboxes)
    act(actions)
    for ending in (session, *(other for other in sessions.values() if other is not session)):
        ending.close()
    return report_of(push, user, mailbox, session, actions.transactions)


def _users(push: PushConfig, user: MailUser, log: Log) -> list[tuple[MailUser, Log]]:
    """Return the users whose sessions are opened, in that order, each with its log."""
    if push.protocol not in _INTERNAL_USER_FIRST:
        return [(user, log)]
    users = [(user, log), internal_user(push, user.variables, log)]
    return users[::-1] if _INTERNAL_USER_FIRST[push.protocol] else users


def internal_user(push: PushConfig, variables: Mapping[str, str], log: Log) -> tuple[MailUser, Log]:
    """Return the user whom LMTP and LDA make for the raw mail, with its log.

    ``variables`` are those of a real user of the process.
    """
    internal_log = log if _INTERNAL_USER_DEBUGS[push.version] else log.without_debugging()
    return MailUser(_INTERNAL_USER, _internal_variables(variables, push.protocol)), internal_log


def _internal_variables(variables: Mapping[str, str], protocol: str) -> Mapping[str, str]:
    """Return what %variables of the internal user stand for (seen with 2.3.19.1)."""
    process = {name: variables.get(name, "") for name in ("hostname", "pid")}
    return user_values(_INTERNAL_USER, protocol, home="/", uid="0", gid="0", **process)


def open_session(
    push: PushConfig, user: MailUser, registry: DriverRegistry, surroundings: Surroundings, log: Log
) -> UserSession:
    """Load the drivers of a user, which may end in a chain that is fatal."""
    chain = load_chain(
        push,
        registry=registry,
        variables=user.variables,
        show_secrets=surroundings.show_secrets,
        log=log,
    )
    return UserSession(user.username, push.version, chain, log, surroundings, push.protocol)


def report_of(
    push: PushConfig,
    user: MailUser,
    mailbox: str,
    session: UserSession,
    transactions: Sequence[Transaction],
) -> SimulationReport:
    """Put the report together; without a transaction no driver has seen anything."""
    reports = tuple(_transaction(session, transaction) for transaction in transactions)
    if not reports:
        reports = (TransactionReport(mailbox, (), tuple(_without_event(session.chain))),)
    return SimulationReport(push.version, user.username, push.protocol, reports, session.log.lines)


def _without_event(chain: Chain) -> Iterator[DriverReport]:
    """Say why the drivers did nothing; the loaded ones of a session that ended early never came to it."""
    for entry in chain.entries:
        if isinstance(entry, NotLoadedDriver):
            yield _not_loaded(entry)
        elif not chain.fatal:
            definition = entry.definition
            yield DriverReport(entry.driver.name, definition.setting, Outcome.SKIPPED, _NOTHING_HAPPENED)


def _transaction(session: UserSession, transaction: Transaction) -> TransactionReport:
    drivers = tuple(
        _not_loaded(entry) if isinstance(entry, NotLoadedDriver) else transaction.report_of(entry)
        for entry in session.chain.entries
    )
    return TransactionReport(transaction.mailbox.name, transaction.events, drivers)


def _not_loaded(entry: NotLoadedDriver) -> DriverReport:
    outcome = Outcome.NOT_LOADED if entry.simulated else Outcome.SKIPPED
    return DriverReport(entry.definition.driver, entry.definition.setting, outcome, entry.reason)
