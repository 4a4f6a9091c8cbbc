"""Who the users of `pushnotif metadata` and of the real doveadm are: names, userdbs, lists and files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.main import run
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.metadata_sides import KEY, MakeSides, Sides, make_sides

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root acts as the mail user")

USERS = """\
alice:{PLAIN}x:65534:65534::@root@/mail/home-alice::
bob:x:nobody:nogroup::@root@/mail/home-bob::
# c:1:1

short:x
root2:x:0:0::/x::
x y:x:65534:65534::/nonexist::
:x:1:1
alice:x:1:1::/dup::
baduid:x:nosuch:65534::/x::
badgid:x:65534:0::/x::
"""
FILES = {
    "users": USERS,
    "users2": "bob:x:65534:65534::@root@/mail/home-bob::\ncarol:x:65534:65534::@root@/mail/home-carol::\n",
    "fields": "over:x:65534:65534::@root@/mail/home-over::userdb_mail_server_comment=hey\n",
    "names": "alice\r\n\nnouser\n bob\n#x\nbob\n",
}


@pytest.fixture
def sides(
    dovecot: DovecotFactory,
    tmp_path: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> MakeSides:
    """Start a server with other userdbs or settings of auth; alice and bob have an entry."""

    def make(userdb: dict[str, str] | None = None, extra: dict[str, str] | str = "") -> Sides:
        both = make_sides(
            dovecot, tmp_path, capfdbinary, monkeypatch, userdb=userdb, extra=extra, files=FILES
        )
        for user in ("alice", "bob"):
            both.server.doveadm("mailbox", "metadata", "set", "-u", user, *KEY, f"of {user}")
        return both

    return make


def _file(name: str, more: str = "") -> dict[str, str]:
    return {
        "2.3": f"userdb {{\n  driver = passwd-file\n  args = @root@/{name}\n{more}}}\n",
        "2.4": f"userdb {name} {{\n  driver = passwd-file\n  passwd_file_path = @root@/{name}\n{more}}}\n",
    }


def _static(*fields: str) -> dict[str, str]:
    lines = "".join(f"    {field}\n" for field in fields)
    return {
        "2.3": f"userdb {{\n  driver = static\n  args = {' '.join(fields)}\n}}\n",
        "2.4": f"userdb static {{\n  fields {{\n{lines}  }}\n}}\n",
    }


def _driver(name: str) -> dict[str, str]:
    return {"2.3": f"userdb {{\n  driver = {name}\n}}\n", "2.4": f"userdb {name} {{\n}}\n"}


def _all(*userdbs: dict[str, str]) -> dict[str, str]:
    return {version: "".join(userdb[version] for userdb in userdbs) for version in ("2.3", "2.4")}


NAMES = ("", "alice", "ALICE", "a+b", "a b", "a%b", "é", "alice/dom.org", "@dom.org", "x@")
AUTH = {
    "none": "",
    "any character": "auth_username_chars =\n",
    "few characters": "auth_username_chars = abcdefghijklmnopqrstuvwxyz+%\n",
    "translation": 'auth_username_translation = "+.#@/@%-"\n',
    "a translation with one sign too many": 'auth_username_translation = "AaB"\n',
    "no format": "auth_username_format =\n",
    "a name for everybody": "auth_username_format = alice\n",
    "without domain": {
        "2.3": "auth_username_format = %Ln\n",
        "2.4": "auth_username_format = %{user | username | lower}\n",
    },
    "domain": {"2.3": "auth_default_realm = Dom.org\n", "2.4": "auth_default_domain = Dom.org\n"},
}


@pytest.mark.parametrize("setting", AUTH)
def test_both_make_the_same_login_of_a_name(sides: MakeSides, setting: str) -> None:
    both = sides(extra=AUTH[setting])
    for name in NAMES:
        both.agree_on("get", "-u", name, *KEY)


# In front of the one that is there, whose rules let nobody pass to it.
PASSDB = {
    "2.3": "passdb {\n  driver = passwd-file\n  args = @root@/users\n  result_failure = return-fail\n}\n",
    "2.4": "passdb users {\n  driver = passwd-file\n  passwd_file_path = @root@/users\n"
    "  result_failure = return-fail\n}\n",
}
FIRST = "alice", "bob", "nouser", "short", "root2", "baduid", "badgid", "carol"
CHAINS = {
    "one file": _file("users"),
    "two files": _all(_file("users2"), _file("users")),
    "prefetch in front": _all(_driver("prefetch"), _file("users")),
    "prefetch behind": _all(_file("users"), _driver("prefetch")),
    "going on": _all(_file("users2", "  result_success = continue-ok\n"), _file("users", "  skip = found\n")),
    "found, yet not": _all(_file("users2", "  result_success = continue-fail\n"), _file("users")),
    "refusing": _all(_file("users2", "  result_success = return-fail\n"), _file("users")),
    "ending": _all(_file("users2", "  result_failure = return\n"), _file("users")),
    "everybody": _all(_file("users2", "  result_failure = continue-ok\n"), _file("users")),
    "second for the found": _all(_file("users2"), _file("users", "  skip = notfound\n")),
}


@pytest.mark.parametrize("chain", CHAINS)
def test_both_find_and_list_the_same_users(sides: MakeSides, chain: str) -> None:
    both = sides(CHAINS[chain])
    for name in FIRST:
        both.agree_on("get", "-u", name, *KEY)
    for options in (("-A",), ("-u", "*a*"), ("-u", "B?B"), ("-u", "[a]*")):
        both.agree_on("get", *options, *KEY)


def test_a_static_userdb_knows_whom_a_passdb_file_knows(sides: MakeSides) -> None:
    both = sides(_all(PASSDB, _static("uid=nobody", "gid=nogroup")))
    for name in FIRST:
        both.agree_on("get", "-u", name, *KEY)


IDS = {
    "root": _static("uid=0", "gid=nogroup"),
    "root by name": _static("uid=root", "gid=nogroup"),
    "root's group": _static("uid=nobody", "gid=0"),
    "tempfail": _static("tempfail=yes", "reason=foo"),
    "another user": _static("uid=nobody", "gid=nogroup", "user=bob"),
    "a field taken away": _static("uid=0", "uid:remove=", "gid=nogroup"),
    "a field that fills a gap": _static(
        "uid=nobody", "uid:protected=bin", "uid:default=bin", "gid=nogroup", "gid:default=bin"
    ),
}


@pytest.mark.parametrize("fields", IDS)
def test_both_say_the_same_of_ids_that_have_no_mail(sides: MakeSides, fields: str) -> None:
    both = sides(IDS[fields])
    for options in (("-u", "alice"), ("-F", "@root@/names")):
        both.agree_on("get", *options, *KEY)


def test_a_uid_that_nobody_has_fails_the_lookup(dovecot24: DovecotFactory, sides: MakeSides) -> None:
    # The auth process of 2.3 crashes then.
    both = sides(_static("uid=nosuch", "gid=nogroup"))
    if both.server.version == "2.4":
        assert both.agree_on("get", "-u", "alice", *KEY).code == 75


@pytest.mark.parametrize(
    "settings", ["mail_uid = 0\n", "mail_uid = nosuch\n", "mail_gid = nosuch\n", "last_valid_gid = 3\n"]
)
def test_both_say_the_same_of_ids_in_settings(sides: MakeSides, settings: str) -> None:
    both = sides(_static("home=@root@/mail/home"), settings)
    for options in (("-u", "alice"), ("-F", "@root@/names")):
        both.agree_on("get", *options, *KEY)


CHOICES = (
    ("get", "-A", "-u", "b*", *KEY),
    ("get", "-A", "-u", "bob", *KEY),
    ("get", "-u", "bob", "-F", "@root@/names", *KEY),
    ("get", "-u", "b*", "-F", "@root@/names", *KEY),
    ("get", "-A", "-F", "@root@/nofile", *KEY),
    ("get", "-F", "@root@/nofile", *KEY),
    ("get", "-F", "@root@", *KEY),
    ("get", "-F", "", *KEY),
    ("get", "-F", "@root@/nofile", "INBOX"),
    ("get", "-F", "@root@/names", *KEY),
    ("list", "-F", "@root@/names", "Nope"),
    ("get", *KEY),
    ("get", "INBOX"),
    ("get", "--no-userdb-lookup", *KEY),
    ("get", "--no-userdb-lookup", "-u", "bob", *KEY),
    ("-f", "tab", "get", "-u", "*", *KEY),
    ("-f", "json", "get", "-u", "*", *KEY),
    ("-f", "table", "get", "-F", "@root@/names", *KEY),
    ("-f", "tab", "-f", "json", "get", "-u", "bob", *KEY),
    ("-f", "formatted", "get", "-u", "bob", *KEY),
    ("-f", "formatted", "list", "-u", "bob", "INBOX"),
    ("-f", "formatted", "set", "-u", "bob", *KEY, "of bob"),
    ("-f", "formatted", "set", "-A", *KEY, "v"),
    ("-f", "formatted", "get", "-u", "bob", "INBOX", "/foo"),
    ("get", "-é", "-u", "bob", *KEY),
    ("get", "-S", "/nonexist", "-u", "bob", *KEY),
    ("get", "-S", "/nonexist", "-A", *KEY),
    ("get", "-S", "127.0.0.1:1", "-u", "bob", *KEY),
    ("get", "-S", "nosuch.invalid:1", "-u", "bob", *KEY),
)


@pytest.mark.parametrize("call", CHOICES, ids=" ".join)
@pytest.mark.parametrize("user", [None, "alice"])
def test_both_choose_the_same_users(sides: MakeSides, call: tuple[str, ...], user: str | None) -> None:
    sides(_file("users2")).agree_on(*call, user=user)


VALUES = ("\x1f\x0b\\u001f", "\udcff\udcfe", "é\udc80é", "\udcc3", "\udce2\udc82x", "€\x7f")


@pytest.mark.parametrize("formatter", ["flow", "tab", "table", "json", "pager"])
def test_both_show_awkward_values_the_same(
    sides: MakeSides, formatter: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    both = sides()
    for value in VALUES:
        both.server.doveadm("mailbox", "metadata", "set", "-u", "bob", *KEY, value)
        capfdbinary.readouterr()
        run(["metadata", "-c", str(both.configuration), "-f", formatter, "get", "-u", "bob", *KEY])
        ours = capfdbinary.readouterr().out
        theirs = both.server.doveadm("-f", formatter, "mailbox", "metadata", "get", "-u", "bob", *KEY)
        assert ours.decode("utf-8", "backslashreplace") == theirs.stdout


OVERRIDES = (
    *("mail_server_comment=over", "mail_home=@root@/mail/other", "mail_home=", "mail_home=other"),
    *("mail_uid=0", "mail_gid=0", "mail_uid=nosuch", "mail_uid=", "mail_gid=nosuch", "mail_uid=65534"),
)


@pytest.mark.parametrize("override", OVERRIDES)
def test_an_override_wins_over_what_the_userdb_says(sides: MakeSides, override: str) -> None:
    both = sides(_file("fields"))
    user = "over"
    both.theirs(("set", "-u", user, "INBOX", "/private/k", "v"))
    server = ("-s", "", "/shared/comment")
    both.agree_on("get", "-u", user, *server)
    for words in (("get", "-u", user, *server), ("get", "-u", user, "INBOX", "/private/k")):
        both.agree_on("-o", override, *words)
