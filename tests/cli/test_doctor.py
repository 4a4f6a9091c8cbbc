"""`pushnotif doctor`: the command, its text and its JSON."""

from __future__ import annotations

import json
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from dovecot_conf import Version
from tests.cli.conftest import Outcome, Run
from tests.dovecot.harness.listener import HttpListener
from tests.drivers.doctor.patients import LUA, OX, PUSHES, Site

REPOSITORY = Path(__file__).parents[2]
SCHEMA = json.loads((REPOSITORY / "docs/schemas/doctor.schema.json").read_text())
SECRET = "hunter2-secret"

Doctor = Callable[..., Outcome]


@pytest.fixture(params=list(Version), ids=str)
def site(request: pytest.FixtureRequest) -> Iterator[Callable[..., Site]]:
    """Make a site whose files every user may use."""
    with tempfile.TemporaryDirectory(prefix="pushnotif-doctor-") as name:
        Path(name).chmod(0o777)
        yield lambda **settings: Site(Path(name), request.param, **settings)


@pytest.fixture
def doctor(run: Run) -> Doctor:
    """Run the doctor for bob of a site, with no Postfix but the site's."""

    def call(found: Site, *arguments: str, user: str | None = "bob") -> Outcome:
        path = found.write()
        found.postfix.mkdir(exist_ok=True)
        who = ("-u", user) if user is not None else ()
        mta = ("--postfix", str(found.postfix)) if found.main else ("--protocol", "lmtp")
        return run("doctor", "-c", path, *who, *mta, *arguments)

    return call


def document(outcome: Outcome) -> dict[str, Any]:
    """Return the JSON document, which follows the schema."""
    found: dict[str, Any] = json.loads(outcome.out)
    jsonschema.validate(found, SCHEMA)
    return found


def test_a_notification_that_arrives_is_fine(site: Callable[..., Site], doctor: Doctor) -> None:
    with HttpListener() as endpoint:
        found = site(drivers=(f"ox {endpoint.url('/notify')}",))
        outcome = doctor(found, "--format", "json")
    assert outcome.code == 0
    said = document(outcome)
    assert said["reach"] == "notified"
    assert said["stops_at"] is None
    assert said["protocols"] == ["lmtp"]
    assert said["dovecot_version"] == found.version
    assert said["links"][-1]["path"] == ["lmtp", "event", OX[found.version]]


def test_a_broken_link_is_named_with_its_path_and_exit_code_1(
    site: Callable[..., Site], doctor: Doctor
) -> None:
    found = site()
    found.store("bob")
    outcome = doctor(found, "--format", "json", "--offline")
    said = document(outcome)
    assert outcome.code == 1
    assert said["stops_at"] == ["lmtp", "drivers", OX[found.version], "entry"]
    arrows = " → ".join(("lmtp", OX[found.version], "entry"))
    assert said["verdict"].startswith(f"bob gets no push: it stops at {arrows}: ")


def test_the_tree_is_plain_text_when_nobody_looks(site: Callable[..., Site], doctor: Doctor) -> None:
    outcome = doctor(site(drivers=("dlog",)), "--offline")
    assert outcome.code == 1
    assert "\x1b" not in outcome.out
    lines = outcome.out.splitlines()
    assert lines[0].startswith("✓ configuration")
    assert any(line.startswith("├─ ✗ drivers") for line in lines)
    assert lines[-1].startswith("bob gets no push: it stops at lmtp → drivers: nothing but dlog is loaded")
    assert "→ add the driver that is to notify: ox or lua" in outcome.out


def test_the_tree_has_colours_where_they_are_wanted(
    site: Callable[..., Site], doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    colored = doctor(site(), "--offline", "--color", "always")
    assert "\x1b[" in colored.out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in doctor(site(), "--offline").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in doctor(site(), "--offline").out


@pytest.mark.parametrize(
    ("name", "seen"),
    [("none.conf", "can't read {}: No such file or directory"), ("", "{} is a directory")],
)
def test_a_main_file_that_is_none_is_the_broken_link(run: Run, tmp_path: Path, name: str, seen: str) -> None:
    path = tmp_path / name
    outcome = run("doctor", "-c", path, "-u", "bob", "--format", "json")
    said = document(outcome)
    assert outcome.code == 1
    assert said["verdict"] == f"bob gets no push: it stops at configuration: {seen.format(path)}"
    assert said["links"][0]["remedy"] == ["give the main file, usually /etc/dovecot/dovecot.conf"]
    assert [link["state"] for link in said["links"][1:]] == ["skipped"] * 3


def test_a_main_file_that_may_not_be_read_is_the_broken_link(run: Run, locked_file: Path) -> None:
    outcome = run("doctor", "-c", locked_file, "-u", "bob", "--format", "json")
    said = document(outcome)
    assert outcome.code == 1
    seen = f"can't read {locked_file}: Permission denied"
    assert said["verdict"] == f"bob gets no push: it stops at configuration: {seen}"
    assert said["links"][0]["remedy"] == ["check its permissions"]


def test_quiet_shows_what_is_broken_and_the_verdict(site: Callable[..., Site], doctor: Doctor) -> None:
    outcome = doctor(site(lmtp=""), "--offline", "-q")
    assert outcome.code == 1
    assert outcome.err == ""
    first, *_, last = outcome.out.splitlines()
    assert first.startswith("✗ lmtp → plugins  mail_plugins does not have push_notification")
    assert "✓" not in outcome.out
    assert last.startswith("bob gets no push")
    fine = doctor(site(), "--offline", "-q")
    assert fine.code == 0
    assert fine.out == "nothing is in the way of bob as far as that can be seen offline\n"


def test_rules_and_places_stand_beside_what_is_broken(site: Callable[..., Site], doctor: Doctor) -> None:
    found = site(lmtp="push_notification")
    outcome = doctor(found, "--offline")
    assert "PN201" in outcome.out
    assert f"{found.root}/dovecot.conf:" in outcome.out


def test_offline_opens_no_connection(
    site: Callable[..., Site], doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_named: object) -> None:
        raise AssertionError

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    found = site(lmtp=LUA, drivers=("dlog", "ox http://push.example.com/notify"))
    found.drivers = (*found.drivers, f"lua {found.script}")
    outcome = doctor(found, "--offline")
    assert outcome.code == 0
    assert "would send PUT http://push.example.com/notify" in outcome.out
    assert "would send POST http://127.0.0.1:8009/lua" in outcome.out


@pytest.mark.parametrize("arguments", [(), ("--format", "json"), ("-q",)])
def test_no_secret_is_told(site: Callable[..., Site], doctor: Doctor, arguments: tuple[str, ...]) -> None:
    found = site(drivers=(f"ox http://login:{SECRET}@127.0.0.1:1/notify",))
    outcome = doctor(found, *arguments)
    assert outcome.code == 1
    assert SECRET not in outcome.out + outcome.err


def test_a_secret_in_what_dovecot_refuses_is_not_told(site: Callable[..., Site], doctor: Doctor) -> None:
    found = site(drivers=(f"ox htp://login:{SECRET}@127.0.0.1:1/notify",))
    outcome = doctor(found, "--offline")
    assert outcome.code == 1
    assert SECRET not in outcome.out


def test_a_configuration_that_is_not_there(run: Run, tmp_path: Path) -> None:
    outcome = run("doctor", "-c", tmp_path / "none.conf", "-u", "bob", "--format", "json")
    said = document(outcome)
    assert outcome.code == 1
    assert said["stops_at"] == ["configuration"]
    assert said["dovecot_version"] is None
    assert "No such file or directory" in said["verdict"]
    assert [link["state"] for link in said["links"]] == ["broken", "skipped", "skipped", "skipped"]


def test_without_a_user(site: Callable[..., Site], doctor: Doctor) -> None:
    outcome = doctor(site(), "--format", "json", "--offline", user=None)
    said = document(outcome)
    assert outcome.code == 0
    assert said["user"] is None
    assert said["reach"] == "not tried"


def test_the_built_in_example_is_walked_to_its_end(run: Run) -> None:
    outcome = run("doctor", "--demo", "--format", "json")
    said = document(outcome)
    assert outcome.code == 0
    assert said["user"] == "bob"
    assert {link["state"] for link in said["links"]} == {"ok", "skipped"}
    assert said["links"][-1]["seen"].startswith("would send PUT https://appsuite.example.com/")


def test_who_the_user_is_can_be_said(site: Callable[..., Site], doctor: Doctor) -> None:
    found = site()
    uid = os.getuid() or 1000
    fields = [f"home={found.root}", f"uid={uid}", f"gid={uid}", "mail_plugins=notify"]
    arguments = [word for field in fields for word in ("--userdb", field)]
    outcome = doctor(found, "--offline", "--format", "json", *arguments, user="carol")
    said = document(outcome)
    assert said["links"][1]["seen"].startswith("--userdb: ")
    assert said["stops_at"] == ["lmtp", "plugins"]


def test_ids_that_dovecot_does_not_take(site: Callable[..., Site], doctor: Doctor) -> None:
    outcome = doctor(site(), "--offline", "--format", "json", "--userdb", "home=/h", "--userdb", "uid=0")
    said = document(outcome)
    assert said["stops_at"] == ["user"]
    assert "userdb returned 0 as uid" in said["verdict"]


def test_postfix_below_the_root_is_read(site: Callable[..., Site], run: Run) -> None:
    found = site(lda=PUSHES)
    machine = found.root / "machine"
    (machine / "etc/postfix").mkdir(parents=True)
    (machine / "etc/postfix/main.cf").write_text("mailbox_command = /usr/lib/dovecot/dovecot-lda\n")
    outcome = run("doctor", "-c", found.write(), "--root", machine, "--offline", "--format", "json")
    assert document(outcome)["protocols"] == ["lda"]


def test_the_main_file_below_the_root_is_read_where_none_is_named(
    site: Callable[..., Site], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PUSHNOTIF_CONFIG", raising=False)
    found = site()
    machine = found.root / "machine"
    (machine / "etc/dovecot").mkdir(parents=True)
    found.write().rename(machine / "etc/dovecot/dovecot.conf")
    outcome = run("doctor", "--root", machine, "--offline", "-u", "bob", "--userdb", "home=/srv/bob")
    assert f"{machine}/etc/dovecot/dovecot.conf, accepted" in outcome.out
    assert "so what is in the store isn't known" in outcome.out.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--userdb", "home=/h"), "--userdb needs -u USER"),
        (("-u", ""), "--user must not be empty"),
        (("-u", "bob", "--userdb", "home"), "--userdb wants FIELD=VALUE"),
        (("--postfix", "/"), "--postfix: / has no main.cf"),
        (("--protocol", "pop3"), "'pop3' is not one of 'lmtp', 'lda'"),
        (("--timeout", "0"), "0.0 is not in the range"),
    ],
)
def test_wrong_calls_are_told_in_one_line(run: Run, arguments: tuple[str, ...], complaint: str) -> None:
    outcome = run("doctor", "--demo", *arguments)
    assert outcome.code == 2
    assert complaint in outcome.err
    assert outcome.out == ""
    assert len(outcome.err.splitlines()) == 1
