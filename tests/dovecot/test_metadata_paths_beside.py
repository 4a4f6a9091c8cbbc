"""Paths in settings and of users, beside the real doveadm: where they begin, and which are refused."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

import pytest

from tests.dovecot.metadata_sides import KEY, MakeSides, Sides

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root acts as the mail user")

LONG = "x" * 251
HOMES = {"bob": "@root@/mail/home", "nohome": "", "relative": "mail/home", "tilde": "~/home"}
FILES = {"users": "".join(f"{name}:x:65534:65534::{home}::\n" for name, home in HOMES.items())}
USERDB = {
    "2.3": "userdb {\n  driver = passwd-file\n  args = @root@/users\n}\n",
    "2.4": "userdb users {\n  driver = passwd-file\n  passwd_file_path = @root@/users\n}\n",
}
NO_HOME_24 = {"2.3": "", "2.4": "mail_home =\n"}
SetUp = Callable[..., Sides]


def _dict(path: str, lock: str = "dotlock") -> dict[str, str]:
    parameter = "" if lock == "dotlock" else f":lock={lock}"
    return {
        "2.3": f"file:{path}{parameter}",
        "2.4": f"dict file {{\n  path = {path}\n  lock_method = {lock}\n}}",
    }


def _location(driver: str, path: str, **more: str) -> dict[str, str]:
    names = {"INDEX": "mail_index_path", "CONTROL": "mail_control_path", "INBOX": "mail_inbox_path"}
    parts = [driver, path, *(f"{name}={value}" for name, value in more.items())]
    lines = [f"mail_driver = {driver}", f"mail_path = {path}", "mail_home ="]
    lines += [f"{names[name]} = {value}" for name, value in more.items()]
    return {"2.3": f"mail_location = {':'.join(parts)}\n", "2.4": "\n".join(lines) + "\n"}


@pytest.fixture
def set_up(sides: MakeSides) -> SetUp:
    def make(**settings: object) -> Sides:
        both = sides(userdb=USERDB, files=FILES, **{"extra": NO_HOME_24} | settings)
        home = both.server.root / "mail" / "home"
        if not home.exists():
            home.mkdir()
            os.chown(home, 65534, 65534)
        return both

    return make


def _store(both: Sides) -> dict[str, tuple[int, int, bytes]]:
    """Return owner, mode and content of all files that are no mailbox's, and remove them."""
    found = {}
    for path in sorted((both.server.root / "mail").rglob("dict*")):
        if path.is_file():
            status = path.stat()
            name = str(path.relative_to(both.server.root))
            found[name] = (status.st_uid, status.st_mode, path.read_bytes())
            path.unlink()
    return found


@pytest.mark.parametrize(
    "path", ["dict", "./dict", "new/../dict", "new/x/dict", "../dict", "~nosuch/dict", "~/dict"]
)
def test_a_relative_dict_is_in_the_home(set_up: SetUp, path: str) -> None:
    both = set_up(attribute_dict=_dict(path))
    both.agree_on("get", "-u", "bob", *KEY)
    both.theirs(("set", "-u", "bob", *KEY, "first"))
    _store(both)
    stores = []
    for side in (both.ours, both.theirs):
        assert side(("set", "-u", "bob", *KEY, "v")).code == 0
        stores.append(_store(both))
    assert stores[0] == stores[1] != {}


@pytest.mark.parametrize("user", ["relative", "tilde"])
def test_both_refuse_a_home_that_is_relative(set_up: SetUp, user: str) -> None:
    both = set_up()
    for words in (("set", "-u", user, *KEY, "v"), ("get", "-u", user, *KEY), ("list", "-u", user, "INBOX")):
        assert both.agree_on(*words).code == 75
    both.agree_on("get", *KEY, "-A")


@pytest.mark.parametrize("path", ["~/mail", "~", "~/x/%u", ""])
def test_both_refuse_a_root_that_nobody_knows(set_up: SetUp, path: str) -> None:
    both = set_up(extra=_location("maildir", path.replace("%u", "u")))
    assert both.agree_on("get", "-u", "nohome", *KEY).code == 75


@pytest.mark.parametrize("name", ["INDEX", "CONTROL", "INBOX"])
def test_both_refuse_other_paths_in_a_home_that_nobody_knows(set_up: SetUp, name: str) -> None:
    both = set_up(extra=_location("maildir", "@root@/mail/nohome", **{name: "~/there"}))
    assert both.agree_on("get", "-u", "nohome", *KEY).code == 75


def test_the_root_of_the_file_system_is_no_root_in_24(set_up: SetUp) -> None:
    both = set_up(extra=_location("sdbox", "/"))
    if both.server.version == "2.4":
        assert both.agree_on("get", "-u", "bob", *KEY).code == 75


@pytest.mark.parametrize("driver", ["maildir", "sdbox"])
@pytest.mark.parametrize("path", ["~nosuch/mail", "~nobody/mail", "box", "./box//"])
def test_both_find_the_mailboxes_of_a_relative_root(set_up: SetUp, driver: str, path: str) -> None:
    both = set_up(extra=_location(driver, path))
    both.server.doveadm("mailbox", "create", "-u", "bob", "Sub")
    both.theirs(("get", "-u", "bob", *KEY))
    if path == "~nobody/mail" and both.server.version == "2.3":
        # The home of nobody isn't there.
        return
    for mailbox in ("INBOX", "Sub"):
        both.theirs(("set", "-u", "bob", mailbox, KEY[1], "v"))
        both.agree_on("get", "-u", "bob", mailbox, KEY[1])


@pytest.mark.parametrize("inbox", [".", "in", "./in", "~/in"])
def test_the_place_of_inbox_begins_where_each_version_begins(set_up: SetUp, inbox: str) -> None:
    both = set_up(extra=_location("maildir", "~/boxes", INBOX=inbox))
    both.theirs(("set", "-u", "bob", *KEY, "v"))
    assert both.agree_on("get", "-u", "bob", *KEY).stdout == "v\n"


@pytest.mark.parametrize("lock", ["dotlock", "fcntl", "flock"])
@pytest.mark.parametrize("name", [LONG, f"{LONG}xxxx", f"{LONG}xxxxxx", f"{LONG}xxxxxx/dict"])
def test_both_say_the_same_of_a_name_that_is_too_long(set_up: SetUp, name: str, lock: str) -> None:
    both = set_up(attribute_dict=_dict(f"@root@/mail/{name}", lock))
    both.theirs(("get", "-u", "bob", *KEY))
    for words in (("set", "-u", "bob", *KEY, "v"), ("get", "-u", "bob", *KEY), ("unset", "-u", "bob", *KEY)):
        both.agree_on(*words)


@pytest.mark.parametrize(
    "path", ["@root@/mail/new/", "@root@/mail/new/.", "@root@/mail/new/..", "~/", "~/.", ""]
)
def test_a_dict_whose_path_is_a_folders_is_refused(set_up: SetUp, path: str) -> None:
    both = set_up(attribute_dict=_dict(path))
    both.theirs(("get", "-u", "bob", *KEY))
    ours, theirs = (side(("set", "-u", "bob", *KEY, "v")) for side in (both.ours, both.theirs))
    assert ours.code == theirs.code == 75
    assert "is a directory: a dict file is wanted here" in ours.errors[-1]
    assert _store(both) == {}


def test_the_home_of_the_environment_counts_in_23_only(set_up: SetUp) -> None:
    both = set_up(attribute_dict=_dict("~/dict"))
    both.monkeypatch.setenv("HOME", str(both.server.root / "mail" / "home"))
    both.theirs(("get", "-u", "bob", *KEY))
    flags = ("--no-userdb-lookup",) if both.server.version == "2.4" else ()
    ours = both.ours(("set", *flags, *KEY, "v"), "bob")
    assert (ours.code == 0) is (both.server.version == "2.3")


@pytest.mark.parametrize("mode", [0o2755, 0o2770])
def test_new_folders_are_as_the_one_they_are_in(set_up: SetUp, mode: int) -> None:
    both = set_up(attribute_dict=_dict("@root@/mail/setgid/a/b/dict"))
    both.theirs(("get", "-u", "bob", *KEY))
    seen = []
    for side in (both.ours, both.theirs):
        above = both.server.root / "mail" / "setgid"
        above.mkdir()
        # A group that the user isn't in.
        os.chown(above, 65534, 4)
        above.chmod(mode)
        assert side(("set", "-u", "bob", *KEY, "v")).code == 0
        status = [path.stat() for path in (above / "a", above / "a" / "b", above / "a" / "b" / "dict")]
        seen.append([(one.st_mode, one.st_uid, one.st_gid) for one in status])
        shutil.rmtree(above)
    assert seen[0] == seen[1]
