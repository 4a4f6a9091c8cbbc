"""`pushnotif metadata doctor` names the link that keeps a notification from a user."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import pytest

from cli.main import run
from tests.dovecot.harness.processes import free_ports
from tests.mailstore.dict_server import home_made
from tests.mailstore.live.fake_servers import Script, drip, read_request, serving

REPOSITORY = Path(__file__).parents[2]
SCHEMA = json.loads((REPOSITORY / "docs/schemas/metadata-doctor.schema.json").read_text())
NOTIFY = "vendor/vendor.dovecot/http-notify"
ENTRY = f"/private/{NOTIFY}"
GUID = "0" * 31
SECRET = "hunter2-secret"
LINKS = ["user", "drivers", "store", "mailbox", "entry"]

OLD = """\
protocols = imap lmtp
mail_location = maildir:{root}/%u
mail_attribute_dict = file:{root}/%u.dict
mail_plugins = notify push_notification
userdb {{
  driver = passwd-file
  args = {root}/users
}}
plugin {{
  push_notification_driver = ox:url=http://127.0.0.1:1/notify user_from_metadata
}}
"""
NEW = """\
dovecot_config_version = 2.4.1
dovecot_storage_version = 2.4.1
protocols = imap lmtp
mail_driver = maildir
mail_path = {root}/%{{user}}
mail_attribute {{
  dict file {{
    path = {root}/%{{user}}.dict
  }}
}}
mail_plugins {{
  notify = yes
  push_notification = yes
}}
userdb passwd-file {{
  passwd_file_path = {root}/users
}}
push_notification ox {{
  push_notification_ox_url = http://127.0.0.1:1/notify
  push_notification_ox_user_from_metadata = yes
}}
"""


class Found(NamedTuple):
    """What the doctor said: the exit code, the JSON document, and stderr."""

    code: int
    document: dict[str, Any]
    stderr: str

    @property
    def users(self) -> dict[str, str]:
        return {one["user"]: one["switched"] for one in self.document["users"]}

    def states(self, number: int = 0) -> dict[str, str]:
        return {link["name"]: link["state"] for link in self.document["users"][number]["links"]}

    def link(self, name: str) -> dict[str, Any]:
        (found,) = (link for link in self.document["users"][0]["links"] if link["name"] == name)
        return dict(found)


class Site:
    """A site where alice is switched on, and bob and carol have a mailbox; dora has none."""

    def __init__(self, root: Path, text: str, capture: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self.capture = capture
        self.configuration = root / "dovecot.conf"
        self.configuration.write_text(text.format(root=root))
        (root / "users").write_text(
            "".join(f"{name}:::::/h::\n" for name in ("alice", "bob", "carol", "dora"))
        )
        for number, name in enumerate(("alice", "bob", "carol")):
            (root / name / "cur").mkdir(parents=True)
            (root / name / "dovecot-uidlist").write_text(f"3 V1 N1 G{GUID}{number}\n")
        self.store("alice", 0, NOTIFY, "user=alice@ox")

    def store(self, name: str, number: int, key: str, value: str, scope: str = "priv") -> None:
        prefix = "vendor/vendor.dovecot/pvt/server/"
        (self.root / f"{name}.dict").write_text(f"{scope}/{GUID}{number}/{prefix}{key}\n{value}\n")

    def change(self, old: str, new: str) -> None:
        text = self.configuration.read_text()
        assert old in text
        self.configuration.write_text(text.replace(old, new.format(root=self.root)))

    def call(self, *args: str) -> tuple[int, str, str]:
        self.capture.readouterr()
        code = run(["metadata", "doctor", "-c", str(self.configuration), *args])
        captured = self.capture.readouterr()
        return code, captured.out, captured.err

    def doctor(self, *args: str) -> Found:
        code, out, err = self.call("--format", "json", *args)
        document = json.loads(out)
        jsonschema.validate(document, SCHEMA)
        return Found(code, document, err)


@pytest.fixture
def old(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Site:
    return Site(tmp_path, OLD, capsys)


@pytest.fixture(params=[OLD, NEW], ids=["2.3", "2.4"])
def site(request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Site:
    return Site(tmp_path, request.param, capsys)


def test_a_user_with_a_value_is_switched_on(site: Site) -> None:
    found = site.doctor("-u", "alice")
    assert (found.code, found.users) == (0, {"alice": "on"})
    assert found.states() == dict.fromkeys(LINKS, "ok")
    assert found.link("entry")["seen"] == f"{ENTRY} = user=alice@ox"
    assert found.link("entry")["notes"] == ["ox is told of user alice@ox"]


def no_user(_site: Site) -> str:
    return "eve"


def no_mailbox(_site: Site) -> str:
    return "dora"


def no_value(_site: Site) -> str:
    return "bob"


def a_value_without_user(site: Site) -> str:
    site.store("bob", 1, NOTIFY, "bob@ox")
    return "bob"


def a_shared_value(site: Site) -> str:
    site.store("bob", 1, NOTIFY, "user=bob", scope="shared")
    return "bob"


def a_value_of_an_older_inbox(site: Site) -> str:
    site.store("bob", 9, NOTIFY, "user=bob")
    return "bob"


def a_misspelt_entry(site: Site) -> str:
    site.store("bob", 1, NOTIFY.replace("http", "htpp"), "user=bob")
    return "bob"


def junk_in_the_store(site: Site) -> str:
    (site.root / "bob.dict").mkdir()
    return "bob"


def no_store(site: Site) -> str:
    text = site.configuration.read_text()
    start = text.index("mail_attribute")
    end = text.index("mail_plugins")
    site.configuration.write_text(text[:start] + text[end:])
    return "alice"


def no_plugin(site: Site) -> str:
    if "mail_plugins {" in site.configuration.read_text():
        site.change("  push_notification = yes\n", "")
    else:
        site.change("notify push_notification\n", "notify\n")
    return "alice"


def imap_only(site: Site) -> str:
    text = site.configuration.read_text()
    start = text.index("mail_plugins")
    end = text.index("userdb")
    plugins = text[start:end]
    rest = "mail_plugins =\n" if "{" not in plugins else ""
    site.configuration.write_text(f"{text[:start]}{rest}protocol imap {{\n{plugins}}}\n{text[end:]}")
    return "alice"


BROKEN: list[tuple[Callable[[Site], str], str, str]] = [
    (no_user, "user", "no userdb of the configuration knows the user"),
    (no_plugin, "drivers", "ox is not loaded for lmtp: mail_plugins does not have push_notification"),
    (imap_only, "drivers", "ox is loaded for imap only"),
    (no_store, "store", "is not set: Dovecot has no METADATA"),
    (junk_in_the_store, "store", "bob.dict is a directory"),
    (no_mailbox, "mailbox", "there is no INBOX in"),
    (no_value, "entry", "has no value"),
    (a_value_without_user, "entry", "finds no user=NAME in it"),
    (a_shared_value, "entry", "has no value"),
    (a_value_of_an_older_inbox, "entry", "has no value"),
    (a_misspelt_entry, "entry", "has no value"),
]


@pytest.mark.parametrize(("broken", "link", "seen"), BROKEN, ids=[case[0].__name__ for case in BROKEN])
def test_the_link_that_breaks_is_named(
    site: Site, broken: Callable[[Site], str], link: str, seen: str
) -> None:
    user = broken(site)
    found = site.doctor("-u", user)
    assert (found.code, found.users) == (1, {user: "off"})
    states = found.states()
    assert states[link] == "broken"
    assert set(list(states.values())[: LINKS.index(link)]) <= {"ok"}
    assert seen in found.link(link)["seen"]
    assert link in found.document["users"][0]["verdict"]


@pytest.mark.parametrize(
    ("broken", "note"),
    [
        (a_shared_value, "/shared"),
        (a_value_of_an_older_inbox, "set for an INBOX that is no more"),
        (a_misspelt_entry, "htpp-notify"),
    ],
)
def test_a_value_in_a_wrong_place_is_shown(site: Site, broken: Callable[[Site], str], note: str) -> None:
    found = site.doctor("-u", broken(site))
    assert any(note in line for line in found.link("entry")["notes"])


def test_the_command_that_it_suggests_switches_the_user_on(site: Site) -> None:
    remedy = site.doctor("-u", "bob").link("entry")["remedy"]
    ours, theirs = remedy
    assert theirs.startswith(f"doveadm -c {site.configuration} mailbox metadata set -u bob ")
    words = ours.replace("''", "").split(" ")
    assert words[0] == "pushnotif"
    assert run(words[1:]) == 0
    assert site.doctor("-u", "bob").users == {"bob": "on"}


def test_a_driver_that_asks_nobody_needs_no_metadata(old: Site) -> None:
    old.change("ox:url=http://127.0.0.1:1/notify user_from_metadata", "dlog")
    found = old.doctor("-u", "bob")
    assert (found.code, found.users) == (0, {"bob": "not needed"})
    assert found.states()["entry"] == "skipped"


def test_a_protocol_with_another_store_is_judged_apart(old: Site) -> None:
    old.change("plugin {", "protocol lda {{\n  mail_attribute_dict = file:{root}/other.dict\n}}\nplugin {{")
    found = old.doctor("-u", "alice")
    assert (found.code, found.users) == (1, {"alice": "partly"})
    assert [link["protocols"] for link in found.document["users"][0]["links"] if link["name"] == "entry"] == [
        ["lmtp"],
        ["lda"],
    ]


@pytest.mark.parametrize(
    ("args", "users"),
    [
        (("-A",), {"alice": "on", "bob": "off", "carol": "off", "dora": "off"}),
        (("-u", "*o*"), {"bob": "off", "carol": "off", "dora": "off"}),
        (("-u", "al*"), {"alice": "on"}),
    ],
)
def test_many_users_are_looked_at_one_by_one(
    site: Site, args: tuple[str, ...], users: dict[str, str]
) -> None:
    found = site.doctor(*args)
    assert found.users == users
    assert found.code == (0 if set(users.values()) == {"on"} else 1)


def test_the_users_of_a_file_are_looked_at(site: Site) -> None:
    (site.root / "list").write_text("alice\nbob\n")
    assert site.doctor("-F", str(site.root / "list")).users == {"alice": "on", "bob": "off"}


def test_a_userdb_that_cant_be_asked_leaves_the_verdict_open(old: Site) -> None:
    old.change("driver = passwd-file", "driver = sql")
    found = old.doctor("-u", "alice")
    assert (found.code, found.users) == (1, {"alice": "unknown"})
    assert found.states()["user"] == "unknown"
    assert any("--userdb" in line for line in found.link("user")["remedy"])
    said = old.doctor("-u", "alice", "--userdb", "home=/h", "--userdb", f"password={SECRET}")
    assert (said.code, said.users) == (0, {"alice": "on"})


def test_what_the_userdb_says_in_secret_stands_in_no_command(old: Site) -> None:
    _, out, err = old.call("-u", "bob", "--userdb", "home=/h", "--userdb", f"password={SECRET}")
    assert "--userdb home=/h" in out
    assert SECRET not in out + err


def test_the_password_of_a_redis_is_not_shown(old: Site) -> None:
    (port,) = free_ports(1)
    old.change(f"file:{old.root}/%u.dict", f"redis:host=127.0.0.1:port={port}:password={SECRET}")
    code, out, err = old.call("-u", "alice")
    assert (code, err) == (1, "")
    assert "✗ store" in out
    assert SECRET not in out + err


def test_a_dict_server_is_asked(old: Site) -> None:
    old.change(f"file:{old.root}/%u.dict", f"proxy:{old.root}/dict:metadata")
    with home_made(old.root / "dict", ()) as server:
        server.values["alice", NOTIFY.rpartition("/")[2]] = "user=alice@ox"
        found = old.doctor("-u", "alice")
    assert found.users == {"alice": "on"}, found.document


def say_nothing(connection: socket.socket) -> None:
    while connection.recv(100):
        pass


def say_a_byte_now_and_then(connection: socket.socket) -> None:
    drip(connection, b"+" * 60 + b"\r\n")


TOO_SLOW = pytest.mark.parametrize("script", [say_nothing, say_a_byte_now_and_then])


@TOO_SLOW
@pytest.mark.parametrize("kind", ["redis", "proxy"])
def test_a_store_that_does_not_answer_is_given_up_in_time(old: Site, script: Script, kind: str) -> None:
    with serving(script) as port:
        place = {
            "redis": f"redis:host=127.0.0.1:port={port}",
            "proxy": f"proxy:tcp:127.0.0.1:{port}:metadata",
        }
        old.change(f"file:{old.root}/%u.dict", place[kind])
        started = time.monotonic()
        found = old.doctor("-u", "alice", "--timeout", "0.3")
    assert time.monotonic() - started < 5
    assert (found.code, found.users) == (1, {"alice": "off"})
    assert found.link("store")["seen"].endswith(" did not answer within 0.3 s")
    assert found.states()["entry"] == "skipped"


def test_a_shorter_time_of_the_configuration_stays(old: Site) -> None:
    with serving(say_nothing) as port:
        old.change(f"file:{old.root}/%u.dict", f"redis:host=127.0.0.1:port={port}:timeout_msecs=200")
        found = old.doctor("-u", "alice", "--timeout", "60")
    assert found.link("store")["seen"].endswith(" did not answer within 0.2 s")


@TOO_SLOW
@pytest.mark.parametrize(
    "way", ["-S 127.0.0.1:{}", "--via doveadm-http://127.0.0.1:{}", "--via imap://127.0.0.1:{}"]
)
def test_a_running_server_that_does_not_answer_is_given_up_in_time(
    old: Site, monkeypatch: pytest.MonkeyPatch, script: Script, way: str
) -> None:
    monkeypatch.setenv("PUSHNOTIF_DOVEADM_API_KEY", SECRET)
    monkeypatch.setenv("PUSHNOTIF_IMAP_PASSWORD", SECRET)
    with serving(script) as port:
        code, out, err = old.call("-u", "alice", *way.format(port).split(), "--timeout", "0.3")
    assert (code, out) == (75, "")
    whole = "" if script is say_nothing else "whole "
    assert f"no {whole}answer within 0.3 seconds" in err


def test_text_has_a_line_for_each_link_and_a_verdict(site: Site) -> None:
    code, out, err = site.call("-u", "bob")
    lines = out.splitlines()
    assert (code, err) == (1, "")
    assert [line.split()[1] for line in lines if line[0] in "✓✗?-"] == LINKS
    assert lines[-1] == f"bob is not switched on: entry: {ENTRY} has no value"


def test_many_users_take_a_line_each_where_nothing_is_wrong(site: Site) -> None:
    _, out, _ = site.call("-u", "al*")
    assert out.splitlines() == [
        f"alice is switched on: {ENTRY} = user=alice@ox, in file {site.root}/alice.dict"
    ]


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (("-u", "alice", "--format", "tab"), 75, "Fatal: Unknown print formatter: tab"),
        (("-u", "alice", "INBOX"), 64, "Extraneous arguments found: INBOX"),
        (("-u", "alice", "--via", "http://x"), 64, "--via"),
        (("-F", "/nowhere/list"), 75, "/nowhere/list"),
        (("-u", "alice", "--userdb", "home"), 64, "--userdb wants FIELD=VALUE"),
        (("-u", "alice", "--timeout", "soon"), 64, "--timeout wants a number of seconds, at most 3600"),
        (("-u", "alice", "--timeout", "0"), 64, "--timeout wants a number of seconds, at most 3600"),
        (("-u", "alice", "--timeout", "nan"), 64, "--timeout wants a number of seconds, at most 3600"),
    ],
)
def test_a_wrong_call_gets_one_line(site: Site, args: tuple[str, ...], code: int, message: str) -> None:
    found, out, err = site.call(*args)
    assert (found, out) == (code, "")
    assert message in err
    assert "Traceback" not in err


def test_a_running_server_is_asked_for_the_value(old: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUSHNOTIF_DOVEADM_API_KEY", SECRET)

    def script(connection: socket.socket) -> None:
        read_request(connection)
        answer = b'[["doveadmResponse",[{"value":"user=bob@live"}],"pushnotif"]]'
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + answer)

    with serving(script) as port:
        found = old.doctor("-u", "bob", "--via", f"doveadm-http://127.0.0.1:{port}")
    assert (found.code, found.users) == (0, {"bob": "on"})
    assert found.link("entry")["seen"] == f"{ENTRY} = user=bob@live"
    assert {found.states()[name] for name in ("store", "mailbox")} == {"skipped"}
    assert SECRET not in json.dumps(found.document)


def test_a_server_that_cant_be_asked_is_one_line(old: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUSHNOTIF_DOVEADM_API_KEY", SECRET)
    code, out, err = old.call("-u", "bob", "--via", "doveadm-http://127.0.0.1:1")
    assert (code, out, err.count("\n")) == (75, "", 1)
    assert SECRET not in err
