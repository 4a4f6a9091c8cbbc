"""What a new message tells a driver that asks for everything: the fields that Lua scripts saw in Dovecot."""

from __future__ import annotations

from typing import Any

import pytest

from drivers.event_records import ContentRecord, MessageField
from dovecot_conf.versions import Version
from mailstore.simulated import SYSTEM_FLAGS, SimulatedMailbox
from tests.drivers.clients import message, words
from tests.drivers.test_event_cases import ALL_CASES

NAMES = {"event_message_new", "event_message_append"}


def seen_by_lua() -> list[Any]:
    """Return (mail, flags, event) of the cases that store one mail from outside."""
    found = []
    for case in ALL_CASES:
        (step, *more) = case["action"]["steps"]
        events = [call["event"] for call in case["lua_events"] if call["fn"] in NAMES]
        if case["drivers"] != "lua" or more or len(events) != 1 or step[0] not in ("lmtp", "lda", "imap"):
            continue
        if step[0] == "imap" and not step[1][0][0].startswith("APPEND"):
            continue
        text = step[1][0][1] if step[0] == "imap" else step[2] if step[0] == "lmtp" else step[1]
        command = step[1][0][0] if step[0] == "imap" else ""
        flags = command[command.find("(") : command.find(")") + 1] if "(" in command else ""
        found.append(pytest.param(text, flags, events[0], id=case["name"]))
    return found


@pytest.mark.parametrize(("text", "flags", "event"), seen_by_lua())
def test_the_fields_are_those_that_a_lua_script_saw(text: str, flags: str, event: dict[str, Any]) -> None:
    stored = SimulatedMailbox().add(message(text), **words(flags))
    record = ContentRecord("MessageNew")
    record.collect(MessageField.ALL, stored, Version.V23)
    date, sender, recipient = record.values[MessageField.DATE], *map(record.address, (MessageField.FROM, MessageField.TO))
    assert {
        "date": float(date.timestamp),
        "tz": float(date.zone),
        "from": record.values.get(MessageField.FROM, b"").decode(),
        "from_address": sender.address,
        "from_display_name": sender.display_name,
        "to": record.values.get(MessageField.TO, b"").decode(),
        "to_address": recipient.address,
        "to_display_name": recipient.display_name,
        "snippet": record.values[MessageField.SNIPPET].decode(),
        "subject": record.subject,
        "message_id": (record.values.get(MessageField.MESSAGE_ID) or b"").decode() or None,
        "flags": [flag for flag in SYSTEM_FLAGS if flag in record.values[MessageField.FLAGS]],
        "keywords": list(record.values[MessageField.KEYWORDS]),
    } == {"subject": None, "message_id": None} | {
        name: value
        for name, value in event.items()
        if name not in ("name", "mailbox", "uid", "uid_validity")
    }
