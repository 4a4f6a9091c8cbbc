"""A delivery, played through: what Dovecot's LMTP or LDA would do about push notifications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dovecot_conf.push import PushConfig
from drivers.chain import NotLoadedDriver, load_chain
from drivers.log import Log
from drivers.registry import DriverRegistry
from drivers.report import DriverReport, Outcome, SimulationReport, TransactionReport
from drivers.session import Surroundings, UserSession
from drivers.transaction import Transaction
from mailstore.message import Message
from mailstore.state import MailboxState


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
    """Deliver one message through LMTP or LDA and return all that follows from it.

    Both make an internal user first, for the raw mail, and free it last: drivers are loaded twice,
    and those of the internal user get no events.
    """
    log = Log()
    internal = _session(push, user, registry, surroundings, log.without_debugging())
    if internal.chain.fatal:
        return _report(push, user, mailbox, internal, None)
    session = _session(push, user, registry, surroundings, log)
    transaction = session.begin(mailbox)
    transaction.message_new(1, message)
    transaction.commit()
    session.close()
    internal.close()
    return _report(push, user, mailbox, session, transaction)


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
    """Put the report together; without a transaction the mail was not delivered."""
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
