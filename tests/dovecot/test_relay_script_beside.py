"""The relay script of the docs under the test fixture, and on a server: log and METADATA side by side."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from drivers.testing import DovecotPush, PushFactory, PushUser, Result
from tests.dovecot.harness.clients import ImapCommand
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.harness.server import Dovecot

SCRIPT = Path(__file__).parents[2] / "fixtures" / "lua" / "relay.lua"
PLUGINS = ("notify", "push_notification", "mail_lua", "push_notification_lua")
PUSH = {
    "2.3": "push_notification_driver = lua:file=@root@/relay.lua\n",
    "2.4": "push_notification lua {\n  lua_file = @root@/relay.lua\n}\n",
}
ERRORS = Path(__file__).parent / "inputs" / "lua" / "errors.lua"
FAILS_AT_FIRST = """\
local count = 0
function dovecot_lua_notify_begin_txn(user)
  count = count + 1
  if count == 1 then error("not yet") end
end
function dovecot_lua_notify_event_message_append(ctx, event) end
function dovecot_lua_notify_end_txn(ctx, success) end
"""
DONE = "push_notification done"
IN_MESSAGE_NEW = f"""\
function dovecot_lua_notify_begin_txn(user) return user end
function dovecot_lua_notify_event_message_new(user, event)
  local box = user:mailbox("INBOX")
  %s
  dovecot.i_info("{DONE}")
end
function dovecot_lua_notify_end_txn(ctx, success) end
"""
ON_A_MAILBOX = [
    'box:metadata_set("/private/a", "b")',
    'box:metadata_unset("/private/a")',
    'box:metadata_get("/private/a")',
    'box:metadata_list("/private/")',
    'box:open() box:metadata_set("/private/a", "b")',
    'box:sync() box:metadata_unset("/private/a")',
    'box:status(1) box:metadata_set("/private/a", "b")',
    'box:metadata_get("/private/a") box:metadata_set("/private/a", "b")',
    'box:metadata_list("/private/") box:metadata_set("/private/a", "b")',
    'box:open() box:close() box:metadata_set("/private/a", "b")',
    'box:open() user:mailbox("INBOX"):metadata_set("/private/a", "b")',
    'box:metadata_set("a", "b")',
    'user:mailbox("Nope"):metadata_get("/private/a")',
    'user:mailbox("Nope"):metadata_set("/private/a", "b")',
    'user:metadata_set("/private/a", "b")',
]
WITHOUT_DICT = "mail_attribute_dict =\n"


@pytest.fixture(params=["2.3", "2.4"])
def version(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def started(version: str, request: pytest.FixtureRequest) -> Callable[[str], Dovecot]:
    def start(script: str) -> Dovecot:
        factory: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
        server = factory(PUSH[version], plugins=PLUGINS, files={"relay.lua": ""})
        (server.root / "relay.lua").write_text(script, "utf-8")
        return server

    return start


@pytest.fixture
def server(started: Callable[[str], Dovecot]) -> Dovecot:
    return started(SCRIPT.read_text("utf-8"))


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name: Lua shortens long ones in its messages."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@dataclass(frozen=True)
class Both:
    """The same user of a server, and of a test."""

    server: Dovecot
    ours: PushUser
    folder: Path

    @classmethod
    def of(cls, server: Dovecot, folder: Path) -> Both:
        (folder / "relay.lua").write_bytes((server.root / "relay.lua").read_bytes())
        return cls.using(server, PushFactory(folder)(script="relay.lua", version=server.version), folder)

    @classmethod
    def using(cls, server: Dovecot, push: DovecotPush, folder: Path) -> Both:
        name = f"{server.new_user()}@example.org"
        server.doveadm_silently("mailbox", "create", "-u", name, "Work")
        server.forget_log()
        return cls(server, push.user(name, mailboxes=["Work"]), folder)

    def stored(self, *mailboxes: str) -> Mapping[str, Mapping[str, str]]:
        """What the server has stored for mailboxes, by their names."""
        file = self.server.dict_file(self.ours.name)
        lines = file.read_text("utf-8").splitlines() if file.exists() else []
        values = dict(zip(lines[::2], lines[1::2], strict=True))
        return {
            name: {
                f"/private/{key.partition(guid)[2][1:]}": text for key, text in values.items() if guid in key
            }
            for name, guid in ((mailbox, self._guid(mailbox)) for mailbox in mailboxes)
        }

    def _guid(self, mailbox: str) -> str:
        status = self.server.doveadm_silently("mailbox", "status", "-u", self.ours.name, "guid", mailbox)
        return status.stdout.strip().rpartition("guid=")[2]

    def assert_same_log(self, result: Result) -> None:
        """The log of the server, with the path of the script as it is from here."""
        theirs = [line.replace(self.server.place.root, str(self.folder)) for line in self.server.push_log()]
        assert result.log == theirs
        self.server.forget_log()


def mail(sender: str) -> bytes:
    return f"From: {sender}\r\nTo: bob@example.org\r\nSubject: hi\r\n\r\nHello\r\n".encode()


def test_a_mail_of_somebody_else_sets_messagenew_and_an_own_one_does_not(
    server: Dovecot, folder: Path
) -> None:
    both = Both.of(server, folder)
    for sender in (both.ours.name, "alice@example.org"):
        server.deliver_lmtp(both.ours.name, mail(sender))
        both.assert_same_log(both.ours.deliver(message=mail(sender)))
        expected = {} if sender == both.ours.name else {"/private/messagenew": ""}
        assert both.stored("INBOX", "Work") == {"INBOX": expected, "Work": {}}
        assert both.ours.metadata("INBOX") == expected


def test_the_entry_is_that_of_the_mailbox_the_mail_goes_into(server: Dovecot, folder: Path) -> None:
    both = Both.of(server, folder)
    server.deliver_lda(both.ours.name, mail("alice@example.org"), "-m", "Work")
    both.assert_same_log(both.ours.via("lda").deliver("Work", message=mail("alice@example.org")))
    assert both.stored("INBOX", "Work") == {name: both.ours.metadata(name) for name in ("INBOX", "Work")}
    assert both.ours.metadata("Work") == {"/private/messagenew": ""}


def test_moving_a_mail_in_imap_goes_through_the_script_as_well(server: Dovecot, folder: Path) -> None:
    both = Both.of(server, folder)
    message = mail("alice@example.org")
    commands: list[ImapCommand] = [("APPEND INBOX", message), "SELECT INBOX", "MOVE 1 Work"]
    assert [answer.status for answer in server.imap(both.ours.name, commands)] == ["OK"] * 3
    with both.ours.session() as session:
        session.append(message=message)
        session.move(1, "Work")
    both.assert_same_log(session.result)
    assert both.stored("INBOX", "Work") == {"INBOX": {}, "Work": {}}


def test_without_a_dict_for_metadata_the_script_fails_in_the_same_words(
    dovecot23: DovecotFactory, tmp_path: Path
) -> None:
    script = {"relay.lua": SCRIPT.read_text("utf-8")}
    server = dovecot23(PUSH["2.3"], plugins=PLUGINS, files=script, extra=WITHOUT_DICT)
    config = tmp_path / "dovecot.conf"
    text = server.config_file.read_text("utf-8").replace(server.place.root, str(server.root))
    config.write_text(text, "utf-8")
    both = Both.using(server, PushFactory(tmp_path)(config=config), server.root)
    server.deliver_lmtp(both.ours.name, mail("alice@example.org"))
    result = both.ours.deliver(message=mail("alice@example.org"))
    both.assert_same_log(result)
    assert any("Mailbox attributes not enabled" in line for line in result.errors)


def test_wrong_calls_of_a_script_fail_in_the_same_words(
    started: Callable[[str], Dovecot], folder: Path
) -> None:
    both = Both.of(started(ERRORS.read_text("utf-8")), folder)
    both.server.deliver_lmtp(both.ours.name, mail("alice@example.org"))
    result = both.ours.deliver(message=mail("alice@example.org"))
    assert sum("push_notification " in line for line in result.log) > 30
    both.assert_same_log(result)


def test_a_user_who_was_left_behind_by_an_error_is_collected_by_the_next_transaction(
    started: Callable[[str], Dovecot], folder: Path
) -> None:
    both = Both.of(started(FAILS_AT_FIRST), folder)
    message = mail("alice@example.org")
    both.server.imap(both.ours.name, [("APPEND INBOX", message), ("APPEND INBOX", message)])
    with both.ours.session() as session:
        session.append(message=message)
        session.append(message=message)
    for log in (session.result.log, both.server.push_log()):
        assert any("not yet" in line for line in log)
        assert not any(line.startswith("Panic: ") for line in log)


@pytest.mark.parametrize("calls", ON_A_MAILBOX)
def test_a_mailbox_must_be_open_where_the_server_says_so(
    calls: str, started: Callable[[str], Dovecot], folder: Path
) -> None:
    both = Both.of(started(IN_MESSAGE_NEW % calls), folder)
    with contextlib.suppress(ConnectionError):
        both.server.deliver_lmtp(both.ours.name, mail("alice@example.org"))
    ours = both.ours.deliver(message=mail("alice@example.org")).log
    theirs = re.findall(r"^\S+: (Panic: .*)$", both.server.log(), re.MULTILINE)
    assert [line for line in ours if line.startswith("Panic: ")] == theirs
    assert [line for line in ours if DONE in line] == [
        line for line in both.server.push_log() if DONE in line
    ]
