"""What is collected for the events of a transaction, and how dlog shows each kind.

The texts are those of ``push-notification-event-*.c`` of 2.3.19.1 and 2.4.1.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Flag, auto

from mailstore.message import Message
from mailstore.simulated import SYSTEM_FLAGS
from mailstore.snippet import snippet

Fields = tuple[tuple[str, object], ...]


class MessageField(Flag):
    """The fields of a message that a driver can ask for with MessageNew and MessageAppend."""

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
    """The fields of a new message, as far as drivers asked for them."""

    values: dict[MessageField, bytes] = field(default_factory=dict)

    def collect(self, wanted: MessageField, message: Message) -> None:
        """Add the fields that aren't there yet."""
        for part in wanted:
            if part not in self.values and (value := _SOURCES[part](message)) is not None:
                self.values[part] = value

    def texts(self) -> Iterable[str]:
        """Date, From, Snippet, Subject, To: each if present."""
        return (
            f"{label} [{printable(self.values[part])}]"
            for part, label in _LABELS.items()
            if part in self.values
        )

    def shown_fields(self) -> Fields:
        """The fields in the order of dlog's lines."""
        return tuple(
            (label.lower(), printable(self.values[part]))
            for part, label in _LABELS.items()
            if part in self.values
        )


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
    if text.isascii():
        return text
    return "".join("\ufffd" if "\udc80" <= char <= "\udcff" else char for char in text)
