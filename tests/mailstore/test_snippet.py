from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dovecot_conf.versions import Version
from mailstore.charset import replace_invalid_utf8
from mailstore.message import Message, read_message
from mailstore.snippet import snippet

FIXTURES = Path(__file__).parents[2] / "fixtures"
REFERENCE = FIXTURES / "reference"
MESSAGES = FIXTURES / "messages"
SHOWN = ("from", "subject", "snippet")
MEGABYTE = 2**20


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def seen(message: Message, version: Version = Version.V23) -> dict[str, str]:
    headers = {name: message.header(name) for name in ("from", "subject")}
    shown = {name: replace_invalid_utf8(value) for name, value in headers.items() if value is not None}
    return shown | {"snippet": snippet(message, version=version)}


def ended_by_crlf(file: Path) -> Message:
    """Read a mail as it was delivered for the golden file."""
    data = file.read_bytes()
    return Message.from_bytes(data if data.endswith(b"\r\n") else data + b"\r\n")


@pytest.mark.parametrize(
    "case", records(REFERENCE / "ox-cases.jsonl"), ids=lambda case: Path(case["file"]).stem
)
def test_a_reference_mail_shows_what_the_real_notification_shows(case: dict[str, Any]) -> None:
    body = json.loads(case["request"]["body"])
    message = read_message(REFERENCE / case["file"]).stored("lmtp")
    assert seen(message) == {name: body[name] for name in SHOWN if name in body}


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize("case", records(MESSAGES / "expected.jsonl"), ids=lambda case: case["file"])
def test_a_nasty_mail_shows_what_the_real_notification_shows(case: dict[str, Any], version: Version) -> None:
    expected = case["in_2.4"] if version is Version.V24 and "in_2.4" in case else case
    message = ended_by_crlf(MESSAGES / case["file"]).stored("lmtp")
    assert seen(message, version) == {name: expected[name] for name in SHOWN if name in expected}


def test_every_nasty_mail_was_captured() -> None:
    captured = {case["file"] for case in records(MESSAGES / "expected.jsonl")}
    assert captured == {file.name for file in MESSAGES.glob("*.eml")}


def test_the_limit_counts_characters_and_can_be_chosen() -> None:
    message = Message.from_bytes("Subject: x\n\nçà et là\n".encode())
    assert snippet(message, 5) == "çà et"


def test_the_place_in_the_mailbox_file_decides_where_a_block_ends() -> None:
    start = b"Subject: s\nContent-Type: text/html\n\n<!-- "
    body = b"x" * (8192 - len(start) - len(b" -->Dear")) + b" -->Dear<br>Bob\n"
    message = Message.from_bytes(start + body)
    assert snippet(message) == "DearBob"
    assert snippet(message.stored("lmtp", b"Return-Path: <a@b>\n")) == "Dear Bob"


@pytest.mark.parametrize(
    "data",
    [
        b"Content-Type: multipart/mixed; boundary=X\n\n--X\n" * 2000,
        b"Content-Type: multipart/mixed; boundary=X\n\n" + b"--X\n" * 30000,
        b"Content-Type: text/plain;" + b"(" * 20000 + b"\n\n",
        b"Content-Type: text/plain;" + b';a="' * 20000 + b"\n\n",
        b"Content-Type: message/rfc822\n\n" * 20000,
        b"Content-Type: text/html\n\n" + b"<" * MEGABYTE,
        b"Content-Type: text/html\n\n<a b='" + b"\\" * MEGABYTE,
        b"Content-Transfer-Encoding: quoted-printable\n\n" + b" " * MEGABYTE,
        b"Subject: x\n\n" + b"> a b\n" * (MEGABYTE // 6),
        b"Subject: x\n" + b" y\n" * (MEGABYTE // 3),
    ],
    ids=lambda data: data[:40].decode(),
)
def test_a_hostile_mail_is_read_without_fuss(data: bytes) -> None:
    assert isinstance(snippet(Message.from_bytes(data)), str)
