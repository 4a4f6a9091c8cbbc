"""The tables in which a script is told of events: fields and types as of Dovecot 2.3.19.1 and 2.4.1.

All numbers are floats, as ``lua_pushnumber`` makes them.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from functools import lru_cache
from typing import Any

from drivers.event_records import ContentRecord, EventRecord, FlagsRecord, RenameRecord
from drivers.lua.machine import LuaMachine, encode
from drivers.message_fields import MessageField
from mailstore.address import first_address
from mailstore.date import MailDate
from mailstore.encoded_words import decode_words
from mailstore.simulated import RECENT, SYSTEM_FLAGS

Fields = dict[bytes, Any]

_FLAG_ORDER = (*SYSTEM_FLAGS, RECENT)


def event_table(machine: LuaMachine, record: EventRecord, place: Mapping[bytes, Any]) -> Any:
    """Return the table of one event; ``place`` says where it happened."""
    fields: Fields = {b"name": record.name.encode(), **place}
    for kind, add in _KINDS.items():
        if isinstance(record, kind):
            add(machine, record, fields)
    return machine.table(fields)


def _content(machine: LuaMachine, record: ContentRecord, fields: Fields) -> None:
    value = record.values.get
    fields |= _mail_fields(
        value(MessageField.DATE, MailDate()),
        value(MessageField.FROM, b""),
        value(MessageField.TO, b""),
        value(MessageField.SUBJECT),
        (value(MessageField.SNIPPET), value(MessageField.MESSAGE_ID)),
    )
    fields[b"flags"] = _flags(machine, value(MessageField.FLAGS, ()))
    fields[b"keywords"] = _texts(machine, value(MessageField.KEYWORDS, ()))


# --count delivers the same mail again.
@lru_cache(maxsize=4)
def _mail_fields(
    date: MailDate, sender: bytes, recipient: bytes, subject: bytes | None, plain: tuple[bytes | None, ...]
) -> Fields:
    """Return the fields that are in the mail itself; ``plain`` are snippet and Message-ID."""
    fields: Fields = {b"date": float(date.timestamp), b"tz": float(date.zone)}
    for name, field in ((b"from", sender), (b"to", recipient)):
        address = first_address(field)
        fields[name] = field
        fields[name + b"_address"] = encode(address.address)
        fields[name + b"_display_name"] = encode(address.display_name)
    if subject is not None:
        fields[b"subject"] = encode(decode_words(subject))
    for name, text in zip((b"snippet", b"message_id"), plain, strict=True):
        if text is not None:
            fields[name] = text
    return fields


def _changed_flags(machine: LuaMachine, record: FlagsRecord, fields: Fields) -> None:
    fields[b"flags"] = _flags(machine, record.flags)
    fields[b"keywords"] = _texts(machine, record.keywords)
    if record.name == "FlagsClear":
        fields[b"flags_old"] = _flags(machine, record.flags_old or ())
        if record.keywords_old is not None:
            fields[b"keywords_old"] = _texts(machine, record.keywords_old)


def _renamed(machine: LuaMachine, record: RenameRecord, fields: Fields) -> None:  # noqa: ARG001
    fields[b"mailbox_old"] = encode(record.old_name)


_KINDS: Mapping[type[EventRecord], Callable[[LuaMachine, Any, Fields], None]] = {
    ContentRecord: _content,
    FlagsRecord: _changed_flags,
    RenameRecord: _renamed,
}


def _flags(machine: LuaMachine, flags: Container[str]) -> Any:
    present = [flag.encode() for flag in _FLAG_ORDER if flag in flags]
    return machine.array(present)


def _texts(machine: LuaMachine, texts: Iterable[str]) -> Any:
    return machine.array([encode(text) for text in texts])
