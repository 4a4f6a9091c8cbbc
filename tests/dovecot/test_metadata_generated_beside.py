"""Generated calls of `pushnotif metadata`, beside the real doveadm: what is said, and the store behind it."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.dovecot.metadata_sides import MakeSides, Sides

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root acts as the mail user")

CALLS = 150
NAMES = ("alice", "bob", "Carol", "d@x.org")
FILES = {
    "users": "".join(f"{name}:x:65534:65534::@root@/mail/home-{name}::\n" for name in NAMES),
    "names": "bob\nnouser\nalice\n",
}
USERDB = {
    "2.3": "userdb {\n  driver = passwd-file\n  args = @root@/users\n}\n",
    "2.4": "userdb users {\n  driver = passwd-file\n  passwd_file_path = @root@/users\n}\n",
}
PVT = "vendor/vendor.dovecot/pvt/server"
MAILBOXES = (
    *(
        "INBOX",
        "inbox",
        "InBoX",
        "Sent",
        "sent",
        "Work/Sub",
        "Work",
        "Nope",
        "Sent/",
        "/x",
        "a//b",
        "Entwürfe",
    ),
    *("", "", "x.y", "INBOX/Sub", "inbox/sub", "..", "a\nb", "~", "*", "Trash "),
)
KEYS = (
    *("/private/comment", "/shared/comment", "/private/k", "/PRIVATE/K", "/Private/É", "/private/é"),
    *(
        "/private/specialuse",
        "/shared/specialuse",
        "/shared/admin",
        f"/shared/{PVT}/admin",
        "/SHARED/vendor/X",
    ),
    *(
        "/private/vendor/vendor.dovecot/http-notify",
        "/private//x",
        "/private/x/",
        "/private/ a b",
        "/privatex",
    ),
    *(
        "private/k",
        "/",
        "",
        "/foo/x",
        "/private/a*",
        "/private/%",
        "/private/a\tb",
        "/private/a\nb",
        "/private/..",
    ),
    *("/private/\x01", "/private/😀"),
)
PREFIXES = (
    *(
        "",
        "/private",
        "/shared",
        "/private/",
        "/private/k",
        "/private/ve",
        "/private/vendor",
        "/shared/vendor",
    ),
    *(
        "/shared/comment",
        "/private/comm",
        f"/shared/{PVT}",
        f"/shared/{PVT}/",
        "/PRIVATE/V",
        "/foo",
        "/private/é",
    ),
)
VALUES = (
    *(
        "v",
        "",
        "hello world",
        "user=x\ty",
        "ü✓😀",
        "line\nbreak",
        "a\r\nb",
        "\x01\x02",
        "-x",
        "--",
        "x" * 5000,
    ),
    *("%u", '"dq"\\', " lead", "trail ", "\x7f"),
)
USERS = (
    *(
        ("-u", "alice"),
        ("-ualice",),
        ("--user=bob",),
        ("--us", "alice"),
        ("-u", "carol"),
        ("-u", "nouser"),
        ("-A",),
    ),
    *(("-u", "*"), ("-u", "?ob"), ("-u", "a*", "-A"), ("-u", "zz*"), ("-F", "@root@/names"), ()),
    *(("-u", ""), ("-u", "alice", "-u", "bob"), ("-F", "@root@/missing")),
)
FORMATS = ((), (), ("-f", "json"), ("-f", "tab"), ("-f", "table"), ("-f", "pager"), ("-f", "nosuch"))
MANY = frozenset({"-A", "-F", "*", "?ob", "a*", "zz*"})


class _Writer(NamedTuple):
    """Writes calls, the same for the same seed."""

    random: random.Random

    def call(self) -> tuple[str, ...]:
        choice, chance = self.random.choice, self.random.random
        name = choice(("set", "get", "list", "unset"))
        users = ("-u", choice(NAMES)) if chance() < 0.6 else choice(USERS)
        mailbox = choice(MAILBOXES)
        flags = [choice(("-s", "--allow-empty-mailbox-name"))] if not mailbox or chance() < 0.3 else []
        if not mailbox and MANY.intersection(users):
            # There doveadm stores broken keys.
            mailbox = "INBOX"
        if name == "list" and chance() < 0.4:
            flags.append(choice(("-p", "--prepend-prefix")))
        if chance() < 0.04:
            flags.append(choice(("-x", "-p", "--nope")))
        positionals = [mailbox, *self._rest(name)]
        positionals = positionals[:-1] if chance() < 0.05 else positionals + ["extra"] * (chance() < 0.04)
        return (*choice(FORMATS), name, *self._mixed(list(users), flags, positionals))

    def _rest(self, name: str) -> list[str]:
        choice = self.random.choice
        match name:
            case "list":
                return [choice(PREFIXES)] if self.random.random() < 0.8 else []
            case "set":
                return [choice(KEYS), choice(VALUES)]
        return [choice(KEYS)]

    def _mixed(self, users: list[str], flags: list[str], positionals: list[str]) -> list[str]:
        if any(word.startswith("-") for word in positionals):
            return [*users, *flags, "--", *positionals]
        if self.random.random() < 0.5:
            return [*users, *flags, *positionals]
        at = self.random.randrange(len(positionals) + 1)
        return [*positionals[:at], *flags, *positionals[at:], *users]


def _store(both: Sides) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted((both.server.root / "mail").glob("*.dict"))}


def _put_back(both: Sides, store: Mapping[Path, bytes]) -> None:
    for path in _store(both).keys() - store.keys():
        path.unlink()
    for path, data in store.items():
        path.write_bytes(data)


def _pairs(store: Mapping[Path, bytes]) -> dict[str, list[tuple[bytes, bytes]]]:
    lines = {path.name: data.split(b"\n") for path, data in store.items()}
    return {name: sorted(zip(found[0::2], found[1::2], strict=False)) for name, found in lines.items()}


def _any_order(args: tuple[str, ...], stdout: str) -> object:
    """The names of a list come in any order."""
    return sorted(re.split(r"(?<=\}),|\n", stdout.strip("[]"))) if "list" in args else stdout


@pytest.mark.parametrize("seed", [1, 2])
def test_generated_calls_end_the_same(sides: MakeSides, seed: int) -> None:
    both = sides(userdb=USERDB, files=FILES)
    for name in NAMES:
        both.server.doveadm("mailbox", "create", "-u", name, "Sent", "Work/Sub", "Entwürfe")
        both.server.doveadm("mailbox", "metadata", "set", "-u", name, "INBOX", "/private/k", "first")
    writer = _Writer(random.Random(seed))
    for _ in range(CALLS):
        args = writer.call()
        before = _store(both)
        ours, written = both.ours(args), _pairs(_store(both))
        _put_back(both, before)
        theirs = both.theirs(args)
        assert (args, _any_order(args, ours.stdout), ours.errors, ours.code, written) == (
            args,
            _any_order(args, theirs.stdout),
            theirs.errors,
            theirs.code,
            _pairs(_store(both)),
        )
