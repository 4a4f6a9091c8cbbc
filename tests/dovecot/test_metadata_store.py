"""`pushnotif metadata` and the real doveadm on the same store, each reading what the other wrote."""

from __future__ import annotations

import json
import multiprocessing
import os
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from cli.main import run
from mailstore.dict_file import FileDict
from mailstore.dotlock import LockTimes
from mailstore.lock_methods import LockMethod
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.harness.server import Dovecot
from tests.dovecot.metadata_sides import without_suggestions

HTTP_NOTIFY = "/private/vendor/vendor.dovecot/http-notify"
AWKWARD = "user=bob\tx\x01y\r\nzé✓\\"


@dataclass(frozen=True)
class Outcome:
    """What a command printed and how it ended; error lines without the program's prefix."""

    stdout: str
    errors: list[str]
    code: int


@dataclass
class Both:
    """One server, with pushnotif and doveadm beside each other on its configuration."""

    server: Dovecot
    configuration: Path
    capture: pytest.CaptureFixture[bytes]

    def ours(self, *args: str) -> Outcome:
        self.capture.readouterr()
        code = run(["metadata", "-c", str(self.configuration), *args])
        captured = self.capture.readouterr()
        lines = (line.removeprefix("pushnotif: ") for line in captured.err.decode().splitlines())
        return Outcome(captured.out.decode(), without_suggestions(lines), code)

    def theirs(self, user: str, *args: str) -> Outcome:
        place, root = self.server.place.root, str(self.server.root)
        options, command = self._split(args)
        result = self.server.doveadm(*options, "mailbox", "metadata", *command)
        text = result.stderr.replace(f"doveadm({user}): ", "").replace(place, root)
        return Outcome(result.stdout, text.splitlines(), result.exit_code)

    @staticmethod
    def _split(args: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        at = next(index for index, word in enumerate(args) if word in ("set", "get", "unset", "list"))
        return args[:at], args[at:]

    def new_user(self) -> str:
        user = self.server.new_user()
        self.server.set_uidvalidity(user, 1700000000)
        return user


@pytest.fixture
def both(dovecot: DovecotFactory, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Both:
    server = dovecot()
    configuration = tmp_path / "dovecot.conf"
    # The server may run in a root of its own: the same files have longer paths from here.
    text = server.config_file.read_text().replace(server.place.root, str(server.root))
    configuration.write_text(text)
    return Both(server, configuration, capfdbinary)


def test_doveadm_reads_what_pushnotif_set(both: Both) -> None:
    user = both.new_user()
    assert both.ours("set", "-u", user, "-s", "", HTTP_NOTIFY, AWKWARD) == Outcome("", [], 0)
    assert both.ours("set", "-u", user, "INBOX", "/shared/Comment", "all") == Outcome("", [], 0)
    assert both.theirs(user, "get", "-u", user, "-s", "", HTTP_NOTIFY).stdout == AWKWARD + "\n"
    assert both.theirs(user, "get", "-u", user, "inbox", "/shared/comment").stdout == "all\n"


def test_pushnotif_reads_what_doveadm_set(both: Both) -> None:
    user = both.new_user()
    both.theirs(user, "set", "-u", user, "-s", "", HTTP_NOTIFY, AWKWARD)
    both.theirs(user, "set", "-u", user, "INBOX", "/private/Vendor/X", "")
    assert both.ours("get", "-u", user, "-s", "", HTTP_NOTIFY) == Outcome(AWKWARD + "\n", [], 0)
    assert both.ours("get", "-u", user, "INBOX", "/private/vendor/x") == Outcome("\n", [], 0)


@pytest.mark.parametrize("extra", [(), ("-p",)])
@pytest.mark.parametrize(
    "prefix", ["", "/private/vendor", "/shared/vendor", "/private/comm", "/shared/comment"]
)
def test_both_list_the_same_names(both: Both, extra: tuple[str, ...], prefix: str) -> None:
    user = both.new_user()
    both.server.create_mailbox(user, "Work/Sub")
    for mailbox in ("INBOX", "Work/Sub"):
        both.ours("set", "-u", user, mailbox, "/private/vendor/a", "1")
        both.theirs(user, "set", "-u", user, mailbox, "/shared/comment", "2")
    both.ours("set", "-u", user, "-s", "", HTTP_NOTIFY, "user=x")
    for mailbox in ("INBOX", "Work/Sub", ""):
        args = ("list", "-u", user, "-s", *extra, mailbox, *([prefix] if prefix else []))
        ours, theirs = both.ours(*args), both.theirs(user, *args)
        assert sorted(ours.stdout.splitlines()) == sorted(theirs.stdout.splitlines())
        assert (ours.errors, ours.code) == (theirs.errors, theirs.code)


def test_unset_removes_for_both(both: Both) -> None:
    user = both.new_user()
    both.theirs(user, "set", "-u", user, "INBOX", "/private/a", "1")
    both.theirs(user, "set", "-u", user, "INBOX", "/private/b", "2")
    assert both.ours("unset", "-u", user, "INBOX", "/private/a") == Outcome("", [], 0)
    assert both.theirs(user, "get", "-u", user, "INBOX", "/private/a").stdout == "\n"
    assert both.theirs(user, "get", "-u", user, "INBOX", "/private/b").stdout == "2\n"


WRONG_CALLS = (
    ("get", "-u", "USER", "Nope", "/private/k"),
    ("set", "-u", "USER", "Nope", "/private/specialuse", "v"),
    ("list", "-u", "USER", "Nope"),
    ("list", "-u", "USER", "-p", "Nope", "/shared/vendor"),
    ("get", "-u", "USER", "Nope", "/private/specialuse"),
    ("get", "-u", "USER", "a.b", "/private/k"),
    ("get", "-u", "USER", "a//b", "/private/k"),
    ("set", "-u", "USER", "a/", "/private/k", "v"),
    ("get", "-u", "USER", "/a", "/private/k"),
    ("set", "-u", "USER", "", "/private/k", "v"),
    ("unset", "-u", "USER", "-s", "", "/shared/admin"),
    ("set", "-u", "USER", "INBOX", "/private", "v", "w"),
    ("set", "-u", "USER", "INBOX", "/privatex", "v"),
    (
        "set",
        "-u",
    ),
    ("set", "--user"),
    ("set", "--foo"),
    ("set", "--all-users=x"),
    ("set", "--us", "USER"),
    ("get", "-u", "USER", "--key", "/private/k", "INBOX"),
    ("get", "-uUSER", "INBOX", "/private/k"),
    ("get", "-u", "USER", "--allow-empty", "", "/private/k"),
    ("-f", "tab", "set", "-u", "USER", "INBOX", "/private/k", "v"),
    ("-f", "table", "unset", "-u", "USER", "INBOX", "/private/k"),
    ("-f", "json", "get", "-u", "USER", "Nope", "/private/k"),
    ("-f", "tab", "get", "-u", "USER", "Nope", "/private/k"),
    ("-f", "table", "get", "-u", "USER", "Nope", "/private/k"),
)


@pytest.mark.parametrize("call", WRONG_CALLS, ids=" ".join)
def test_wrong_calls_end_the_same(both: Both, call: tuple[str, ...]) -> None:
    user = both.new_user()
    args = tuple(word.replace("USER", user) for word in call)
    assert both.ours(*args) == both.theirs(user, *args)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root acts as the mail user")
@pytest.mark.parametrize(
    "call",
    [("get", "INBOX", "/private/k"), ("set", "INBOX", "/private/k", "v"), ("list", "INBOX")],
    ids=" ".join,
)
def test_a_dict_that_the_mail_user_can_not_read_fails_the_same(both: Both, call: tuple[str, ...]) -> None:
    user = both.new_user()
    store = both.server.dict_file(user)
    store.write_bytes(b"a\n1\n")
    store.chmod(0o600)
    args = (call[0], "-u", user, *call[1:])
    ours, theirs = both.ours(*args), both.theirs(user, *args)
    assert (ours.stdout, ours.errors, ours.code) == (theirs.stdout, theirs.errors, theirs.code)
    assert store.read_bytes() == b"a\n1\n"


def test_a_new_dict_belongs_to_the_mail_user(both: Both) -> None:
    user = both.new_user()
    other = both.new_user()
    both.ours("set", "-u", user, "INBOX", "/private/k", "v")
    both.theirs(other, "set", "-u", other, "INBOX", "/private/k", "v")
    ours, theirs = both.server.dict_file(user).stat(), both.server.dict_file(other).stat()
    assert (ours.st_uid, ours.st_gid, ours.st_mode) == (theirs.st_uid, theirs.st_gid, theirs.st_mode)


def test_the_server_takes_an_inbox_that_pushnotif_made(both: Both) -> None:
    user = both.server.new_user()
    refused = both.ours("set", "-u", user, "-s", "", HTTP_NOTIFY, "user=x")
    assert refused.code == 68
    assert len(refused.errors) == 1
    assert "--create" in refused.errors[0]
    assert not both.server.mail_dir(user).exists()
    assert both.ours("set", "--create", "-u", user, "-s", "", HTTP_NOTIFY, "user=x") == Outcome("", [], 0)
    guid = both.server.dict_file(user).read_text().split("/")[1]
    status = both.server.doveadm("mailbox", "status", "-u", user, "guid", "INBOX")
    assert status.stdout == f"INBOX guid={guid}\n"
    assert both.theirs(user, "get", "-u", user, "-s", "", HTTP_NOTIFY).stdout == "user=x\n"


FORMATS: dict[str, list[tuple[str, ...]]] = {
    "2.3": [
        ("mail_location=sdbox:ROOT/sd",),
        ("mail_location=mdbox:ROOT/md",),
        ("mail_location=mbox:ROOT/mb:INBOX=ROOT/spool",),
        ("mail_location=maildir:ROOT/fs:LAYOUT=fs:CONTROL=ROOT/ctl:INDEX=ROOT/idx",),
        ("mail_location=sdbox:ROOT/sdi:INDEX=ROOT/sdx",),
    ],
    "2.4": [
        ("mail_driver=sdbox", "mail_path=ROOT/sd"),
        ("mail_driver=mdbox", "mail_path=ROOT/md"),
        ("mail_driver=mbox", "mail_path=ROOT/mb", "mail_inbox_path=ROOT/spool"),
        ("mail_driver=maildir", "mail_path=ROOT/fs", "mailbox_list_layout=fs", "mail_control_path=ROOT/ctl"),
        ("mail_driver=sdbox", "mail_path=ROOT/sdi", "mail_index_path=ROOT/sdx"),
    ],
}


@pytest.mark.parametrize("number", range(5))
def test_the_guid_is_found_in_every_format(both: Both, number: int) -> None:
    user = both.server.new_user()
    home = f"mail/home-{user}"
    settings = FORMATS[both.server.version][number]
    ours = [
        word for setting in settings for word in ("-o", setting.replace("ROOT", f"{both.server.root}/{home}"))
    ]
    theirs = [
        word
        for setting in settings
        for word in ("-o", setting.replace("ROOT", f"{both.server.place.root}/{home}"))
    ]
    names = ("Work/Sub", "Entwürfe & mehr")
    created = both.server.doveadm(*theirs, "mailbox", "create", "-u", user, *names)
    assert created.exit_code == 0, created.stderr
    for name in ("INBOX", *names):
        both.theirs(user, *theirs, "set", "-u", user, name, "/private/k", f"in {name}")
        assert both.ours(*ours, "get", "-u", user, name, "/private/k") == Outcome(f"in {name}\n", [], 0)
    exported = both.ours(*ours, "export", "-u", user)
    assert (exported.errors, exported.code) == ([], 0)
    found = {line["mailbox"]: line["value"] for line in map(json.loads, exported.stdout.splitlines())}
    assert found == {name: f"in {name}" for name in ("INBOX", *names)}


def test_doveadm_reads_what_was_imported(both: Both, tmp_path: Path) -> None:
    user, other = both.new_user(), both.new_user()
    both.server.create_mailbox(user, "Work/Sub")
    both.server.create_mailbox(other, "Work/Sub")
    entries = (("", HTTP_NOTIFY, AWKWARD), ("Work/Sub", "/shared/comment", "x"), ("INBOX", "/private/e", ""))
    for mailbox, entry, value in entries:
        both.theirs(user, "set", "-u", user, "-s", mailbox, entry, value)
    exported = both.ours("export", "-u", user)
    assert (exported.errors, exported.code) == ([], 0)
    lines = tmp_path / "lines"
    lines.write_text(exported.stdout.replace(f'"user": "{user}"', f'"user": "{other}"'))
    assert both.ours("import", "-q", str(lines)) == Outcome("", [], 0)
    for mailbox, entry, value in entries:
        assert both.theirs(other, "get", "-u", other, "-s", mailbox, entry).stdout == f"{value}\n"


OURS, THEIRS = 1000, 200


def _write_many(path: Path, prefix: str, method: LockMethod, count: int, stopped: Event) -> None:
    """Set one key after the other, a few in each moment that doveadm needs for one."""
    store = FileDict(path, method=method, times=LockTimes(pause=0.02))
    for number in range(count):
        store.update({f"{prefix}/ours{number}": str(number)})
        stopped.wait(0.004)


LOCKS = {
    "2.3": "mail_attribute_dict=file:{path}:lock={method}",
    "2.4": "mail_attribute/dict/file/lock_method={method}",
}


@pytest.mark.parametrize("method", list(LockMethod))
def test_nothing_is_lost_while_both_write(both: Both, method: LockMethod) -> None:
    # flock differs from fcntl in the system call only.
    share = 10 if method is LockMethod.FLOCK else 1
    ours, theirs = OURS // share, THEIRS // share
    user = both.new_user()
    server, path = both.server, both.server.dict_file(user)
    server.set_metadata(user, "/private/first", "x", "INBOX")
    prefix = path.read_text().rpartition("/first")[0]
    override = LOCKS[server.version].format(path=f"{server.place.root}/mail/{user}.dict", method=method)
    options = () if method is LockMethod.DOTLOCK else ("-o", override)
    stopped = multiprocessing.Event()
    writer = multiprocessing.Process(target=_write_many, args=(path, prefix, method, ours, stopped))
    writer.start()
    for number in range(theirs):
        if number == theirs - 1:
            stopped.set()
        result = both.theirs(user, *options, "set", "-u", user, "INBOX", f"/private/theirs{number}", "v")
        assert result == Outcome("", [], 0)
    writer.join(60)
    assert writer.exitcode == 0
    wanted = {f"{prefix}/ours{number}" for number in range(ours)}
    wanted |= {f"{prefix}/theirs{number}" for number in range(theirs)} | {f"{prefix}/first"}
    assert set(FileDict(path).read()) == wanted
