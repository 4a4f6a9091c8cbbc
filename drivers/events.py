"""RFC 5423 events as Dovecot raises them: who asked for what, and what is collected when something happens.

Drivers of one transaction register the events they want, with what they want to know of each, into one
list of the transaction. When something happens, that list is walked from its beginning: the first
registration of an event makes the event's record, later ones add to it. All drivers then see everything
that was collected, whoever asked for it (2.3.19.1 and 2.4.1, ``push-notification-triggers.c``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, TypeVar

from dovecot_conf.versions import Version
from drivers.event_names import RFC5423_EVENTS
from drivers.event_records import (
    ContentRecord,
    EventRecord,
    FlagsRecord,
    PlainRecord,
    RenameRecord,
    printable,
)
from drivers.message_fields import MessageField
from mailstore.simulated import DELETED, RECENT, SEEN, StoredMessage

__all__ = [
    "RFC5423_EVENTS",
    "UNSUPPORTED_EVENTS",
    "ContentRecord",
    "EventRecord",
    "FlagsRecord",
    "MailboxEvents",
    "MessageChange",
    "MessageEvents",
    "MessageField",
    "Registration",
    "Trigger",
    "collect_mailbox",
    "collect_message",
    "printable",
]

UNSUPPORTED_EVENTS = ("Login", "Logout", "MessageExpire", "QuotaChange", "QuotaExceed", "QuotaWithin")
"""Events of RFC 5423, section 4, that Dovecot never raises."""


class Trigger(StrEnum):
    """What can happen in a mailbox."""

    SAVE = "save"
    """a message is delivered"""
    APPEND = "append"
    """a message is stored otherwise: appended, copied, moved"""
    EXPUNGE = "expunge"
    FLAGS = "flags"
    KEYWORDS = "keywords"
    CREATE = "create"
    DELETE = "delete"
    RENAME = "rename"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"

    # As fast as that of other text; Enum's own is not.
    __hash__ = str.__hash__


@dataclass(frozen=True, slots=True)
class Registration:
    """A driver wants the event ``name`` with ``fields`` of a new message.

    ``store_old``: it wants to know the flags and keywords before a change. ``log_prefix`` opens dlog's
    lines about the event (2.4). ``version`` is the Dovecot that reads the message.
    """

    name: str
    fields: MessageField = MessageField.NONE
    log_prefix: str = ""
    store_old: bool = False
    version: Version = Version.V23


class MessageChange(NamedTuple):
    """What happens to a message, which is already as it is afterwards."""

    message: StoredMessage
    old_flags: frozenset[str] = frozenset()
    old_keywords: tuple[str, ...] = ()


@dataclass(slots=True)
class _Records:
    records: list[EventRecord] = field(default_factory=list)

    def record(self, name: str) -> EventRecord | None:
        """Return the record of an event, None when nothing was collected for it."""
        for record in self.records:
            if record.name == name:
                return record
        return None

    def add(self, record: EventRecord) -> None:
        """Add a record at the end."""
        self.records.append(record)


@dataclass(slots=True)
class MessageEvents(_Records):
    """One message of a transaction, and the events that drivers asked for.

    ``happened`` are all events, whether or not a driver asked for them.
    """

    mailbox: str = ""
    uidvalidity: int = 0
    uid: int = 0
    happened: _Records = field(default_factory=_Records)


@dataclass(slots=True)
class MailboxEvents(_Records):
    """The mailbox of a transaction and its events, as in :class:`MessageEvents`."""

    mailbox: str = ""
    happened: _Records = field(default_factory=_Records)


_Record = TypeVar("_Record", bound=EventRecord)


def _record(events: _Records, kind: Callable[[], _Record], registration: Registration) -> _Record:
    found = events.record(registration.name)
    if found is None:
        found = kind()
        found.log_prefix = registration.log_prefix
        events.add(found)
    return found  # type: ignore[return-value]  # one event has one kind of record


def _content(registration: Registration, events: _Records, change: MessageChange) -> None:
    if registration.fields:
        record = _record(events, lambda: ContentRecord(registration.name), registration)
        record.collect(registration.fields, change.message, registration.version)


def _flags_set(registration: Registration, events: _Records, change: MessageChange) -> None:
    added = change.message.flags - change.old_flags
    if added:
        _record(events, lambda: FlagsRecord(registration.name), registration).flags |= added


def _keywords_set(registration: Registration, events: _Records, change: MessageChange) -> None:
    record = _record(events, lambda: FlagsRecord(registration.name), registration)
    record.keywords += [keyword for keyword in change.message.keywords if keyword not in change.old_keywords]


def _cleared(registration: Registration, events: _Records) -> FlagsRecord:
    def make() -> FlagsRecord:
        keywords_old: list[str] | None = [] if registration.store_old else None
        return FlagsRecord(registration.name, verbs=("cleared", "clear"), keywords_old=keywords_old)

    return _record(events, make, registration)


def _flags_clear(registration: Registration, events: _Records, change: MessageChange) -> None:
    record = _cleared(registration, events)
    record.flags |= change.old_flags - change.message.flags
    if registration.store_old:
        record.flags_old = change.old_flags | ({RECENT} if change.message.recent else set())


def _keywords_clear(registration: Registration, events: _Records, change: MessageChange) -> None:
    record = _cleared(registration, events)
    record.keywords += [keyword for keyword in change.old_keywords if keyword not in change.message.keywords]
    if registration.store_old and record.keywords_old is not None:
        record.keywords_old += change.old_keywords


def _expunged(registration: Registration, events: _Records, change: MessageChange) -> None:  # noqa: ARG001
    _record(events, lambda: PlainRecord(registration.name, text="Message was expunged"), registration)


def _new_flag(flag: str, text: str) -> Callable[[Registration, _Records, MessageChange], None]:
    def collect(registration: Registration, events: _Records, change: MessageChange) -> None:
        if flag in change.message.flags - change.old_flags:
            _record(events, lambda: PlainRecord(registration.name, text=text), registration)

    return collect


def _mailbox(text: str) -> Callable[[Registration, _Records, str], None]:
    def collect(registration: Registration, events: _Records, old_name: str) -> None:  # noqa: ARG001
        events.add(PlainRecord(registration.name, registration.log_prefix, text))

    return collect


def _renamed(registration: Registration, events: _Records, old_name: str) -> None:
    events.add(RenameRecord(registration.name, registration.log_prefix, old_name))


_MESSAGE_EVENTS: Mapping[str, Mapping[Trigger, Callable[[Registration, _Records, MessageChange], None]]] = {
    "FlagsClear": {Trigger.FLAGS: _flags_clear, Trigger.KEYWORDS: _keywords_clear},
    "FlagsSet": {Trigger.FLAGS: _flags_set, Trigger.KEYWORDS: _keywords_set},
    "MessageAppend": {Trigger.APPEND: _content},
    "MessageExpunge": {Trigger.EXPUNGE: _expunged},
    "MessageNew": {Trigger.SAVE: _content},
    "MessageRead": {Trigger.FLAGS: _new_flag(SEEN, "Message was flagged as seen")},
    "MessageTrash": {Trigger.FLAGS: _new_flag(DELETED, "Message was marked as deleted")},
}
# A mailbox event is collected once for each driver that registered it: all then see it as often.
_MAILBOX_EVENTS: Mapping[str, Mapping[Trigger, Callable[[Registration, _Records, str], None]]] = {
    "MailboxCreate": {Trigger.CREATE: _mailbox("Mailbox was created")},
    "MailboxDelete": {Trigger.DELETE: _mailbox("Mailbox was deleted")},
    "MailboxRename": {Trigger.RENAME: _renamed},
    "MailboxSubscribe": {Trigger.SUBSCRIBE: _mailbox("Mailbox was subscribed to")},
    # Dovecot has the same words for both.
    "MailboxUnsubscribe": {Trigger.UNSUBSCRIBE: _mailbox("Mailbox was subscribed to")},
}

ARRIVALS = {Trigger.SAVE: "MessageNew", Trigger.APPEND: "MessageAppend"}
"""Events that happen although nobody asks for a field, and of which then nothing is collected."""

_EVERYTHING = tuple(map(Registration, RFC5423_EVENTS))
_EVERY_MESSAGE_EVENT = {
    trigger: tuple(
        (registration, collectors[trigger])
        for registration in _EVERYTHING
        if trigger in (collectors := _MESSAGE_EVENTS.get(registration.name, {}))
    )
    for trigger in Trigger
    if trigger not in ARRIVALS
}


def collect_message(
    trigger: Trigger, registrations: Iterable[Registration], events: MessageEvents, change: MessageChange
) -> None:
    """Collect what the registrations ask for when something happens to a message."""
    for registration in registrations:
        collect = _MESSAGE_EVENTS.get(registration.name, {}).get(trigger)
        if collect is not None:
            collect(registration, events, change)
    for registration, collect in _EVERY_MESSAGE_EVENT.get(trigger, ()):
        collect(registration, events.happened, change)
    if (arrival := ARRIVALS.get(trigger)) is not None:
        events.happened.add(ContentRecord(arrival))


def collect_mailbox(
    trigger: Trigger, registrations: Iterable[Registration], events: MailboxEvents, old_name: str
) -> None:
    """Collect what the registrations ask for when something happens to a mailbox."""
    for asked, into in ((registrations, events), (_EVERYTHING, events.happened)):
        for registration in asked:
            collect = _MAILBOX_EVENTS.get(registration.name, {}).get(trigger)
            if collect is not None:
                collect(registration, into, old_name)
