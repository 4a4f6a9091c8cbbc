"""The mailbox transaction that carries events to the drivers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from drivers.events import MessageEvents, MessageField, Registration, collect_message
from drivers.message_table import MessageTable
from drivers.report import DriverReport, Event, Outcome, Request
from mailstore.message import Message
from mailstore.state import MailboxState

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

    def register(self, event: str, fields: MessageField = MessageField.NONE, *, log_prefix: str = "") -> None:
        """Ask for an event, with these fields of the message."""
        self.transaction.registrations.append(Registration(event, fields, log_prefix))

    def report(self) -> DriverReport:
        """Return what this driver made of the transaction."""
        definition = self.loaded.definition
        return DriverReport(
            self.loaded.driver.name, definition.setting, self.outcome, self.reason, tuple(self.requests)
        )


class Transaction:
    """One transaction of a mailbox: triggers collect events, :meth:`commit` hands them to the drivers.

    ``unseen`` counts the unseen messages of the mailbox, those of the transaction included.
    """

    def __init__(self, session: UserSession, mailbox: MailboxState) -> None:
        self.session = session
        self.mailbox = mailbox
        self.registrations: list[Registration] = []
        self._participants: list[DriverTransaction] = []
        self._drivers: list[DriverTransaction] = []
        self._messages = MessageTable[MessageEvents]()
        self._begun = False
        self.unseen = mailbox.unseen

    def message_new(self, sequence: int, message: Message) -> None:
        """Raise MessageNew for a delivered message; ``sequence`` is its number in the mailbox."""
        self._begin()
        self.unseen += 1
        events = self._message(sequence, self.mailbox.uid)
        events.triggered.append("MessageNew")
        for registration in self.registrations:
            collect_message("MessageNew", registration, events, message)

    def commit(self) -> None:
        """Let the drivers process each message, then end the transaction."""
        for events in self._messages:
            for dtxn in self._drivers:
                dtxn.loaded.driver.process_message(dtxn, events)
        for dtxn in self._drivers:
            dtxn.loaded.driver.end(dtxn, success=True)
        if self._begun:
            self.session.log.write_debug("", "push-notification: Push notification transaction completed")

    @property
    def events(self) -> tuple[Event, ...]:
        """The events raised so far, with what was collected for them."""
        return tuple(_shown(events, name) for events in self._messages for name in events.triggered)

    def report_of(self, loaded: LoadedDriver) -> DriverReport:
        """Return what one driver of the session made of the transaction."""
        return next(dtxn.report() for dtxn in self._participants if dtxn.loaded is loaded)

    def _begin(self) -> None:
        if self._begun:
            return
        self._begun = True
        for loaded in self.session.loaded:
            dtxn = DriverTransaction(loaded, self)
            self._participants.append(dtxn)
            if loaded.driver.begin(dtxn):
                self._drivers.append(dtxn)

    def _message(self, sequence: int, uid: int) -> MessageEvents:
        events = self._messages.get(sequence)
        if events is None:
            events = MessageEvents(self.mailbox.name, self.mailbox.uidvalidity, uid)
            self._messages.insert(sequence, events)
        return events


def _shown(events: MessageEvents, name: str) -> Event:
    record = events.record(name)
    fields: tuple[tuple[str, object], ...] = (
        ("uid", events.uid),
        ("uidvalidity", events.uidvalidity),
    )
    return Event(name, fields + (record.shown_fields() if record else ()))
