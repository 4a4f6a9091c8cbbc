"""The dicts fs and redis of METADATA: pushnotif and the real doveadm on the same store."""

from __future__ import annotations

import functools
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dovecot.harness.listener import HttpListener
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.harness.server import Dovecot
from tests.dovecot.test_metadata_store import HTTP_NOTIFY, Both, Outcome
from tests.mailstore.live.fake_servers import serving
from tests.mailstore.slow_redis import slow_redis
from tests.redis_server import PASSWORD, RedisServer

BothOn = Callable[..., Both]
AWKWARD = "user=bob\tx\x01y\r\nzé✓\\"
NAMES = ("k", "a.b/../.x", ".../..a/./...b/.", "vendor/x y/é", "e/")
FS = {
    "2.3": "fs:posix:prefix=<root>/mail/fs/",
    "2.4": "dict fs {\n  fs posix {\n    prefix = <root>/mail/fs/\n  }\n}",
}
FS_AUTODELETE = FS["2.4"].replace("    prefix", "    autodelete_empty_directories = yes\n    prefix")
PUSH = {
    "2.3": "push_notification_driver = ox:url={url}",
    "2.4": "push_notification ox {{\n  url = {url}\n}}\n",
}


def redis_dict(version: str, port: int, **parameters: object) -> str:
    """Return the setting of a redis dict; parameters are named as in 2.3."""
    if version == "2.3":
        return ":".join([f"redis:port={port}", *(f"{name}={value}" for name, value in parameters.items())])
    names = {
        "prefix": "key_prefix",
        "db": "db_id",
        "expire_secs": "expire",
        "timeout_msecs": "request_timeout",
    }
    units = {"expire_secs": " secs", "timeout_msecs": " msecs"}
    lines = [f"redis_{names.get(k, k)} = {value}{units.get(k, '')}" for k, value in parameters.items()]
    return "\n".join(["dict redis {", f"redis_port = {port}", *lines, "}"])


@pytest.fixture
def both_on(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> BothOn:
    """Give what makes a Both of a server, with pushnotif on the server's configuration."""

    def make(server: Dovecot) -> Both:
        configuration = tmp_path / "dovecot.conf"
        text = server.config_file.read_text().replace(server.place.root, str(server.root))
        configuration.write_text(text)
        return Both(server, configuration, capfdbinary)

    return make


@pytest.fixture(params=["2.3", "2.4"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def start(version: str, request: pytest.FixtureRequest) -> DovecotFactory:
    found: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    return found


def snapshot(server: Dovecot, folder: str) -> dict[str, tuple[int, bytes]]:
    """Return the mode and content of all files and folders; the GUID is the same for one user."""
    top = server.root / "mail" / folder
    return {
        str(path.relative_to(top)): (path.stat().st_mode, path.read_bytes() if path.is_file() else b"")
        for path in top.rglob("*")
    }


def test_fs_files_of_both_have_the_same_names_modes_and_content(
    version: str, start: DovecotFactory, both_on: BothOn
) -> None:
    both = both_on(start(attribute_dict=FS[version]))
    user = both.new_user()
    sides = []
    for command in (both.ours, lambda *args: both.theirs(user, *args)):
        for kind in ("private", "shared"):
            for name in NAMES:
                command("set", "-u", user, "INBOX", f"/{kind}/{name}", AWKWARD)
        written = snapshot(both.server, "fs")
        for kind in ("private", "shared"):
            for name in NAMES:
                outcome = command("unset", "-u", user, "INBOX", f"/{kind}/{name}")
                assert outcome == Outcome("", [], 0)
        sides.append((written, snapshot(both.server, "fs")))
    assert len(sides[0][0]) >= len(NAMES)
    assert sides[0] == sides[1]


def test_24_removes_empty_folders_when_told_to(dovecot24: DovecotFactory, both_on: BothOn) -> None:
    both = both_on(dovecot24(attribute_dict=FS_AUTODELETE))
    user = both.new_user()
    sides = []
    for command in (both.ours, lambda *args: both.theirs(user, *args)):
        command("set", "-u", user, "INBOX", "/private/a/b", "v")
        before = snapshot(both.server, "fs")
        command("unset", "-u", user, "INBOX", "/private/a/b")
        sides.append((before, snapshot(both.server, "fs")))
    assert sides[0] == sides[1]
    assert sides[0][1] == {}


def test_fs_values_and_errors_are_the_same(version: str, start: DovecotFactory, both_on: BothOn) -> None:
    both = both_on(start(attribute_dict=FS[version]))
    user = both.new_user()
    both.theirs(user, "set", "-u", user, "INBOX", "/private/theirs", AWKWARD)
    both.ours("set", "-u", user, "INBOX", "/private/ours/deep", AWKWARD)
    calls = [
        ("get", "-u", user, "INBOX", "/private/theirs"),
        ("get", "-u", user, "INBOX", "/private/ours/deep"),
        ("get", "-u", user, "INBOX", "/private/nosuch"),
        ("unset", "-u", user, "INBOX", "/private/nosuch"),
        ("unset", "-u", user, "INBOX", "/shared/nosuch"),
        ("unset", "-u", user, "INBOX", "/private/ours"),
        ("get", "-u", user, "INBOX", "/private/theirs/deeper"),
        ("unset", "-u", user, "INBOX", "/private/theirs/deeper"),
        ("get", "-u", user, "INBOX", "/private/" + "n" * 300),
    ]
    for call in calls:
        assert both.ours(*call) == both.theirs(user, *call)


@pytest.mark.parametrize("mode", [0o755, 0o700, 0o711])
def test_a_closed_fs_folder_is_told_in_the_same_words(
    mode: int, version: str, start: DovecotFactory, both_on: BothOn
) -> None:
    both = both_on(start(attribute_dict=FS[version]))
    user = both.new_user()
    folder = both.server.root / "mail" / "fs"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    folder.chmod(mode)
    try:
        for call in (
            ("set", "-u", user, "INBOX", "/private/a", "v"),
            ("get", "-u", user, "INBOX", "/private/a"),
            ("unset", "-u", user, "INBOX", "/private/a"),
        ):
            assert both.ours(*call) == both.theirs(user, *call)
    finally:
        folder.rmdir()


def test_an_fs_file_in_the_place_of_a_folder_is_told_in_the_same_words(
    version: str, start: DovecotFactory, both_on: BothOn
) -> None:
    both = both_on(start(attribute_dict=FS[version]))
    user = both.new_user()
    both.ours("set", "-u", user, "INBOX", "/private/a", "v")
    for name in ("a/b", "a/b/c"):
        call = ("set", "-u", user, "INBOX", f"/private/{name}", "v")
        ours, theirs = both.ours(*call), both.theirs(user, *call)
        # Dovecot's mkstemp logs a line of its own in front.
        assert (ours.errors, ours.code) == (theirs.errors[-2:], theirs.code)


def test_fs_can_not_list(version: str, start: DovecotFactory, both_on: BothOn) -> None:
    both = both_on(start(attribute_dict=FS[version]))
    user = both.new_user()
    theirs = both.theirs(user, "list", "-u", user, "INBOX")
    ours = both.ours("list", "-u", user, "INBOX")
    assert ours.code == 75
    assert "dict-fs doesn't currently support DICT_ITERATE_FLAG_RECURSE" in ours.errors[0]
    if version == "2.3":
        assert "assertion failed" in theirs.errors[0]
    else:
        assert (sorted(ours.stdout), ours.errors, ours.code) == (
            sorted(theirs.stdout),
            theirs.errors,
            theirs.code,
        )


@pytest.mark.parametrize("parameters", [{}, {"prefix": "pn/"}, {"db": 3, "expire_secs": 100}])
def test_redis_keys_and_values_of_both_are_the_same(
    parameters: dict[str, object],
    version: str,
    start: DovecotFactory,
    both_on: BothOn,
    redis_server: RedisServer,
) -> None:
    server = start(attribute_dict=redis_dict(version, redis_server.port, **parameters))
    both = both_on(server)
    db = int(str(parameters.get("db", 0)))
    user = both.new_user()
    sides = []
    for command in (both.ours, lambda *args: both.theirs(user, *args)):
        # 2.3's doveadm crashes behind the write: what is in Redis then counts.
        for kind in ("private", "shared"):
            for name in NAMES:
                command("set", "-u", user, "INBOX", f"/{kind}/{name}", AWKWARD)
                assert both.theirs(user, "get", "-u", user, "INBOX", f"/{kind}/{name}") == both.ours(
                    "get", "-u", user, "INBOX", f"/{kind}/{name}"
                )
        written = redis_server.pairs(db)
        for kind in ("private", "shared"):
            for name in NAMES:
                command("unset", "-u", user, "INBOX", f"/{kind}/{name}")
        sides.append((written, redis_server.pairs(db)))
    assert len(sides[0][0]) == 2 * len(NAMES)
    assert sides[0] == sides[1]


def test_redis_lists_nothing_in_the_same_words(
    version: str, start: DovecotFactory, both_on: BothOn, redis_server: RedisServer
) -> None:
    both = both_on(start(attribute_dict=redis_dict(version, redis_server.port)))
    user = both.new_user()
    for prefix in ((), ("/private/k",)):
        ours = both.ours("list", "-u", user, "INBOX", *prefix)
        theirs = both.theirs(user, "list", "-u", user, "INBOX", *prefix)
        assert (sorted(ours.stdout), ours.errors, ours.code) == (
            sorted(theirs.stdout),
            theirs.errors,
            theirs.code,
        )


@pytest.mark.parametrize("parameters", [{"password": "hush"}, {"db": 99}, {"password": PASSWORD}])
def test_what_redis_refuses_is_told_in_the_same_words(
    parameters: dict[str, object],
    version: str,
    start: DovecotFactory,
    both_on: BothOn,
    redis_server: RedisServer,
) -> None:
    both = both_on(start(attribute_dict=redis_dict(version, redis_server.port, **parameters)))
    if "db" not in parameters:
        redis_server.require_password()
    user = both.new_user()
    calls: list[tuple[str, ...]] = [("get", "-u", user, "INBOX", "/private/k")]
    if version == "2.4":
        calls += [
            ("set", "-u", user, "INBOX", "/private/k", "v"),
            ("unset", "-u", user, "INBOX", "/private/k"),
        ]
    for call in calls:
        assert both.ours(*call) == both.theirs(user, *call)


def test_a_redis_that_is_down_ends_with_the_same_code(
    version: str, start: DovecotFactory, both_on: BothOn
) -> None:
    both = both_on(start(attribute_dict=redis_dict(version, 1)))
    user = both.new_user()
    for call in (
        ("get", "-u", user, "INBOX", "/private/k"),
        ("set", "-u", user, "INBOX", "/private/k", "v"),
    ):
        ours, theirs = both.ours(*call), both.theirs(user, *call)
        assert (ours.code, ours.stdout) == (theirs.code, theirs.stdout) == (75, "")
        assert "connect(127.0.0.1:1) failed: Connection refused" in ours.errors[0]


def test_a_redis_that_drips_its_answer_is_given_up_by_both(
    version: str, start: DovecotFactory, both_on: BothOn
) -> None:
    with serving(slow_redis(pause=0.05)) as port:
        both = both_on(start(attribute_dict=redis_dict(version, port, timeout_msecs=300)))
        user = both.new_user()
        for side in (both.ours, functools.partial(both.theirs, user)):
            started = time.monotonic()
            found = side("get", "-u", user, "INBOX", "/private/k")
            assert time.monotonic() - started < 60 * 0.05
            assert (found.code, found.stdout) == (75, "")
            assert "redis: Communication failure" in found.errors[-1]


def test_both_give_each_answer_to_a_change_its_own_time(dovecot24: DovecotFactory, both_on: BothOn) -> None:
    with serving(slow_redis(wait=0.4)) as port:
        both = both_on(dovecot24(attribute_dict=redis_dict("2.4", port, timeout_msecs=800)))
        user = both.new_user()
        for side in (both.ours, functools.partial(both.theirs, user)):
            started = time.monotonic()
            assert side("set", "-u", user, "INBOX", "/private/k", "v").code == 0
            assert time.monotonic() - started > 0.8


@pytest.mark.parametrize("place", ["top", "around", "command line"])
def test_24_takes_a_setting_of_the_dict_from_the_same_places(
    place: str, dovecot24: DovecotFactory, both_on: BothOn, redis_server: RedisServer
) -> None:
    line = f"redis_port = {redis_server.port}\n"
    around = line if place == "around" else ""
    server = dovecot24(extra=line if place == "top" else "", attribute_dict=f"{around}dict redis {{\n}}")
    both = both_on(server)
    user = both.new_user()
    option = ("-o", f"mail_attribute/dict/redis/redis_port={redis_server.port}")
    options = option if place == "command line" else ()
    assert both.theirs(user, *options, "set", "-u", user, "INBOX", "/private/k", "v") == Outcome("", [], 0)
    assert both.ours("get", *options, "-u", user, "INBOX", "/private/k") == Outcome("v\n", [], 0)


MODES = ("0640", "0777", "640", "0660")


@pytest.mark.parametrize("mode", MODES)
def test_fs_modes_are_the_same(mode: str, version: str, start: DovecotFactory, both_on: BothOn) -> None:
    prefix = "<root>/mail/fs/"
    setting = f"fs:posix:mode={mode}:prefix={prefix}"
    if version == "2.4":
        setting = f"dict fs {{\n  fs posix {{\n    mode = {mode}\n    prefix = {prefix}\n  }}\n}}"
    both = both_on(start(attribute_dict=setting))
    user = both.new_user()
    sides = []
    for command in (both.ours, lambda *args: both.theirs(user, *args)):
        shutil.rmtree(both.server.root / "mail" / "fs", ignore_errors=True)
        command("set", "-u", user, "INBOX", "/private/a/b", "v")
        sides.append(snapshot(both.server, "fs"))
    assert sides[0] == sides[1] != {}


def test_a_user_name_with_a_slash_is_the_same_key(
    version: str, start: DovecotFactory, both_on: BothOn, redis_server: RedisServer
) -> None:
    everything = "auth_username_chars =\n"
    both = both_on(start(extra=everything, attribute_dict=redis_dict(version, redis_server.port)))
    user = f"{both.new_user()}/x\\y"
    outcome = both.theirs(user, "set", "-u", user, "INBOX", "/private/k", "v")
    theirs = redis_server.pairs()
    assert len(theirs) == 1, outcome
    assert both.ours("get", "-u", user, "INBOX", "/private/k") == Outcome("v\n", [], 0)
    both.ours("set", "-u", user, "INBOX", "/private/k", "v")
    assert redis_server.pairs() == theirs


URIS = """\
redis:host=h redis:host=localhost redis:host= redis:host=::1 redis:host=[::1] redis:host=127.1:port=x
redis:port=99999 redis:port=0 redis:port= redis:db=x redis:db=-1 redis:db=4294967296 redis:expire_secs=0
redis:expire_secs=x redis:timeout_msecs=x redis:nosuch=1 redis:host=h:port=x redis:port=x:host=h redis:nosuch
redis:port=1: redis:port=1::db=1 redis:prefix
proxy: proxy:x proxy:idle_msecs=1 proxy:idle_msecs=x::n proxy:idle_msecs=5:n proxy:warn_slow_msecs=x::n
proxy:warn_slow_msecs=3 proxy:idle_msecs=-1:p:n proxy:idle_msecs=1:warn_slow_msecs=2:x
fs: fs:nosuch fs:nosuch:x fs:posix:foo fs:posix:mode=9 fs:posix:mode=0 fs:posix:mode=111 fs:posix:mode=
fs:posix:lock=fcntl fs:posix:dirs::foo fs:posix:prefix fs:posix:dirs=yes fs:posix:mode=77777777777777
file:/x:lock=no cdb:/x sqlite:/x nosuch: redis
"""


def test_23_refuses_the_same_uris_in_the_same_words(dovecot23: DovecotFactory, both_on: BothOn) -> None:
    both = both_on(dovecot23())
    user = both.new_user()
    for uri in URIS.split():
        call = ("-o", f"mail_attribute_dict={uri}", "get", "-u", user, "INBOX", "/private/k")
        ours = both.ours("get", "-o", f"mail_attribute_dict={uri}", *call[3:])
        assert (uri, ours) == (uri, both.theirs(user, *call))


BLOCKS = [
    "dict redis {\nredis_host = h\n}",
    "dict redis {\nredis_host =\n}",
    "dict proxy {\n}",
    "dict fs {\n}",
    "dict fs {\nfs nosuch {\n}\n}",
    "dict fs {\nfs posix {\n}\nfs two {\ndriver = posix\n}\n}",
    "dict nosuch {\n}",
    "dict file {\npath = /x\n}\ndict redis {\n}",
]


@pytest.mark.parametrize("block", BLOCKS)
def test_24_refuses_the_same_blocks_in_the_same_words(
    block: str, dovecot24: DovecotFactory, both_on: BothOn
) -> None:
    both = both_on(dovecot24())
    user = both.new_user()
    server = both.server
    usual = f"  dict file {{\n    path = {server.place.root}/mail/%{{user}}.dict\n  }}"
    written = server.config_file.read_text()
    try:
        server.config_file.write_text(written.replace(usual, block))
        both.configuration.write_text(
            server.config_file.read_text().replace(server.place.root, str(server.root))
        )
        call = ("get", "-u", user, "INBOX", "/private/k")
        theirs = both.theirs(user, *call)
    finally:
        server.config_file.write_text(written)
    ours = both.ours(*call)
    assert (ours.errors, ours.code) == (theirs.errors, theirs.code)


def test_a_user_switched_on_in_redis_gets_a_push(
    dovecot24: DovecotFactory, both_on: BothOn, redis_server: RedisServer, http_listener: HttpListener
) -> None:
    server = dovecot24(
        PUSH["2.4"].format(url=http_listener.url("/")), attribute_dict=redis_dict("2.4", redis_server.port)
    )
    both = both_on(server)
    _is_pushed(both, http_listener)


DICT_SERVER = """
dict {{
  metadata = redis:port={port}:prefix=x/
}}
service dict {{
  unix_listener dict {{
    mode = 0666
  }}
}}
"""


def test_a_user_switched_on_in_the_redis_behind_a_dict_server_gets_a_push(
    dovecot23: DovecotFactory, both_on: BothOn, redis_server: RedisServer, http_listener: HttpListener
) -> None:
    server = dovecot23(
        PUSH["2.3"].format(url=http_listener.url("/")),
        extra=DICT_SERVER.format(port=redis_server.port),
        attribute_dict="proxy::metadata",
    )
    both = both_on(server)
    direct = redis_dict("2.3", redis_server.port, prefix="x/")
    text = both.configuration.read_text()
    both.configuration.write_text(
        text.replace("mail_attribute_dict = proxy::metadata", f"mail_attribute_dict = {direct}")
    )
    _is_pushed(both, http_listener)
    user = both.new_user()
    written = both.theirs(user, "set", "-u", user, "INBOX", "/private/k", AWKWARD)
    assert written == Outcome("", [], 0)
    assert both.ours("get", "-u", user, "INBOX", "/private/k") == both.theirs(
        user, "get", "-u", user, "INBOX", "/private/k"
    )


def _is_pushed(both: Both, listener: HttpListener) -> None:
    """Deliver to a user before and after pushnotif has switched the user on."""
    user = both.new_user()
    both.server.deliver_lmtp(user, b"Subject: one\r\n\r\n")
    assert listener.requests == []
    other = both.new_user()
    outcome = both.ours("set", "-u", other, "-s", "", HTTP_NOTIFY, f"user={other}")
    assert outcome == Outcome("", [], 0)
    both.server.deliver_lmtp(other, b"Subject: two\r\n\r\n")
    assert f'"user":"{other}"'.encode() in listener.wait_for(1)[0].body
