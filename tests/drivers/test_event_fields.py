"""What a new message tells a driver that asks for everything: the fields that Lua scripts saw in Dovecot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dovecot_conf.versions import Version
from drivers.event_records import ContentRecord, MessageField, printable
from mailstore.message import Message
from mailstore.simulated import SYSTEM_FLAGS, SimulatedMailbox
from tests.dovecot.captures.fields import ABOUT
from tests.drivers.clients import message, words
from tests.drivers.test_event_cases import ALL_CASES

CAPTURED = [
    pytest.param(case, id=f"{case['version']}-{case['header']}-{case['value'][:40]}")
    for case in map(
        json.loads,
        (Path(__file__).parents[2] / "fixtures" / "captured" / "fields.jsonl")
        .read_text(encoding="utf-8")
        .rstrip("\n")
        .split("\n"),
    )
]
PLACE = ("name", "mailbox", "uid", "uid_validity")
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


def fields_of(record: ContentRecord) -> dict[str, Any]:
    """Return what a Lua script would be told of a record that has all fields."""
    sender, recipient = map(record.address, (MessageField.FROM, MessageField.TO))
    date = record.values[MessageField.DATE]
    message_id = record.values.get(MessageField.MESSAGE_ID)
    return {
        "date": date.timestamp,
        "tz": date.zone,
        "from": printable(record.values.get(MessageField.FROM, b"")),
        "from_address": sender.address,
        "from_display_name": sender.display_name,
        "to": printable(record.values.get(MessageField.TO, b"")),
        "to_address": recipient.address,
        "to_display_name": recipient.display_name,
        "snippet": printable(record.values[MessageField.SNIPPET]),
        "subject": record.subject,
        "message_id": None if message_id is None else printable(message_id),
        "flags": [flag for flag in SYSTEM_FLAGS if flag in record.values[MessageField.FLAGS]],
        "keywords": list(record.values[MessageField.KEYWORDS]),
    }


def record_of(mail: Message, version: Version, **given: list[str]) -> ContentRecord:
    record = ContentRecord("MessageNew")
    record.collect(MessageField.ALL, SimulatedMailbox().add(mail, **given), version)
    return record


@pytest.mark.parametrize(("text", "flags", "event"), seen_by_lua())
def test_the_fields_are_those_that_a_lua_script_saw(text: str, flags: str, event: dict[str, Any]) -> None:
    known = {name: value for name, value in event.items() if name not in PLACE}
    expected = {"subject": None, "message_id": None} | known
    assert fields_of(record_of(message(text), Version.V23, **words(flags))) == expected


@pytest.mark.parametrize("case", CAPTURED)
def test_a_header_field_in_any_shape_is_read_as_by_dovecot(case: dict[str, Any]) -> None:
    mail = message(f"{case['header']}: {case['value']}\n\n")
    seen = fields_of(record_of(mail, Version(case["version"])))
    assert {name: seen[name] for name in ABOUT[case["header"]] if seen[name] is not None} == case["fields"]
