"""A delivery, played through: what Dovecot's LMTP or LDA would do about push notifications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dovecot_conf.push import PushConfig
from dovecot_conf.variables import user_values
from dovecot_conf.versions import Version
from drivers.chain import NotLoadedDriver, load_chain
from drivers.log import Log
from drivers.registry import DriverRegistry
from drivers.report import DriverReport, Outcome, SimulationReport, TransactionReport
from drivers.session import Surroundings, UserSession
from drivers.transaction import Transaction
from mailstore.message import Message
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
    """Deliver one message through LMTP or LDA (``push.protocol``) and return all that follows from it.

    Both make an internal user for the raw mail as well, LMTP before the real one and LDA after it:
    drivers are loaded twice, and those of the internal user get no events. An error that ends one of
    the two sessions early ends the delivery.
    """
    log = Log()
    internal_log = log if _INTERNAL_USER_DEBUGS[push.version] else log.without_debugging()
    internal = MailUser(_INTERNAL_USER, _internal_variables(user.variables, push.protocol))
    users = [(user, log), (internal, internal_log)]
    if _INTERNAL_USER_FIRST[push.protocol]:
        users.reverse()
    sessions: dict[str, UserSession] = {}
    for owner, owner_log in users:
        session = _session(push, owner, registry, surroundings, owner_log)
        if session.chain.fatal:
            return _report(push, user, mailbox, session, None)
        sessions[owner.username] = session
    session = sessions[user.username]
    transaction = None
    if session.chain.active:
        transaction = session.begin(mailbox)
        transaction.message_new(1, message)
        transaction.commit()
    session.close()
    sessions[internal.username].close()
    return _report(push, user, mailbox, session, transaction)


def _internal_variables(variables: Mapping[str, str], protocol: str) -> Mapping[str, str]:
    """Return what %variables of the internal user stand for (seen with 2.3.19.1)."""
    process = {name: variables.get(name, "") for name in ("hostname", "pid")}
    return user_values(_INTERNAL_USER, protocol, home="/", uid="0", gid="0", **process)


def _session(
    push: PushConfig, user: MailUser, registry: DriverRegistry, surroundings: Surroundings, log: Log
) -> UserSession:
    chain = load_chain(
        push,
        registry=registry,
        variables=user.variables,
        show_secrets=surroundings.show_secrets,
        log=log,
    )
    return UserSession(user.username, push.version, chain, log, surroundings)


def _report(
    push: PushConfig,
    user: MailUser,
    mailbox: MailboxState,
    session: UserSession,
    transaction: Transaction | None,
) -> SimulationReport:
    """Put the report together; without a transaction no driver has seen the mail."""
    drivers: list[DriverReport] = []
    for entry in session.chain.entries:
        if isinstance(entry, NotLoadedDriver):
            drivers.append(_not_loaded(entry))
        elif transaction is not None:
            drivers.append(transaction.report_of(entry))
    events = transaction.events if transaction is not None else ()
    report = TransactionReport(mailbox.name, events, tuple(drivers))
    return SimulationReport(push.version, user.username, push.protocol, (report,), session.log.lines)


def _not_loaded(entry: NotLoadedDriver) -> DriverReport:
    outcome = Outcome.NOT_LOADED if entry.simulated else Outcome.SKIPPED
    return DriverReport(entry.definition.driver, entry.definition.setting, outcome, entry.reason)
