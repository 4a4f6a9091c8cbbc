"""A Dovecot process that handles one user after the other: a client session, or deliveries by LMTP.

What is open at the same time, what is shared and in which order things end was seen with 2.3.19.1 and
2.4.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dovecot_conf.push import PushConfig
from dovecot_conf.variables import user_values
from dovecot_conf.versions import Version
from drivers.actions import Actions
from drivers.chain import Chain, NotLoadedDriver, load_chain
from drivers.log import Log
from drivers.registry import DriverRegistry
from drivers.report import DriverReport, LogLine, Outcome, SimulationReport, TransactionReport
from drivers.session import MailUser, SharedHttp, Surroundings, UserSession
from drivers.session_end import SessionEndedError
from drivers.texts import INTERNAL_USERS, MEETS_INTERNAL_USER_FIRST
from drivers.transaction import Transaction
from mailstore.simulated import INBOX, SimulatedMailboxes

_NOTHING_HAPPENED = "nothing changed, so there was no event"
_INTERNAL_HOMES: Mapping[Version, str] = {Version.V23: "/", Version.V24: "/run/dovecot/empty"}
"""The home of the internal user, with the default base_dir."""
_INTERNAL_USER_DEBUGS: Mapping[Version, bool] = {Version.V23: False, Version.V24: True}


@dataclass(frozen=True, slots=True)
class Part:
    """What one user does in a process: ``act`` on ``mailboxes``, with the drivers of ``push``.

    ``mailbox`` stands in the report when nothing happened in any.
    """

    push: PushConfig
    user: MailUser
    mailboxes: SimulatedMailboxes
    act: Callable[[Actions], object]
    surroundings: Surroundings
    mailbox: str = INBOX


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
    mails: Sequence[Sequence[Part]], *, registry: DriverRegistry, http: SharedHttp | None = None
) -> ProcessReport:
    """Let users act in one process, one after the other, and return what follows.

    More than one user, or mail, has LMTP only: ``mails`` are its mails, each for some recipients. All
    share the HTTP client ``http``. The first recipient of a mail, of which the others get copies, stays
    open until all are done; each of the others ends before the next begins. LMTP and LDA make an
    internal user for the raw mail as well, LMTP before the real ones and LDA after them: its drivers are
    loaded, and get no events. It is the last to end with LMTP, and the first with LDA. A recipient of
    LMTP who can't be made is passed over; any other such error, and what ends the process, ends all.
    Raises MailboxError for an action that isn't possible; the mailboxes are then as the actions before
    left them.
    """
    first = mails[0][0]
    world = first.surroundings
    process = Process(first, registry, http or SharedHttp(world.transport, world.clock))
    try:
        if all(process.take(parts) for parts in mails):
            process.end()
    except SessionEndedError as end:
        end.write(process.log)
    return process.report()


@dataclass(slots=True)
class Process:
    """A process while it lives; ``first`` is the first thing that a user does in it.

    All methods but :meth:`report` raise SessionEndedError when something ends the process.
    """

    first: Part
    registry: DriverRegistry
    http: SharedHttp
    log: Log = field(default_factory=Log)
    opened: list[tuple[Part, UserSession, Actions]] = field(default_factory=list)
    internal: UserSession | None = None

    def take(self, parts: Sequence[Part]) -> bool:
        """Let the users of one mail act; return False when a session couldn't begin."""
        kept: UserSession | None = None
        for part in parts:
            begun = self.begin(part)
            if begun is None:
                if self._goes_on:
                    continue
                return False
            session, actions = begun
            part.act(actions)
            actions.finish()
            if kept is None:
                kept = session
            else:
                session.close()
        if kept is not None:
            self.close(kept)
        return True

    def begin(self, part: Part) -> tuple[UserSession, Actions] | None:
        """Open the session of a user, in which nothing is done yet; None when it can't begin.

        Who opened it ends the actions (:meth:`Actions.finish`), then the session.
        """
        internal_first = MEETS_INTERNAL_USER_FIRST.get(self.first.push.protocol)
        if internal_first and not self._has_internal():
            return None
        session = self._session(part.push, part.user, part.surroundings, self.log)
        actions = Actions(session, part.mailboxes)
        self.opened.append((part, session, actions))
        self._load(session)
        if session.chain.fatal or (internal_first is False and not self._has_internal()):
            return None
        return session, actions

    def close(self, session: UserSession) -> None:
        """End the session of a user; that of the internal one before it, if it was made after it."""
        if not MEETS_INTERNAL_USER_FIRST.get(self.first.push.protocol, True):
            self.end()
        session.close()

    def end(self) -> None:
        """End the process: the session of the internal user, if it is still open."""
        if self.internal is not None and not self.internal.is_closed:
            self.internal.close()

    def report(self) -> ProcessReport:
        """Return what happened."""
        push = self.first.push
        done = tuple(
            (part.user.username, _transactions(part.mailbox, session.chain, session, actions.transactions))
            for part, session, actions in self.opened
        )
        if self.internal is not None and (self.internal.chain.fatal or not done):
            user = self.first.user.username
            done = ((user, _transactions(self.first.mailbox, self.internal.chain, self.internal, ())),)
        return ProcessReport(push.protocol, push.version, done, self.log.lines)

    def _has_internal(self) -> bool:
        """Open the session of the internal user if it isn't; tell whether it could begin."""
        if self.internal is None:
            # What the userdb changes for a user doesn't hold for the internal one.
            push = self.first.push.process or self.first.push
            log = self.log if _INTERNAL_USER_DEBUGS[push.version] else self.log.without_debugging()
            user = _internal_user(self.first.user.variables, push)
            self.internal = self._session(push, user, self.first.surroundings, log, is_internal=True)
            self._load(self.internal)
        return not self.internal.chain.fatal

    @property
    def _goes_on(self) -> bool:
        """Whether the process goes on without a user who can't be made."""
        made_first = MEETS_INTERNAL_USER_FIRST.get(self.first.push.protocol, False)
        return made_first and self.internal is not None and not self.internal.chain.fatal

    def _session(
        self,
        push: PushConfig,
        user: MailUser,
        surroundings: Surroundings,
        log: Log,
        *,
        is_internal: bool = False,
    ) -> UserSession:
        unloaded = Chain((), ())
        return UserSession(user, push, unloaded, log, surroundings, self.http, is_internal=is_internal)

    def _load(self, session: UserSession) -> None:
        world = session.surroundings
        session.has_namespaces = False
        session.chain = load_chain(
            session.push,
            registry=self.registry,
            variables=session.variables,
            show_secrets=world.show_secrets,
            scripting=world.scripting,
            log=session.log,
            session=session,
        )
        session.has_namespaces = True
        if session.chain.ended:
            raise SessionEndedError("")


def _internal_user(variables: Mapping[str, str], push: PushConfig) -> MailUser:
    """Return the internal user, and what its %variables stand for (seen with 2.3.19.1 and 2.4.1)."""
    process = {key: variables.get(key, "") for key in ("hostname", "pid")}
    name, home = INTERNAL_USERS[push.version], _INTERNAL_HOMES[push.version]
    return MailUser(name, user_values(name, push.protocol, home=home, uid="0", gid="0", **process))


def _transactions(
    mailbox: str, chain: Chain, session: UserSession, transactions: Sequence[Transaction]
) -> tuple[TransactionReport, ...]:
    """Report transactions; without any no driver has seen anything."""
    if transactions:
        return tuple(_transaction(session, transaction) for transaction in transactions)
    return (TransactionReport(mailbox, (), tuple(_without_event(chain))),)


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
    return DriverReport(entry.definition.driver, entry.definition.setting, Outcome.NOT_LOADED, entry.reason)
