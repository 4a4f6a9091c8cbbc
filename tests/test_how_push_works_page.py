"""docs/explanation/how-push-works.md says of events and drivers what a simulation shows.

That a simulation shows what servers do is what the tests beside servers are for.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cli.main import run
from drivers.event_names import RFC5423_EVENTS
from drivers.events import UNSUPPORTED_EVENTS
from tests.readme import DOCS

PAGE = (DOCS / "explanation" / "how-push-works.md").read_text("utf-8")
EVENTS = dict(re.findall(r"^\| ([^|]+) \| ([^|]*[A-Z]\w+[a-z][A-Z]\w+[^|]*) \|$", PAGE, re.MULTILINE))
ALONE = """\
mail_plugins = notify push_notification
plugin {
  push_notification_driver = dlog
}
"""


def events_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> set[str]:
    assert run(["simulate", *arguments, "--demo", "-q", "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    return {event["name"] for transaction in report["transactions"] for event in transaction["events"]}


def told(row: str) -> set[str]:
    return set(re.findall(r"\b[A-Z][a-z]+[A-Z][a-z]+\b", EVENTS[row]))


@pytest.mark.parametrize(
    ("row", "commands"),
    [
        ("a mail is delivered (LMTP, LDA), into any folder", ["message-new", "message-new --mailbox Work"]),
        ("IMAP APPEND or COPY, `doveadm save`", ["message-append"]),
        ("flags change", ["flags-set", "flags-clear"]),
        ("keywords change", ["flags-set --keywords work", "flags-clear --keywords work"]),
        ("a mail is expunged", ["message-expunge"]),
        (
            "a mailbox is made, deleted, renamed",
            [
                "mailbox-create --mailbox A",
                "mailbox-delete --mailbox A",
                "mailbox-rename --mailbox A --new-name B",
            ],
        ),
        ("a subscription begins, ends", ["mailbox-subscribe", "mailbox-unsubscribe"]),
    ],
)
def test_an_action_raises_the_events_of_its_row(
    row: str, commands: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert set().union(*(events_of(capsys, *command.split()) for command in commands)) == told(row)


def test_reading_and_trashing_raise_one_more(capsys: pytest.CaptureFixture[str]) -> None:
    read, trashed = events_of(capsys, "message-read"), events_of(capsys, "message-trash")
    assert (read ^ trashed) == told(r"a mail is read, or gets `\Deleted`")
    assert read & trashed == told("flags change")


def test_all_events_are_on_the_page_and_those_that_never_come() -> None:
    assert len(RFC5423_EVENTS) == 12
    assert all(name in PAGE for name in RFC5423_EVENTS)
    assert all(name in PAGE or name.startswith("Quota") for name in UNSUPPORTED_EVENTS)


@pytest.mark.parametrize(
    ("more", "shown"),
    [("", False), ("  push_notification_driver2 = ox:url=http://127.0.0.1:9/\n}\n", True)],
    ids=["dlog", "dlog and ox"],
)
def test_dlog_alone_shows_no_message_new(
    more: str, shown: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "dovecot.conf"
    file.write_text(ALONE.removesuffix("}\n") + more if more else ALONE)
    entry = "/private/vendor/vendor.dovecot/http-notify=user=bob"
    run(["simulate", "message-new", "-q", "-c", str(file), "-u", "bob", "--metadata", entry, "--dry-run"])
    assert ("Debug: MessageNew: Subject" in capsys.readouterr().out) == shown
