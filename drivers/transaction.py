"""The mailbox transaction that carries events to the drivers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from drivers.events import (
    ARRIVALS,
    ContentRecord,
    MailboxEvents,
    MessageChange,
    MessageEvents,
    MessageField,
    Registration,
    Trigger,
    collect_mailbox,
    collect_message,
)
from drivers.message_table import MessageTable
from drivers.report import DriverReport, Event, Outcome, Request
from mailstore.simulated import SimulatedMailbox

if TYPE_CHECKING:
    from drivers.chain import LoadedDriver
    from drivers.session import UserSession


@dataclass(slots=True)
class DriverTransaction:
    """One driver's part in one transaction.

    ``context`` is the driver's own. ``outcome``, ``reason`` and ``requests`` are what the report will
    say about it; they may still change until the session ends.
    """

    loaded: LoadedDriver
    transaction: Transaction
    context: Any = None
    outcome: Outcome = Outcome.SKIPPED
    reason: str = "no event for this driver"
    requests: list[Request] = field(default_factory=list)

    @property
    def session(self) -> UserSession:
        """The user session the transaction belongs to."""
        return self.transaction.session

    def register(
        self,
        event: str,
        fields: MessageField = MessageField.NONE,
        *,
        log_prefix: str = "",
        store_old: bool = False,
    ) -> None:
        """Ask for an event, with these fields of the message, or with the flags from before."""
        self.transaction.registrations.append(
            Registration(event, fields, log_prefix, store_old, self.session.version)
        )

    def register_all(self, registrations: Iterable[Registration]) -> None:
        """Ask for events, as several calls of :meth:`register` do."""
        self.transaction.registrations += registrations

    def report(self) -> DriverReport:
        """Return what this driver made of the transaction."""
        definition = self.loaded.definition
        return DriverReport(
            self.loaded.driver.name, definition.setting, self.outcome, self.reason, tuple(self.requests)
        )


class Transaction:
    """One transaction of a mailbox: what happens collects events, :meth:`commit` hands them to the drivers.

    ``mailbox`` is as it is at that moment; what an action does to it is done before the commit.
    ``on_begin`` is called at the first event, which is when Dovecot begins it for the drivers.
    """

    def __init__(
        self,
        session: UserSession,
        mailbox: SimulatedMailbox,
        on_begin: Callable[[Transaction], object],
    ) -> None:
        self.session = session
        self.mailbox = mailbox
        self.registrations: list[Registration] = []
        self._participants: list[DriverTransaction] = []
        self._drivers: list[DriverTransaction] = []
        self._messages: MessageTable[MessageEvents] = MessageTable()
        self._mailbox_events: MailboxEvents | None = None
        self._on_begin = on_begin
        self.begun = False

    @property
    def unseen(self) -> int:
        """The unseen messages of the mailbox, with what the transaction did to them."""
        return self.mailbox.unseen

    def begin(self, *, unsaved: bool = False) -> None:
        """Let the drivers begin, before others can see what happens; an ``unsaved`` message is hidden."""
        if self.begun or not self.session.chain.active:
            return
        self.begun = True
        self._on_begin(self)
        self.mailbox.unsaved = int(unsaved)
        for loaded in self.session.loaded:
            dtxn = DriverTransaction(loaded, self)
            self._participants.append(dtxn)
            if loaded.driver.begin(dtxn):
                self._drivers.append(dtxn)
        self.mailbox.unsaved = 0

    def message(self, trigger: Trigger, sequence: int, change: MessageChange) -> None:
        """Let something happen to a message; ``sequence`` is its number in the mailbox."""
        if not self.session.chain.active:
            return
        self.begin(unsaved=trigger in ARRIVALS)
        events = self._messages.get(sequence)
        if events is None:
            mailbox = self.mailbox
            events = MessageEvents(
                mailbox=mailbox.name, uidvalidity=mailbox.uidvalidity, uid=change.message.uid
            )
            self._messages.insert(sequence, events)
        collect_message(trigger, self.registrations, events, change)

    def mailbox_event(self, trigger: Trigger, *, old_name: str = "") -> None:
        """Let something happen to the mailbox itself."""
        if not self.session.chain.active:
            return
        self.begin()
        self._mailbox_events = MailboxEvents(mailbox=self.mailbox.name)
        collect_mailbox(trigger, self.registrations, self._mailbox_events, old_name)

    def commit(self) -> None:
        """Let the drivers process what happened, then end the transaction; nothing if nothing did."""
        if self._mailbox_events is not None:
            for dtxn in self._drivers:
                dtxn.loaded.driver.process_mailbox(dtxn, self._mailbox_events)
        for events in self._messages:
            for dtxn in self._drivers:
                dtxn.loaded.driver.process_message(dtxn, events)
        for dtxn in self._drivers:
            dtxn.loaded.driver.end(dtxn, success=True)
        if self.begun:
            self.session.log.write_debug("", "push-notification: Push notification transaction completed")

    @property
    def events(self) -> tuple[Event, ...]:
        """All events so far, with what was collected for them."""
        return tuple(self._shown())

    def report_of(self, loaded: LoadedDriver) -> DriverReport:
        """Return what one driver of the session made of the transaction."""
        return next(dtxn.report() for dtxn in self._participants if dtxn.loaded is loaded)

    def _shown(self) -> Iterator[Event]:
        if self._mailbox_events is not None:
            for record in self._mailbox_events.happened.records:
                yield Event(record.name, record.shown_fields())
        for events in self._messages:
            place = (("uid", events.uid), ("uidvalidity", events.uidvalidity))
            for record in events.happened.records:
                collected = events.record(record.name) if isinstance(record, ContentRecord) else None
                yield Event(record.name, place + (collected or record).shown_fields())
