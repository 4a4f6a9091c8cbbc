"""All that scripts are told of all events, in sessions of every kind, beside running servers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dovecot_conf import load
from drivers.lua.entry_points import HANDLERS
from tests.dovecot.captures.common import GUIDS, UIDVALIDITY
from tests.dovecot.captures.events import (
    CHAINS,
    LUA_PLUGINS,
    cases,
    files_of,
    prepare,
    reference_cases,
    settings_around,
    step_on,
)
from tests.dovecot.generated_mails import generated_mails
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.harness.server import Dovecot
from tests.drivers.played import Player, mailboxes_of

REPOSITORY = Path(__file__).parents[2]
DUMP = (REPOSITORY / "fixtures/reference/dump.lua").read_text("utf-8")
OUT = 'local OUT = os.getenv("LUAOUT") or "lua-events.jsonl"\n'
FOLDERS = (
    "tests/dovecot/inputs/messages",
    "fixtures/messages",
    "fixtures/reference/ox-cases",
    "fixtures/first-day",
)
MAILS = sorted(path for folder in FOLDERS for path in (REPOSITORY / folder).glob("*.eml"))
SEED, COUNT = 7, 60
CASES = {case["name"]: case for case in [*reference_cases(), *cases()]}
NAMES = ("lua", "dlog+lua")
LUA = {
    "2.3": "push_notification_driver = lua:file=@root@/all-events.lua",
    "2.4": "push_notification lua {\n  lua_file = @root@/all-events.lua\n}\n",
}


class Told:
    """What the script of one side has written: a value of JSON for each call."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)

    def calls(self) -> list[Any]:
        lines = self.path.read_bytes().splitlines() if self.path.exists() else []
        return [_stable(json.loads(line.decode("utf-8", "surrogateescape"))) for line in lines]


def _stable(call: dict[str, Any]) -> dict[str, Any]:
    """Put a word in the place of the UIDVALIDITY of a mailbox that the case has made."""
    event = call.get("event", {})
    if event.get("uid_validity", UIDVALIDITY) != UIDVALIDITY:
        event["uid_validity"] = "new"
    return call


class Sides:
    """A server with the script and chain of drivers, and we with the same configuration."""

    def __init__(self, server: Dovecot, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.theirs = Told(server.root / "mail" / "told.jsonl")
        self.ours = Told(folder / "told.jsonl")
        script = folder / "all-events.lua"
        script.write_text(DUMP.replace(OUT, f'local OUT = "{self.ours.path}"\n'), "utf-8")
        text = server.config_file.read_text("utf-8")
        text = text.replace(f"{server.place.root}/all-events.lua", str(script))
        self.config = folder / "dovecot.conf"
        self.config.write_text(text.replace(server.place.root, str(server.root)), "utf-8")
        self.theirs.forget()

    def play(self, case: dict[str, Any]) -> tuple[list[Any], list[Any]]:
        """Play a case on both sides; return what the scripts were told."""
        user = self.server.new_user()
        for name in (user, f"{user}-second", f"{user}-third"):
            prepare(self.server, name, case)
        for step in case["steps"]:
            step_on(self.server, user, *step)
        player = Player(
            user,
            lambda protocol: load(self.config).push(protocol),
            lambda: mailboxes_of(case, UIDVALIDITY),
            case.get("server", ""),
            case.get("places"),
        )
        for step in case["steps"]:
            player.play(*step)
        return self.theirs.calls(), self.ours.calls()


Start = Callable[[str, str, dict[str, Any]], Sides]


@pytest.fixture
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Start:
    def make(version: str, drivers: str, case: dict[str, Any]) -> Sides:
        factory: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
        script = DUMP.replace(OUT, 'local OUT = "@root@/mail/told.jsonl"\n')
        push = LUA[version] if drivers == "lua" else CHAINS[version][drivers]
        files = {"all-events.lua": script, **files_of(case)}
        extra = settings_around(case, version)
        return Sides(factory(push, plugins=LUA_PLUGINS, extra=extra, files=files), tmp_path)

    return make


EVERY_EVENT = [
    "SELECT INBOX",
    ["APPEND INBOX (\\Flagged old)", "Subject: hi\r\n\r\nHello\r\n"],
    "STORE 1 +FLAGS (\\Seen \\Deleted new)",
    "STORE 1 -FLAGS (\\Seen new)",
    *("EXPUNGE", "CREATE One", "RENAME One Two", "SUBSCRIBE Two", "UNSUBSCRIBE Two", "DELETE Two"),
]


@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_a_script_is_told_the_same_of_each_of_the_twelve_events(start: Start, version: str) -> None:
    mail = "Subject: hi\r\n\r\nHello\r\n"
    steps = [["lmtp", ["USER"], mail], ["imap", EVERY_EVENT]]
    case: dict[str, Any] = {"mailboxes": ["INBOX"], "setup": [], "steps": steps}
    theirs, ours = start(version, "lua", case).play(case)
    assert ours == theirs
    assert {call["event"]["name"] for call in theirs if "event" in call} == set(HANDLERS)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("drivers", NAMES)
@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_a_script_is_told_the_same_of_an_action(start: Start, version: str, drivers: str, name: str) -> None:
    theirs, ours = start(version, drivers, CASES[name]).play(CASES[name])
    assert ours == theirs


@pytest.mark.parametrize("kind", ["lmtp", "append"])
@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_a_script_is_told_the_same_of_mails_of_every_kind(start: Start, version: str, kind: str) -> None:
    texts = [path.read_bytes() for path in MAILS] + list(generated_mails(SEED, COUNT))
    mails = [as_sent(text) for text in texts if text.strip()]
    case: dict[str, Any] = {"mailboxes": list(GUIDS), "setup": []}
    flags = ("", " (\\Seen)", " (\\Flagged $Label1 work)", " (\\Answered \\Deleted \\Draft other)")
    case["steps"] = (
        [["lmtp", ["USER"], mail] for mail in mails]
        if kind == "lmtp"
        else [["imap", [[f"APPEND INBOX{flags[n % len(flags)]}", mail] for n, mail in enumerate(mails)]]]
    )
    theirs, ours = start(version, "lua", case).play(case)
    assert differences(ours, theirs) == []
    assert sum("event" in call for call in theirs) == len(mails)


def differences(ours: list[Any], theirs: list[Any]) -> list[tuple[int, str, Any, Any]]:
    """Return the fields that differ: the UID, the name, and both values."""
    return [
        (call.get("event", {}).get("uid"), name, found.get(name), value)
        for one, call in zip(ours, theirs, strict=True)
        for found, expected in [({**one, **one.get("event", {})}, {**call, **call.get("event", {})})]
        for name, value in expected.items()
        if name != "event" and found.get(name) != value
    ] + [
        (0, "fields", list(one), list(call))
        for one, call in zip(ours, theirs, strict=True)
        if one.keys() != call.keys()
    ]


def as_sent(mail: bytes) -> str:
    return mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n").decode("utf-8", "surrogateescape")
