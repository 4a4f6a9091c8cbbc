"""RFC 5423 events as Dovecot raises them: the registry, what is collected, and how dlog shows it.

Drivers of one transaction register the events they want, with the message fields they want of each,
into one list of the transaction. A trigger walks that list: the first registration that wants any
field creates the event's record on the message, later ones add the fields still missing. All drivers
then see everything that was collected, whoever asked for it (Dovecot 2.3.19.1 and 2.4.1).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Flag, auto

from mailstore.message import Message
from mailstore.snippet import snippet

RFC5423_EVENTS = (
    "FlagsClear",
    "FlagsSet",
    "MailboxCreate",
    "MailboxDelete",
    "MailboxRename",
    "MailboxSubscribe",
    "MailboxUnsubscribe",
    "MessageAppend",
    "MessageExpunge",
    "MessageNew",
    "MessageRead",
    "MessageTrash",
)
"""All events, in the order in which Dovecot registers and therefore shows them."""


class MessageField(Flag):
    """The fields of a message that a driver can ask for with MessageNew."""

    NONE = 0
    FROM = auto()
    SNIPPET = auto()
    SUBJECT = auto()
    TO = auto()


def _header(name: str) -> Callable[[Message], bytes | None]:
    return lambda message: message.header(name)


_SOURCES: Mapping[MessageField, Callable[[Message], bytes | None]] = {
    MessageField.FROM: _header("From"),
    MessageField.SNIPPET: lambda message: snippet(message).encode(),
    MessageField.SUBJECT: _header("Subject"),
    MessageField.TO: _header("To"),
}
_LABELS: Mapping[MessageField, str] = {
    MessageField.FROM: "From",
    MessageField.SNIPPET: "Snippet",
    MessageField.SUBJECT: "Subject",
    MessageField.TO: "To",
}


@dataclass(frozen=True, slots=True)
class Registration:
    """A driver wants event ``name`` with ``fields``; ``log_prefix`` opens dlog's lines about it (2.4)."""

    name: str
    fields: MessageField
    log_prefix: str


@dataclass(slots=True)
class EventRecord:
    """What was collected for one event of one message; ``log_prefix`` is its first registrant's."""

    name: str
    log_prefix: str
    values: dict[MessageField, bytes] = field(default_factory=dict)

    def debug_lines(self) -> list[str]:
        """Return dlog's lines about the event: Date, From, Snippet, Subject, To, each if present."""
        return [
            f"{self.log_prefix}{self.name}: {label} [{printable(self.values[wanted])}]"
            for wanted, label in _LABELS.items()
            if wanted in self.values
        ]

    def shown_fields(self) -> tuple[tuple[str, object], ...]:
        """Return the collected fields by lower-case name, in the order of ``debug_lines``."""
        return tuple(
            (label.lower(), printable(self.values[wanted]))
            for wanted, label in _LABELS.items()
            if wanted in self.values
        )


@dataclass(slots=True)
class MessageEvents:
    """One message of a transaction and the events collected for it."""

    mailbox: str
    uidvalidity: int
    uid: int
    triggered: list[str] = field(default_factory=list)
    records: list[EventRecord] = field(default_factory=list)

    def record(self, name: str) -> EventRecord | None:
        """Return the record of an event, None when nothing was collected for it."""
        return next((record for record in self.records if record.name == name), None)


def collect_message(event: str, registration: Registration, events: MessageEvents, message: Message) -> None:
    """Collect the fields that one registration asks for, if it is about ``event``."""
    if registration.name != event or not registration.fields:
        return
    record = events.record(event)
    if record is None:
        record = EventRecord(event, registration.log_prefix)
        events.records.append(record)
    for wanted in registration.fields:
        if wanted not in record.values and (value := _SOURCES[wanted](message)) is not None:
            record.values[wanted] = value


def printable(value: bytes) -> str:
    """Return a raw value as text; a byte that is not UTF-8 becomes U+FFFD."""
    text = value.decode("utf-8", "surrogateescape")
    return "".join("\ufffd" if "\udc80" <= char <= "\udcff" else char for char in text)
