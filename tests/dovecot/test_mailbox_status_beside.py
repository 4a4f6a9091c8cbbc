"""``mailbox:status()`` in scripts: what is new, unseen and there, beside running servers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.script_sides import PLUGINS, PUSH, Step, Theirs, our_player

SCRIPT = Path(__file__).parent / "inputs/lua/status.lua"
MAIL = "Subject: x\r\n\r\nhi\r\n"
LMTP: Step = ("lmtp", ["USER"], MAIL)


def imap(*commands: object) -> Step:
    return ("imap", list(commands))


CASES: dict[str, list[Step]] = {
    "three-come": [LMTP] * 3,
    "a-client-looks-in-between": [LMTP, LMTP, imap("SELECT INBOX", "STORE 1 +FLAGS (\\Seen)"), LMTP, LMTP],
    "a-client-only-selects": [LMTP, imap("SELECT INBOX"), LMTP],
    "a-client-only-examines": [LMTP, imap("EXAMINE INBOX", ["APPEND INBOX", MAIL], "NOOP"), LMTP],
    "appended-as-seen": [imap(["APPEND INBOX (\\Seen)", MAIL]), LMTP],
    "appended-with-keyword": [imap(["APPEND INBOX (kw)", MAIL], ["APPEND INBOX", MAIL]), LMTP],
    "appended-together": [imap(["APPEND INBOX", MAIL, " (\\Seen)", MAIL, " (\\Seen)", MAIL])],
    "appended-while-selected": [
        LMTP,
        imap("SELECT INBOX", ["APPEND INBOX", MAIL], ["APPEND INBOX", MAIL], "NOOP", ["APPEND INBOX", MAIL]),
        LMTP,
    ],
    "appended-after-another-was-selected": [
        LMTP,
        imap("SELECT INBOX", "SELECT Sent", ["APPEND INBOX", MAIL], ["APPEND Sent", MAIL]),
        imap(["APPEND INBOX", MAIL], ["APPEND Sent", MAIL]),
    ],
    "selected-twice": [
        LMTP,
        LMTP,
        imap(
            *("SELECT INBOX", "STORE 1:2 +FLAGS (\\Flagged)", "SELECT Sent", "SELECT INBOX"),
            "STORE 1:2 -FLAGS (\\Flagged)",
        ),
    ],
    "expunged": [
        *[LMTP] * 3,
        ("doveadm", ["flags", "add", "-u", "USER", "\\Flagged", "mailbox", "INBOX", "all"], ""),
        ("doveadm", ["expunge", "-u", "USER", "mailbox", "INBOX", "uid", "2"], ""),
        LMTP,
    ],
    "copied": [
        *[LMTP] * 2,
        imap("SELECT INBOX", "COPY 1:2 Sent", "COPY 1 Sent", "STORE 1 +FLAGS (\\Seen)", "COPY 1:2 Sent"),
    ],
    "moved": [
        *[LMTP] * 2,
        imap("SELECT INBOX", "MOVE 1 Sent"),
        ("doveadm", ["save", "-u", "USER", "-m", "Sent"], MAIL),
    ],
    "one-recipient-twice": [("lmtp", ["USER", "USER-second", "USER"], MAIL), ("lda", MAIL)],
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_a_script_finds_the_same_in_a_mailbox(
    version: str, name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    factory: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    push = PUSH[version].format(script="status.lua", settings="")
    server = factory(push, plugins=PLUGINS, files={"status.lua": SCRIPT.read_text("utf-8")})
    theirs = Theirs(server, server.new_user(), ("INBOX", "Sent"))
    theirs.prepare(f"{theirs.user}-second")
    expected = [line for step in CASES[name] for line in theirs.play(*step)]
    with our_player(theirs, tmp_path) as player:
        for step in CASES[name]:
            player.play(*step)
    assert [line for line in player.log if "messages=" in line] == [
        line for line in expected if "messages=" in line
    ]
    assert any("messages=" in line for line in expected)
