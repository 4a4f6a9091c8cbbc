"""The tables in which a script is told of events: fields and types as of Dovecot 2.3.19.1 and 2.4.1.

All numbers are floats, as ``lua_pushnumber`` makes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from drivers.event_records import ContentRecord, EventRecord, FlagsRecord, RenameRecord
from drivers.lua.machine import LuaMachine, encode
from drivers.message_fields import MessageField
from mailstore.date import MailDate
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
    values = record.values
    date: MailDate = values.get(MessageField.DATE, MailDate())
    fields[b"date"], fields[b"tz"] = float(date.timestamp), float(date.zone)
    for part, name in ((MessageField.FROM, b"from"), (MessageField.TO, b"to")):
        address = record.address(part)
        fields[name] = values.get(part, b"")
        fields[name + b"_address"] = encode(address.address)
        fields[name + b"_display_name"] = encode(address.display_name)
    fields[b"flags"] = _flags(machine, values.get(MessageField.FLAGS, ()))
    fields[b"keywords"] = _texts(machine, values.get(MessageField.KEYWORDS, ()))
    if (snippet := values.get(MessageField.SNIPPET)) is not None:
        fields[b"snippet"] = snippet
    if (message_id := values.get(MessageField.MESSAGE_ID)) is not None:
        fields[b"message_id"] = message_id
    if (subject := record.subject) is not None:
        fields[b"subject"] = encode(subject)


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


def _flags(machine: LuaMachine, flags: Iterable[str]) -> Any:
    present = frozenset(flags)
    return machine.array([flag.encode() for flag in _FLAG_ORDER if flag in present])


def _texts(machine: LuaMachine, texts: Iterable[str]) -> Any:
    return machine.array([encode(text) for text in texts])
