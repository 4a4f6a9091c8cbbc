"""The proxy dict beside doveadm, both asking a real dict server: sqlite behind 2.3's, a file behind 2.4's."""

from __future__ import annotations

import os
import re
import sqlite3
import threading
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.main import run
from dovecot_conf.errors import DictError
from dovecot_conf.versions import Version
from mailstore.dict_protocol import MAX_LINE, dialects
from mailstore.dict_proxy import ProxyDict
from tests.dovecot.harness.listener import HttpListener
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.harness.server import Dovecot
from tests.mailstore.dict_server import Scripted, home_made, listen, scripted

HTTP_NOTIFY = "/private/vendor/vendor.dovecot/http-notify"
AWKWARD = "user=bob\tx\x01y\r\nzé✓\\"
MESSAGE = b"From: a@example.com\r\nSubject: Hi\r\n\r\nHello\r\n"
TIMES = re.compile(r" \(reply took .*\)\)$", re.MULTILINE)
# Dovecot sends the request after the greeting, and may notice first that it can't.
WRITE_FAILED = re.compile(r"write\(\S+\) failed: (writev\(\) failed: )?Broken pipe")
# doveadm may tell of a connection that it opened a second time.
RECONNECTED = re.compile(r"^.*Warning: .* - reconnected$\n?", re.MULTILINE)
MAP = """\
map {
  pattern = %s
  table = %s
  value_field = value
%s  fields {
    guid = $guid
    key = $key
  }
}
"""
SQL = (
    "connect = @root@/db/meta.sqlite\n"
    + MAP % ("priv/$guid/$key", "own", "  username_field = username\n")
    + MAP % ("shared/$guid/$key", "everybodys", "")
)
TABLES = """\
create table if not exists own(username text, guid text, key text, value text,
                               primary key(username, guid, key));
create table if not exists everybodys(guid text, key text, value text, primary key(guid, key));
"""
SERVICE = "service dict {\n  unix_listener dict {\n    mode = 0666\n  }\n}\n"
EXTRA = {
    "2.3": SERVICE + "dict {\n  metadata = sqlite:@root@/dict-sql.conf\n}\n"
    "mail_attribute_dict = proxy::metadata\n",
    "2.4": SERVICE + "dict_server {\n  dict metadata {\n    driver = file\n"
    "    dict_file_path = @root@/db/metadata\n  }\n}\n"
    "mail_attribute {\n  dict file {\n    driver = proxy\n    proxy_name = metadata\n  }\n}\n",
}
OX = {
    "2.3": "push_notification_driver = ox:url=%s\n",
    "2.4": "push_notification ox {\n  url = %s\n}\n",
}
OTHER_NAME = {"2.3": "mail_attribute_dict=proxy::%s", "2.4": "mail_attribute/dict/file/dict_proxy_name=%s"}
OTHER_SOCKET = {
    "2.3": "mail_attribute_dict=proxy:%s:metadata",
    "2.4": "mail_attribute/dict/file/dict_proxy_socket_path=%s",
}


@dataclass(frozen=True)
class Outcome:
    """What a command printed and how it ended; error lines without programs, times and folders."""

    stdout: str
    errors: str
    code: int


@dataclass
class Both:
    """One server with a dict server, with pushnotif and doveadm beside each other."""

    server: Dovecot
    configuration: Path
    capture: pytest.CaptureFixture[bytes]

    def ours(self, *args: str) -> Outcome:
        self.capture.readouterr()
        code = run(["metadata", "-c", str(self.configuration), *args])
        captured = self.capture.readouterr()
        return Outcome(captured.out.decode(), captured.err.decode().replace("pushnotif: ", ""), code)

    def theirs(self, *args: str) -> Outcome:
        # Options of doveadm itself stand in front of the command.
        at = next(index for index, word in enumerate(args) if word in ("set", "get", "unset", "list"))
        result = self.server.doveadm(*args[:at], "mailbox", "metadata", *args[at:])
        errors = TIMES.sub("", re.sub(r"doveadm\(\w+\): ", "", result.stderr))
        errors = WRITE_FAILED.sub("Connection closed", RECONNECTED.sub("", errors))
        return Outcome(
            result.stdout,
            errors.replace(self.server.place.root, str(self.server.root)),
            result.exit_code,
        )

    def agree(self, *args: str) -> Outcome:
        """Run a command on both sides; check that both do the same, the order of names apart."""
        ours, theirs = self.ours(*args), self.theirs(*args)
        assert sorted(ours.stdout.splitlines()) == sorted(theirs.stdout.splitlines())
        assert (ours.errors, ours.code) == (theirs.errors, theirs.code)
        return ours

    def new_user(self) -> str:
        user = self.server.new_user()
        self.server.set_uidvalidity(user, 1700000000)
        return user

    @property
    def socket(self) -> Path:
        return self.server.root / "run" / "dict"


@pytest.fixture(params=["2.3", "2.4"])
def both(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    http_listener: HttpListener,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> Both:
    version = str(request.param)
    start: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    push = OX[version] % http_listener.url("/notify")
    server = start(push, extra=EXTRA[version], files={"dict-sql.conf": SQL})
    make_database(server.root / "db")
    configuration = tmp_path / "dovecot.conf"
    # The server may run in a root of its own: the same files have longer paths from here.
    configuration.write_text(server.config_file.read_text().replace(server.place.root, str(server.root)))
    return Both(server, configuration, capfdbinary)


def make_database(folder: Path) -> None:
    """Make what the dict server keeps its keys in; it runs as a user of its own."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o777)
    with closing(sqlite3.connect(folder / "meta.sqlite")) as database:
        database.executescript(TABLES)
    (folder / "meta.sqlite").chmod(0o666)


def test_doveadm_reads_what_pushnotif_set(both: Both) -> None:
    user = both.new_user()
    assert both.ours("set", "-u", user, "-s", "", HTTP_NOTIFY, AWKWARD) == Outcome("", "", 0)
    assert both.ours("set", "-u", user, "INBOX", "/shared/Comment", "all") == Outcome("", "", 0)
    assert both.theirs("get", "-u", user, "-s", "", HTTP_NOTIFY) == Outcome(AWKWARD + "\n", "", 0)
    assert both.theirs("get", "-u", user, "inbox", "/shared/comment") == Outcome("all\n", "", 0)


def test_pushnotif_reads_what_doveadm_set(both: Both) -> None:
    user = both.new_user()
    both.theirs("set", "-u", user, "-s", "", HTTP_NOTIFY, AWKWARD)
    both.theirs("set", "-u", user, "INBOX", "/private/Vendor/X", "")
    assert both.ours("get", "-u", user, "-s", "", HTTP_NOTIFY) == Outcome(AWKWARD + "\n", "", 0)
    assert both.ours("get", "-u", user, "INBOX", "/private/vendor/x") == Outcome("\n", "", 0)


def test_unset_removes_for_both(both: Both) -> None:
    user = both.new_user()
    both.theirs("set", "-u", user, "INBOX", "/private/a", "1")
    both.ours("set", "-u", user, "INBOX", "/private/b", "2")
    assert both.ours("unset", "-u", user, "INBOX", "/private/a") == Outcome("", "", 0)
    assert both.theirs("unset", "-u", user, "INBOX", "/private/b") == Outcome("", "", 0)
    for entry in ("/private/a", "/private/b"):
        assert both.agree("get", "-u", user, "INBOX", entry) == Outcome("\n", "", 0)
    assert both.agree("unset", "-u", user, "INBOX", "/private/never") == Outcome("", "", 0)


@pytest.mark.parametrize("options", [(), ("-p",)])
@pytest.mark.parametrize(
    "prefix", ["", "/private", "/private/vendor", "/private/vendor/", "/shared/vendor", "/shared/comment"]
)
def test_both_list_the_same_names_where_the_backend_can(
    both: Both, options: tuple[str, ...], prefix: str
) -> None:
    user = both.new_user()
    both.ours("set", "-u", user, "INBOX", "/private/vendor/a", "1")
    both.theirs("set", "-u", user, "INBOX", "/shared/comment", "2")
    both.ours("set", "-u", user, "-s", "", HTTP_NOTIFY, "user=x")
    listed = [
        both.agree("list", "-u", user, "-s", *options, mailbox, *([prefix] if prefix else []))
        for mailbox in ("INBOX", "")
    ]
    # A table can't be asked for what is below the beginning of a name, and that of the server has one.
    has_name = (prefix.count("/") > 1, True)
    cannot = [both.server.version == "2.3" and name for name in has_name]
    assert [outcome.code == 75 for outcome in listed] == cannot


@pytest.mark.parametrize(
    "call",
    [("get", "INBOX", "/private/k"), ("set", "INBOX", "/private/k", "v"), ("list", "INBOX")],
    ids=" ".join,
)
def test_a_server_that_is_not_there_fails_the_same(both: Both, call: tuple[str, ...]) -> None:
    user = both.new_user()
    override = OTHER_SOCKET[both.server.version] % "nosuch"
    outcome = both.agree("-o", override, call[0], "-u", user, *call[1:])
    assert outcome.code == 75
    assert f"net_connect_unix({both.server.root}/run/nosuch) failed: No such file" in outcome.errors


@pytest.mark.parametrize(
    "call",
    [("get", "INBOX", "/private/k"), ("set", "INBOX", "/private/k", "v"), ("list", "INBOX")],
    ids=" ".join,
)
def test_a_dict_that_the_server_does_not_know_fails_the_same(both: Both, call: tuple[str, ...]) -> None:
    user = both.new_user()
    override = OTHER_NAME[both.server.version] % "unknown"
    outcome = both.agree("-o", override, call[0], "-u", user, *call[1:])
    assert outcome.code == 75
    assert "Connection closed" in outcome.errors


@pytest.mark.skipif(os.geteuid() != 0, reason="only root acts as the mail user")
def test_a_socket_that_the_mail_user_may_not_use_fails_the_same(both: Both) -> None:
    user = both.new_user()
    both.socket.chmod(0o600)
    try:
        outcome = both.agree("get", "-u", user, "INBOX", "/private/k")
    finally:
        both.socket.chmod(0o666)
    assert outcome.code == 75
    assert "Permission denied (euid=" in outcome.errors


def test_the_longest_line_that_a_server_takes_is_the_longest_that_is_sent(both: Both) -> None:
    user = both.new_user()
    guid = both.server.doveadm_silently("-f", "tab", "mailbox", "status", "-u", user, "guid", "INBOX")
    key = f"priv/{guid.stdout.split()[-1]}/k"
    value = "x" * (MAX_LINE - len(f"S1\t{key}\t\n"))
    assert both.ours("set", "-u", user, "INBOX", "/private/k", value) == Outcome("", "", 0)
    assert both.theirs("get", "-u", user, "INBOX", "/private/k").stdout == value + "\n"
    refused = both.ours("set", "-u", user, "INBOX", "/private/k", value + "x")
    assert refused.code == both.theirs("set", "-u", user, "INBOX", "/private/k", value + "x").code == 75
    assert "lines of at most 65536 bytes" in refused.errors


def test_the_major_of_the_server_is_found_out(both: Both) -> None:
    other = {"2.3": Version.V24, "2.4": Version.V23}[both.server.version]
    for _ in range(2):
        store = ProxyDict(both.socket, "metadata", "alice", dialects(other))
        store.update({"priv/" + "3" * 32 + "/major": AWKWARD})
        assert store.lookup("priv/" + "3" * 32 + "/major") == AWKWARD
        assert "major" in store.keys_below("priv/" + "3" * 32 + "/")
        store.update({"priv/" + "3" * 32 + "/major": None})
        assert store.lookup("priv/" + "3" * 32 + "/major") is None


def test_bytes_that_are_no_utf8_come_back(both: Both) -> None:
    store = ProxyDict(both.socket, "metadata", "alice", dialects(Version(both.server.version)))
    store.update({"shared/" + "4" * 32 + "/bytes": "a\udcff\udc80b"})
    assert store.lookup("shared/" + "4" * 32 + "/bytes") == "a\udcff\udc80b"


def test_nothing_that_succeeded_is_lost_while_both_write(both: Both) -> None:
    """Sqlite may be locked when several processes of a dict server write; that is told."""
    user = both.new_user()
    status = both.server.doveadm_silently("-f", "tab", "mailbox", "status", "-u", user, "guid", "INBOX")
    guid = status.stdout.split()[-1]
    done: list[str] = []

    def write() -> None:
        store = ProxyDict(both.socket, "metadata", user, dialects(Version(both.server.version)))
        for number in range(150):
            with suppress(DictError):
                store.update({f"priv/{guid}/ours{number}": str(number)})
                done.append(f"ours{number}")

    writer = threading.Thread(target=write)
    writer.start()
    for number in range(8):
        if both.theirs("set", "-u", user, "INBOX", f"/private/theirs{number}", "v").code == 0:
            done.append(f"theirs{number}")
    writer.join(60)
    assert len(done) > 100
    assert set(done) <= set(both.agree("list", "-u", user, "INBOX").stdout.splitlines())


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (("set", "INBOX", "/private/k", AWKWARD), b"*1\n+1\tO1\t1\t0\t1\t0\n"),
        (("set", "INBOX", "/shared/k", ""), b"*1\n+1\tO1\t1\t0\t1\t0\n"),
        (("unset", "INBOX", "/private/k"), b"*1\n+1\tO1\t1\t0\t1\t0\n"),
        (("get", "INBOX", "/private/k"), b"*1\n+1\tOval\x01tx\t1\t0\t1\t0\n"),
        (("get", "INBOX", "/shared/k"), b"*1\n+1\tMval\x011tx\x01tb\t1\t0\t1\t0\n"),
        (("get", "INBOX", "/private/k"), b"Ov\n"),
        (("get", "INBOX", "/private/k"), b"N\n"),
        (("get", "INBOX", "/private/k"), b"F\n"),
        (("get", "INBOX", "/private/k"), b"Fno such\n"),
        (("set", "INBOX", "/private/k", "v"), b"F1\tno such table\n"),
        (("set", "INBOX", "/private/k", "v"), b"W1\tnobody knows\n"),
        (("set", "INBOX", "/private/k", "v"), b"N1\n"),
        (("set", "INBOX", "/private/k", "v"), b"O\n"),
        (("set", "INBOX", "/private/k", "v"), b"F\n"),
        (("list", "INBOX", "/private/vendor/"), b"F\n"),
        (("list", "INBOX", "/shared/vendor"), b"Fno\n"),
        (("list", "INBOX", "/private/vendor/"), b"*1\n+1\t\t1\t0\t1\t0\n"),
        (("list", "INBOX", "/private/vendor/"), b"\n"),
    ],
    ids=str,
)
def test_both_say_the_same_to_a_server_and_take_its_answer_the_same(
    both: Both, call: tuple[str, ...], answer: bytes
) -> None:
    theirs, ours, received = ask_scripted(both, call, answer)
    assert ours == theirs
    assert received[0] == received[1]


@pytest.mark.parametrize(
    "call",
    [("set", "INBOX", "/private/k", "v"), ("get", "INBOX", "/private/k"), ("list", "INBOX", "/private/a/")],
    ids=" ".join,
)
def test_an_answer_that_is_none_is_told_also_where_doveadm_crashes(both: Both, call: tuple[str, ...]) -> None:
    theirs, ours, _ = ask_scripted(both, call, b"Xab\n")
    assert ours.code == 75
    assert "reply: Xab\n" in ours.errors
    crashes = both.server.version == "2.3" or call[0] == "list"
    assert theirs.code < 0 if crashes else theirs == ours


def test_both_work_with_a_home_made_server(both: Both) -> None:
    user = both.new_user()
    path, place = both.server.root / "homemade", both.server.place.root
    root = str(both.server.root)
    override = OTHER_SOCKET[both.server.version] % f"{place}/homemade"
    calls = [
        ("get", "INBOX", "/private/token"),
        ("set", "INBOX", "/private/token", "a b"),
        ("get", "INBOX", "/private/token"),
        ("set", "INBOX", "/private/token", ""),
        ("set", "INBOX", "/private/refused", "x"),
        ("unset", "INBOX", "/private/token"),
        ("list", "INBOX"),
        ("list", "INBOX", "/private/vendor/"),
    ]
    try:
        with home_made(path, ["token"]) as server:
            path.chmod(0o666)
            for call in calls:
                before = dict(server.values)
                theirs = both.theirs("-o", override, call[0], "-u", user, *call[1:])
                kept, server.values = server.values, before
                ours = both.ours("-o", override.replace(place, root), call[0], "-u", user, *call[1:])
                assert ours == theirs
                assert server.values == kept
    finally:
        path.unlink()


def ask_scripted(both: Both, call: tuple[str, ...], answer: bytes) -> tuple[Outcome, Outcome, list[bytes]]:
    """Let doveadm, then pushnotif, ask a server that gives ``answer``; return their ends and requests."""
    user = both.new_user()
    path, place = both.server.root / "scripted", both.server.place.root
    override = OTHER_SOCKET[both.server.version] % f"{place}/scripted"
    listener, script = listen(path), Scripted([answer, answer], hold=True)
    path.chmod(0o666)
    args = (call[0], "-u", user, *call[1:])
    try:
        with scripted(listener, script):
            theirs = both.theirs("-o", override, *args)
            ours = both.ours("-o", override.replace(place, str(both.server.root)), *args)
    finally:
        path.unlink()
    return theirs, ours, script.received


def test_the_ox_driver_fires_for_a_user_who_was_switched_on_through_the_server(
    both: Both, http_listener: HttpListener
) -> None:
    user, other = both.new_user(), both.new_user()
    assert both.ours("set", "-u", user, "-s", "", HTTP_NOTIFY, f"user={user}") == Outcome("", "", 0)
    both.server.deliver_lmtp(other, MESSAGE)
    both.server.deliver_lmtp(user, MESSAGE)
    (request,) = http_listener.wait_for(1)
    assert f'"user":"{user}"' in request.body.decode()
    assert both.ours("unset", "-u", user, "-s", "", HTTP_NOTIFY) == Outcome("", "", 0)
