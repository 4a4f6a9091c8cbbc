"""`pushnotif metadata --via` a running server, beside the real doveadm on the same server."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.main import run
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.harness.processes import free_ports
from tests.dovecot.harness.server import Dovecot

HTTP_NOTIFY = "/private/vendor/vendor.dovecot/http-notify"
AWKWARD = 'user=bob\tx\x01y\r\nzé✓😀\\"\x7f {5}'
KEY = "sécret key"
PASSWORD = "x"
SERVER_PASSWORD = "server secret"

API = """\
doveadm_api_key = <key>
doveadm_password = <password>
service doveadm {
  inet_listener native {
    <listen> = 127.0.0.1
    port = <native port>
  }
  inet_listener http {
    <listen> = 127.0.0.1
    port = <port>
  }
}
"""
LISTED = {
    "2.3": "userdb {\n  driver = passwd-file\n  args = @root@/users\n}\n",
    "2.4": "userdb passwd-file {\n  passwd_file_path = @root@/users\n}\n",
}
LISTEN = {"2.3": "address", "2.4": "listen"}
USERS = ("listed1", "listed2", "other3")


@dataclass(frozen=True)
class Outcome:
    """What a command printed and how it ended; error lines without the program's prefix."""

    stdout: str
    errors: list[str]
    code: int


@functools.cache
def ports_of(version: str) -> tuple[int, int]:
    """Return the port of the HTTP API and that of doveadm's own protocol."""
    http, native = free_ports(2)
    return http, native


def port_of(version: str) -> int:
    return ports_of(version)[0]


@dataclass
class Live:
    """A running server and the configuration that its administrator has here."""

    server: Dovecot
    configuration: Path
    capture: pytest.CaptureFixture[bytes]

    def ours(self, *args: str) -> Outcome:
        self.capture.readouterr()
        code = run(["metadata", "-c", str(self.configuration), *args])
        captured = self.capture.readouterr()
        lines = captured.err.decode().splitlines()
        return Outcome(captured.out.decode(), [line.removeprefix("pushnotif: ") for line in lines], code)

    def http(self, command: str, *args: str) -> Outcome:
        return self.ours(command, "--via", f"doveadm-http://127.0.0.1:{port_of(self.server.version)}", *args)

    def socket(self, command: str, *args: str) -> Outcome:
        return self.ours(command, "-S", f"{self.server.root}/run/doveadm-server", *args)

    def imap(self, user: str, command: str, *args: str) -> Outcome:
        return self.ours(command, "--via", f"imap://{user}@127.0.0.1:{self.server.place.imap_port}", *args)

    def theirs(self, command: str, *args: str) -> Outcome:
        result = self.server.doveadm("mailbox", "metadata", command, *args)
        lines = [line.partition("): ")[2] or line for line in result.stderr.splitlines()]
        return Outcome(result.stdout, lines, result.exit_code)

    def new_user(self) -> str:
        user = self.server.new_user()
        self.server.create_mailbox(user, "Entwürfe & mehr")
        return user


def settings(version: str, ports: tuple[int, int], *, listed: bool = True) -> str:
    values = {"key": KEY, "password": SERVER_PASSWORD, "listen": LISTEN[version]}
    text = API
    for name, value in {**values, "port": str(ports[0]), "native port": str(ports[1])}.items():
        text = text.replace(f"<{name}>", value)
    return text + (LISTED[version] if listed else "")


@pytest.fixture(params=["2.3", "2.4"])
def live(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> Live:
    start: DovecotFactory = request.getfixturevalue(f"dovecot{request.param.replace('.', '')}")
    files = {"users": "".join(f"{user}:::::::\n" for user in USERS)}
    server = start(extra=settings(request.param, ports_of(request.param)), files=files)
    configuration = tmp_path / "dovecot.conf"
    header = "dovecot_config_version = 2.4.0\n" if request.param == "2.4" else ""
    configuration.write_text(f"{header}doveadm_api_key = {KEY}\n")
    monkeypatch.setenv("PUSHNOTIF_IMAP_PASSWORD", PASSWORD)
    return Live(server, configuration, capfdbinary)


Way = Callable[..., Outcome]


@pytest.fixture(params=["http", "imap", "socket"])
def way(request: pytest.FixtureRequest, live: Live) -> Way:
    """Give each way to a running server: called with a user, a command and its arguments."""
    if request.param == "imap":
        return live.imap
    ask = live.http if request.param == "http" else live.socket
    return lambda user, command, *args: ask(command, "-u", user, *args)


PLACES = [
    (("-s",), "", HTTP_NOTIFY),
    ((), "INBOX", "/shared/Comment"),
    ((), "Entwürfe & mehr", '/private/Vendor/x "x\\y"'),
    ((), "inbox", "/private/vendor/vendor.dovecot/pvt/server/mine"),
]
VALUES = [AWKWARD, "plain", "", "NIL", '"', "x" * 30000, "a\n", " "]


@pytest.mark.parametrize(("options", "mailbox", "entry"), PLACES)
def test_doveadm_reads_what_was_set_and_the_other_way_round(
    live: Live, way: Way, options: tuple[str, ...], mailbox: str, entry: str
) -> None:
    user = live.new_user()
    for value in VALUES if mailbox == "" else VALUES[:3]:
        assert way(user, "set", *options, mailbox, entry, value) == Outcome("", [], 0)
        theirs = live.theirs("get", "-u", user, *options, mailbox, entry)
        assert theirs == Outcome(value + "\n", [], 0)
        assert way(user, "get", *options, mailbox, entry) == theirs
    live.theirs("set", "-u", user, *options, mailbox, entry, AWKWARD)
    assert way(user, "get", *options, mailbox, entry) == Outcome(AWKWARD + "\n", [], 0)
    assert way(user, "unset", *options, mailbox, entry) == Outcome("", [], 0)
    assert live.theirs("get", "-u", user, *options, mailbox, entry) == Outcome("\n", [], 0)
    assert way(user, "unset", *options, mailbox, entry) == Outcome("", [], 0)


WHAT_TO_LIST = [
    ("INBOX",),
    ("-p", "INBOX"),
    ("INBOX", "/private/vendor"),
    ("INBOX", "/private/ve"),
    ("INBOX", "/private/vendor/"),
    ("INBOX", "/private/vendor/a"),
    ("-p", "INBOX", "/shared/comm"),
    ("INBOX", "/private"),
    ("INBOX", "/shared/"),
    ("Entwürfe & mehr",),
    ("-p", "Entwürfe & mehr", "/shared"),
    ("-s", ""),
    ("-s", "-p", ""),
    ("-s", "", "/private/vendor/vendor.dovecot/http"),
    ("-s", "", "/shared"),
    ("-s", "", "/shared/admin"),
]


@pytest.mark.parametrize("args", WHAT_TO_LIST, ids=" ".join)
def test_the_same_names_are_listed(live: Live, way: Way, args: tuple[str, ...]) -> None:
    user = live.new_user()
    for mailbox in ("INBOX", "Entwürfe & mehr"):
        for entry in ("/private/vendor/a", "/private/vendor/a/b", "/private/comment", "/shared/vendor/ü"):
            live.server.set_metadata(user, entry, "1", mailbox)
    live.server.set_metadata(user, "/shared/vendor/s", "1")
    in_inbox = args[-2:] == ("INBOX",) or "INBOX" in args
    if not in_inbox:
        live.server.set_metadata(user, HTTP_NOTIFY, "user=x")
        live.server.set_metadata(user, "/private/vendor/empty", "")
    ours, theirs = way(user, "list", *args), live.theirs("list", "-u", user, *args)
    hidden = {
        "vendor/vendor.dovecot/pvt/server/vendor/s",
        "/shared/vendor/vendor.dovecot/pvt/server/vendor/s",
    }
    shown = sorted(ours.stdout.splitlines())
    wanted = sorted(theirs.stdout.splitlines())
    if way == live.imap:
        wanted = [name for name in wanted if name not in hidden]
    assert (shown, ours.errors, ours.code) == (wanted, theirs.errors, theirs.code)


WRONG_CALLS = [
    ("get", "Nope", "/private/k"),
    ("set", "Nope", "/private/k", "v"),
    ("set", "Nope", "/private/specialuse", "v"),
    ("unset", "Nope", "/private/k"),
    ("list", "Nope"),
    ("list", "Nope", "/shared/vendor"),
    ("set", "INBOX", "/private/specialuse", "v"),
    ("unset", "-s", "", "/shared/admin"),
    ("get", "INBOX", "/private/specialuse"),
    ("get", "", "/private/k"),
    ("list", ""),
    ("set", "INBOX", "/privatex", "v"),
    ("get", "INBOX", "k"),
]
# IMAP says that such mailboxes don't exist.
IMPOSSIBLE_MAILBOXES = [
    ("get", "a//b", "/private/k"),
    ("set", "a/", "/private/k", "v"),
    ("get", "/a", "/private/k"),
    ("list", "a//b"),
    ("get", "a.b", "/private/k"),
]


@pytest.mark.parametrize("call", WRONG_CALLS, ids=" ".join)
def test_wrong_calls_end_as_doveadms_do(live: Live, way: Way, call: tuple[str, ...]) -> None:
    user = live.new_user()
    command, *args = call
    assert way(user, command, *args) == live.theirs(command, "-u", user, *args)


@pytest.mark.parametrize("call", IMPOSSIBLE_MAILBOXES, ids=" ".join)
def test_impossible_mailboxes_end_as_with_doveadm(live: Live, call: tuple[str, ...]) -> None:
    user = live.new_user()
    command, *args = call
    ours, theirs = live.http(command, "-u", user, *args), live.theirs(command, "-u", user, *args)
    assert (ours.stdout, ours.code, len(ours.errors)) == (theirs.stdout, theirs.code, len(theirs.errors))
    by_socket = live.socket(command, "-u", user, *args)
    assert (by_socket.code, by_socket.stdout, by_socket.errors) == (ours.code, ours.stdout, ours.errors)
    assert live.imap(user, command, *args).code == 68


@pytest.mark.parametrize(
    "entry", ["/private/é", "/private/a\nb", "/private/a\x01b", "/private/a//b", "/private/a/"]
)
def test_doveadm_takes_entry_names_that_imap_refuses(live: Live, entry: str) -> None:
    user = live.new_user()
    assert live.http("set", "-u", user, "INBOX", entry, "v") == Outcome("", [], 0)
    assert live.theirs("get", "-u", user, "INBOX", entry) == Outcome("v\n", [], 0)
    assert live.http("get", "-u", user, "INBOX", entry) == Outcome("v\n", [], 0)
    for command, *more in (("set", "w"), ("get",), ("unset",)):
        refused = live.imap(user, command, "INBOX", entry, *more)
        assert (refused.stdout, refused.code, len(refused.errors)) == ("", 64, 1)
        assert "Entry name can't" in refused.errors[0]


def test_imap_hides_what_belongs_to_dovecot(live: Live) -> None:
    user = live.new_user()
    outcome = live.imap(user, "get", "INBOX", "/private/vendor/vendor.dovecot/pvt/x")
    assert (outcome.stdout, outcome.code, len(outcome.errors)) == ("", 65, 1)
    assert "--via doveadm-http" in outcome.errors[0]


def test_an_inbox_is_made_by_the_server(live: Live, way: Way) -> None:
    user = live.server.new_user()
    assert way(user, "set", "-s", "", HTTP_NOTIFY, "user=x") == Outcome("", [], 0)
    assert live.theirs("get", "-u", user, "-s", "", HTTP_NOTIFY).stdout == "user=x\n"


@pytest.mark.parametrize("who", [("-A",), ("-u", "listed*"), ("-u", "?ther3"), ("-u", "nob*")], ids=" ".join)
def test_all_users_of_the_server_in_turn(live: Live, who: tuple[str, ...]) -> None:
    assert live.http("set", *who, "-s", "", HTTP_NOTIFY, "user=x") == Outcome("", [], 0)
    ours = live.http("get", *who, "-s", "", HTTP_NOTIFY)
    names = [
        user
        for user in USERS
        if who[-1] in ("-A", "?ther3", "listed*")
        and user.startswith({"-A": "", "?ther3": "other", "listed*": "listed"}[who[-1]])
    ]
    assert ours == Outcome("".join(f"{name} user=x\n" for name in names), [], 0)
    assert live.http("get", *who, "INBOX", "/private/k") == live.theirs("get", *who, "INBOX", "/private/k")


@pytest.mark.parametrize("user", ["no!body", "a b", "listed1"])
def test_users_that_the_server_refuses_end_as_with_doveadm(live: Live, user: str) -> None:
    ours, theirs = (
        live.http("get", "-u", user, "INBOX", "/private/k"),
        live.theirs("get", "-u", user, "INBOX", "/private/k"),
    )
    assert (ours.stdout, ours.code) == (theirs.stdout, theirs.code)


def test_a_wrong_key_or_password_is_one_line(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    user = live.new_user()
    live.configuration.write_text("doveadm_api_key = wr0ng\n")
    monkeypatch.setenv("PUSHNOTIF_IMAP_PASSWORD", "wr0ng")
    outcomes = [live.http("get", "-u", user, "INBOX", "/private/k")]
    if live.server.version == "2.4":
        outcomes.append(live.imap(user, "get", "INBOX", "/private/k"))
    for outcome in outcomes:
        assert (outcome.stdout, outcome.code, len(outcome.errors)) == ("", 77, 1)
        assert "wr0ng" not in outcome.errors[0]


def test_the_key_comes_from_the_environment_when_no_setting_has_it(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = live.new_user()
    live.configuration.write_text("protocols = imap\n")
    monkeypatch.setenv("PUSHNOTIF_DOVEADM_API_KEY", KEY)
    assert live.http("get", "-u", user, "INBOX", "/private/k") == Outcome("\n", [], 0)


def test_a_value_that_the_server_does_not_take_is_one_line(live: Live, way: Way) -> None:
    user = live.new_user()
    raw = b"\xff\xfe".decode("utf-8", "surrogateescape")
    outcome = way(user, "set", "INBOX", "/private/k", raw)
    if way == live.imap:
        assert outcome == Outcome("", [], 0)
    else:
        assert (outcome.stdout, outcome.code, len(outcome.errors)) == ("", 64, 1)
    long = way(user, "set", "INBOX", "/private/long", "x" * 60000)
    if long.code:
        assert (long.stdout, long.code, len(long.errors)) == ("", 64, 1)
        assert "Excessive string size" in long.errors[0]
    else:
        assert live.theirs("get", "-u", user, "INBOX", "/private/long").stdout == "x" * 60000 + "\n"


@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_a_server_that_can_not_list_its_users_is_one_line(
    version: str, request: pytest.FixtureRequest, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    start: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    port, native = free_ports(2)
    server = start(extra=settings(version, (port, native), listed=False))
    configuration = tmp_path / "dovecot.conf"
    configuration.write_text(f"doveadm_api_key = {KEY}\n")
    live = Live(server, configuration, capfdbinary)
    outcome = live.ours("get", "--via", f"doveadm-http://localhost:{port}", "-A", "INBOX", "/private/k")
    assert (outcome.stdout, outcome.code, len(outcome.errors)) == ("", 75, 1)


def test_a_server_without_metadata_is_one_line(
    dovecot: DovecotFactory,
    tmp_path: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PUSHNOTIF_IMAP_PASSWORD", PASSWORD)
    server = dovecot(extra="imap_metadata = no\n")
    configuration = tmp_path / "dovecot.conf"
    configuration.write_text("")
    live = Live(server, configuration, capfdbinary)
    outcome = live.imap("nobody", "get", "INBOX", "/private/k")
    assert (outcome.stdout, outcome.code, len(outcome.errors)) == ("", 75, 1)
    assert "imap_metadata = yes" in outcome.errors[0]


@pytest.mark.parametrize("call", [*WRONG_CALLS, *IMPOSSIBLE_MAILBOXES], ids=" ".join)
def test_a_doveadm_server_ends_wrong_calls_as_for_doveadm(live: Live, call: tuple[str, ...]) -> None:
    user = live.new_user()
    command, *args = call
    place = f"{live.server.place.root}/run/doveadm-server"
    ours, theirs = (
        live.socket(command, "-u", user, *args),
        live.theirs(command, "-u", user, "-S", place, *args),
    )
    assert (ours.stdout, ours.code) == (theirs.stdout, theirs.code)


def test_a_socket_that_is_not_there_ends_as_with_doveadm(live: Live) -> None:
    args = ("-u", "bob", "-S", "/nowhere/socket", "INBOX", "/private/k")
    ours, theirs = live.ours("get", *args), live.theirs("get", *args)
    assert (ours.stdout, ours.code, len(ours.errors)) == ("", theirs.code, 1)
    reason = "(/nowhere/socket) failed: No such file or directory"
    assert ours.errors[0].endswith(reason)
    assert theirs.errors[0].endswith(reason)


def test_the_password_of_the_server_opens_its_ports(live: Live) -> None:
    user = live.new_user()
    http, native = ports_of(live.server.version)
    live.server.set_metadata(user, HTTP_NOTIFY, AWKWARD)
    places = (("-S", f"127.0.0.1:{native}"), ("--via", f"doveadm-http://127.0.0.1:{http}"))
    live.configuration.write_text(f"doveadm_password = {SERVER_PASSWORD}\n")
    for place in places:
        outcome = live.ours("get", *place, "-u", user, "-s", "", HTTP_NOTIFY)
        assert outcome == Outcome(AWKWARD + "\n", [], 0)
    live.configuration.write_text("doveadm_password = wr0ng\n")
    for place in places:
        outcome = live.ours("get", *place, "-u", user, "-s", "", HTTP_NOTIFY)
        assert (outcome.stdout, outcome.code, len(outcome.errors)) == ("", 77, 1)
        assert "wr0ng" not in outcome.errors[0]


def test_a_doveadm_server_is_asked_for_each_user_of_our_userdb(live: Live, tmp_path: Path) -> None:
    (tmp_path / "users").write_text("listed1:::::::\nlisted2:::::::\n")
    listed = LISTED[live.server.version].replace("@root@", str(tmp_path))
    live.configuration.write_text(live.configuration.read_text() + listed)
    assert live.socket("set", "-A", "-s", "", HTTP_NOTIFY, "user=s") == Outcome("", [], 0)
    wanted = Outcome("listed1 user=s\nlisted2 user=s\n", [], 0)
    assert live.socket("get", "-A", "-s", "", HTTP_NOTIFY) == wanted
    assert live.http("get", "-u", "listed*", "-s", "", HTTP_NOTIFY) == wanted


BROKEN_STORE_CALLS = [
    ("get", "INBOX", "/private/k"),
    ("set", "INBOX", "/private/k", "v"),
    ("unset", "INBOX", "/private/k"),
    ("list", "INBOX"),
]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can take the store away from the mail user")
@pytest.mark.parametrize("call", BROKEN_STORE_CALLS, ids=" ".join)
def test_a_store_that_fails_ends_as_with_doveadm(live: Live, way: Way, call: tuple[str, ...]) -> None:
    user = live.new_user()
    store = live.server.dict_file(user)
    store.write_bytes(b"a\n1\n")
    store.chmod(0o600)
    command, *args = call
    ours, theirs = way(user, command, *args), live.theirs(command, "-u", user, *args)
    assert (ours.stdout, ours.code) == (theirs.stdout, theirs.code)
    assert ours.code == 75
    assert ours.errors


@pytest.mark.parametrize("call", BROKEN_STORE_CALLS, ids=" ".join)
def test_a_server_without_a_store_ends_as_doveadm(
    dovecot23: DovecotFactory,
    tmp_path: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
    call: tuple[str, ...],
) -> None:
    ports = ports_of("without a store")
    server = dovecot23(extra=settings("2.3", ports) + "mail_attribute_dict =\n")
    configuration = tmp_path / "dovecot.conf"
    configuration.write_text(f"doveadm_api_key = {KEY}\n")
    live = Live(server, configuration, capfdbinary)
    command, *args = call
    theirs = live.theirs(command, "-u", "bob", *args)
    url = f"doveadm-http://127.0.0.1:{ports[0]}"
    assert live.ours(command, "--via", url, "-u", "bob", *args) == theirs
    assert live.socket(command, "-u", "bob", *args) == theirs
