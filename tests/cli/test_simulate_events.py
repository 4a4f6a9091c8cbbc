"""The short forms of `pushnotif simulate`: one for each event of RFC 5423 that Dovecot raises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cli.simulate_forms import FORMS
from drivers.events import RFC5423_EVENTS, UNSUPPORTED_EVENTS
from tests.cli.conftest import Run

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/schemas/simulate.schema.json").read_text())

RAISED = {
    "message-new": ["MessageNew"],
    "message-append": ["MessageAppend"],
    "message-read": ["FlagsClear", "FlagsSet", "MessageRead"],
    "message-trash": ["FlagsClear", "FlagsSet", "MessageTrash"],
    "message-expunge": ["MessageExpunge"],
    "flags-set": ["FlagsClear", "FlagsSet"],
    "flags-clear": ["FlagsClear"],
    "mailbox-create": ["MailboxCreate"],
    "mailbox-delete": ["MailboxDelete"],
    "mailbox-rename": ["MailboxRename"],
    "mailbox-subscribe": ["MailboxSubscribe"],
    "mailbox-unsubscribe": ["MailboxUnsubscribe"],
}
"""As the captured sessions of a 2.3.19.1 server show (fixtures/reference/event-cases.jsonl.gz)."""

NAMED = {
    "mailbox-create": ("--mailbox", "Work"),
    "mailbox-delete": ("--mailbox", "Work"),
    "mailbox-rename": ("--mailbox", "Work", "--new-name", "Play"),
}


def events(run: Run, name: str, *options: str) -> list[dict[str, Any]]:
    result = run("simulate", name, "--demo", "--format", "json", *options)
    assert result.code == 0, result.err
    document = json.loads(result.out)
    jsonschema.validate(document, SCHEMA)
    (transaction,) = document["transactions"]
    return list(transaction["events"])


def test_every_event_of_dovecot_has_a_form() -> None:
    assert [form.name for form in FORMS] == list(RAISED)
    assert {event for raised in RAISED.values() for event in raised} == set(RFC5423_EVENTS)


@pytest.mark.parametrize("name", RAISED)
def test_a_form_raises_all_events_of_its_action(name: str, run: Run) -> None:
    assert [event["name"] for event in events(run, name, *NAMED.get(name, ()))] == RAISED[name]


@pytest.mark.parametrize("name", [form.name for form in FORMS if form.protocols[0] == "imap"])
def test_doveadm_can_do_it_as_well(name: str, run: Run) -> None:
    found = events(run, name, "--protocol", "doveadm", *NAMED.get(name, ()))
    assert [event["name"] for event in found] == RAISED[name]


def test_flags_and_keywords_are_in_the_events(run: Run) -> None:
    _, added = events(run, "flags-set", "--flags", r"\flagged \Answered", "--keywords", "work $Label1")
    assert (added["flags"], added["keywords"]) == ([r"\Answered", r"\Flagged"], ["work", "$Label1"])
    cleared, _ = events(run, "flags-clear", "--keywords", "work")
    assert (cleared["flags"], cleared["keywords"]) == ([], ["work"])


def test_the_message_has_the_uid_that_is_asked_for(run: Run) -> None:
    (event,) = events(run, "message-expunge", "--uid", "77", "--uidvalidity", "5")
    assert (event["uid"], event["uidvalidity"]) == (77, 5)


def test_a_rename_tells_the_old_name(run: Run) -> None:
    (event,) = events(run, "mailbox-rename", *NAMED["mailbox-rename"])
    assert event["old_mailbox"] == "Work"


def test_setting_what_is_set_raises_nothing(run: Run) -> None:
    result = run("simulate", "flags-set", "--demo", "--flags", "", "--keywords", "")
    assert result.code == 0
    assert "no event for bob in INBOX" in result.out


@pytest.mark.parametrize("event", UNSUPPORTED_EVENTS)
def test_an_event_that_dovecot_never_raises_is_refused_with_that_explanation(event: str, run: Run) -> None:
    result = run("simulate", event)
    assert result.code == 2
    assert f"RFC 5423 has the event {event}, but Dovecot never raises it" in result.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("flag-set",), "no such event 'flag-set'; did you mean 'flags-set'?"),
        (("flags-set", "--demo", "--flags", "Seen"), r"Seen is no flag that can be set: there are \Answered"),
        (("mailbox-create", "--demo", "--mailbox", "INBOX"), "the mailbox INBOX exists already"),
        (("mailbox-create", "--demo"), "Missing option '--mailbox'"),
        (("mailbox-delete", "--demo", "--mailbox", "inbox"), "INBOX can't be deleted"),
        (
            ("mailbox-rename", "--demo", "--mailbox", "A", "--new-name", "A/B"),
            "A can't be moved below itself",
        ),
        (("mailbox-rename", "--demo", "--mailbox", "A", "--new-name", ""), "--new-name must not be empty"),
        (("message-read", "--demo", "--protocol", "lmtp"), "'lmtp' is not one of 'imap', 'doveadm'"),
    ],
)
def test_what_can_t_be_done_is_said_in_one_line(arguments: tuple[str, ...], said: str, run: Run) -> None:
    result = run("simulate", *arguments)
    assert result.code == 2
    assert said in result.err
    assert "Traceback" not in result.err
