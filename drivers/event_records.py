"""What is collected for the events of a transaction, and how dlog shows each kind.

The texts are those of ``push-notification-event-*.c`` of 2.3.19.1 and 2.4.1.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from dovecot_conf.versions import Version
from drivers.message_fields import MessageField
from mailstore.address import Address, first_address
from mailstore.date import MailDate
from mailstore.encoded_words import decode_words
from mailstore.message import Message
from mailstore.simulated import SYSTEM_FLAGS, StoredMessage
from mailstore.snippet import snippet

Fields = tuple[tuple[str, object], ...]

_NO_UTF8 = re.compile("[\udc80-\udcff]")


Source = Callable[[Message, Version], object]


def _header(name: str) -> Source:
    return lambda mail, _: mail.header(name)


_SOURCES: Mapping[MessageField, Source] = {
    MessageField.DATE: lambda mail, version: mail.date(version),
    MessageField.FROM: _header("From"),
    MessageField.SNIPPET: lambda mail, version: snippet(mail, version=version).encode(),
    MessageField.SUBJECT: _header("Subject"),
    MessageField.TO: _header("To"),
    MessageField.MESSAGE_ID: _header("Message-ID"),
}
_PLACED_SOURCES: Mapping[MessageField, Callable[[StoredMessage], object]] = {
    MessageField.FLAGS: lambda message: message.flags,
    MessageField.KEYWORDS: lambda message: message.keywords,
}
"""What the mailbox knows of a mail."""

_LABELS: Mapping[MessageField, str] = {
    MessageField.DATE: "Date",
    MessageField.FROM: "From",
    MessageField.SNIPPET: "Snippet",
    MessageField.SUBJECT: "Subject",
    MessageField.TO: "To",
}


@cache
def _placed_parts(fields: MessageField) -> tuple[MessageField, ...]:
    return tuple(part for part in fields if part in _PLACED_SOURCES)


# --count delivers the same mail again, and several drivers want the same of it.
@lru_cache(maxsize=4)
def _values_of(mail: Message, wanted: MessageField, version: Version) -> Mapping[MessageField, Any]:
    """Return the fields that are in the mail itself."""
    found = {part: _SOURCES[part](mail, version) for part in wanted if part in _SOURCES}
    return {part: value for part, value in found.items() if value is not None}


@dataclass(slots=True)
class EventRecord(ABC):
    """What was collected for one event; ``log_prefix`` is that of the driver that made the record."""

    name: str
    log_prefix: str = ""

    @abstractmethod
    def texts(self) -> Iterable[str]:
        """Return dlog's texts about the event, without the event's name."""

    @abstractmethod
    def shown_fields(self) -> Fields:
        """Return what was collected, by lower-case name."""

    def debug_lines(self) -> list[str]:
        """Return dlog's lines about the event."""
        return [f"{self.log_prefix}{self.name}: {text}" for text in self.texts()]


@dataclass(slots=True)
class ContentRecord(EventRecord):
    """The fields of a new message, as far as drivers asked for them.

    Header values and the snippet are bytes, as they are in the mail; DATE is a MailDate, FLAGS a set of
    system flags, KEYWORDS a tuple in the mailbox's order.
    """

    values: dict[MessageField, Any] = field(default_factory=dict)

    def collect(self, wanted: MessageField, message: StoredMessage, version: Version) -> None:
        """Add the fields that aren't there yet."""
        self.values = {**_values_of(message.content, wanted, version), **self.values}
        for part in _placed_parts(wanted):
            self.values.setdefault(part, _PLACED_SOURCES[part](message))

    def address(self, part: MessageField) -> Address:
        """Return the first address of FROM or TO, with its decoded display name; both empty without one."""
        return first_address(self.values.get(part, b""))

    @property
    def subject(self) -> str | None:
        """The decoded subject, None if nobody asked for it or there is none."""
        value = self.values.get(MessageField.SUBJECT)
        return None if value is None else decode_words(value)

    def texts(self) -> Iterable[str]:
        """Date, From, Snippet, Subject, To: each if present."""
        return (f"{label} [{shown}]" for label, shown in self._shown())

    def shown_fields(self) -> Fields:
        """The fields in the order of dlog's lines."""
        return tuple((label.lower(), shown) for label, shown in self._shown())

    def _shown(self) -> Iterable[tuple[str, str]]:
        for part, label in _LABELS.items():
            value = self.values.get(part)
            if value is not None:
                yield label, value.odd_text() if isinstance(value, MailDate) else printable(value)


@dataclass(slots=True)
class FlagsRecord(EventRecord):
    """Flags and keywords that were set or cleared.

    Each driver that registered the event adds the keywords once more, as in Dovecot. ``flags_old`` and
    ``keywords_old`` are there for who asked for them; ``verbs`` are dlog's words for a flag and a
    keyword.
    """

    verbs: tuple[str, str] = ("set", "set")
    flags: set[str] = field(default_factory=set)
    keywords: list[str] = field(default_factory=list)
    flags_old: frozenset[str] | None = None
    keywords_old: list[str] | None = None

    def texts(self) -> Iterable[str]:
        """Flags in Dovecot's order, then keywords."""
        of_flag, of_keyword = self.verbs
        yield from (f"{flag[1:]} flag {of_flag}" for flag in SYSTEM_FLAGS if flag in self.flags)
        yield from (f"Keyword {of_keyword} [{keyword}]" for keyword in self.keywords)

    def shown_fields(self) -> Fields:
        """Flags and keywords, each once."""
        flags = [flag for flag in SYSTEM_FLAGS if flag in self.flags]
        return (("flags", flags), ("keywords", list(dict.fromkeys(self.keywords))))


@dataclass(slots=True)
class PlainRecord(EventRecord):
    """An event that carries nothing but what happened, in ``text``."""

    text: str = ""

    def texts(self) -> Iterable[str]:
        """What happened."""
        return (self.text,)

    def shown_fields(self) -> Fields:
        """Nothing."""
        return ()


@dataclass(slots=True)
class RenameRecord(EventRecord):
    """A mailbox that was called ``old_name``."""

    old_name: str = ""

    def texts(self) -> Iterable[str]:
        """The old name."""
        return (f"Mailbox was renamed (old name: {self.old_name})",)

    def shown_fields(self) -> Fields:
        """The old name."""
        return (("old_mailbox", self.old_name),)


def printable(value: bytes) -> str:
    """Return a raw value as text; a byte that is not UTF-8 becomes U+FFFD."""
    text = value.decode("utf-8", "surrogateescape")
    return text if text.isascii() else _NO_UTF8.sub("\ufffd", text)
