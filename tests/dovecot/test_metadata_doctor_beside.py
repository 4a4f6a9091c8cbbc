"""`pushnotif metadata doctor` says that a user is switched on exactly when the real ox driver fires."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.main import run
from tests.dovecot.harness.listener import HttpListener
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.harness.server import Dovecot

HTTP_NOTIFY = "/private/vendor/vendor.dovecot/http-notify"
BELOW_SERVER = "/private/vendor/vendor.dovecot/pvt/server/vendor/vendor.dovecot/http-notify"
MAIL = b"From: a@example.com\r\nSubject: Hi\r\n\r\nHello\r\n"
OX: Mapping[str, str] = {
    "2.3": "push_notification_driver = ox:url={url} user_from_metadata\n",
    "2.4": "push_notification ox {{\n  url = {url}\n  ox_user_from_metadata = yes\n}}\n",
}
DLOG: Mapping[str, str] = {
    "2.3": "push_notification_driver = dlog\n",
    "2.4": "push_notification dlog {\n}\n",
}


@dataclass
class Both:
    """A server whose ox driver sends to a listener, and our configuration of it."""

    server: Dovecot
    configuration: Path
    listener: HttpListener
    capture: pytest.CaptureFixture[str]

    def doctor(self, user: str, *args: str) -> dict[str, Any]:
        self.capture.readouterr()
        code = run(
            ["metadata", "doctor", "-c", str(self.configuration), "-u", user, "--format", "json", *args]
        )
        found: dict[str, Any] = json.loads(self.capture.readouterr().out)["users"][0]
        assert code == (0 if found["switched"] in ("on", "not needed") else 1)
        return found

    def fired(self, user: str) -> list[dict[str, Any]]:
        """Deliver a mail to a user; return the bodies that came."""
        self.listener.reset()
        answers = self.server.deliver_lmtp(user, MAIL)
        assert [answer[:3] for answer in answers] == ["250"]
        return [json.loads(request.body) for request in self.listener.requests]

    def new_user(self) -> str:
        user = self.server.new_user()
        self.server.set_uidvalidity(user, 1700000000)
        return user


def start(version: str, request: pytest.FixtureRequest, push: str, **more: Any) -> Dovecot:
    factory: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    return factory(push, **more)


@pytest.fixture(params=["2.3", "2.4"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def both(
    version: str,
    request: pytest.FixtureRequest,
    http_listener: HttpListener,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Both:
    server = start(version, request, OX[version].format(url=http_listener.url("/")))
    return beside(server, tmp_path, http_listener, capsys)


def beside(
    server: Dovecot, folder: Path, listener: HttpListener, capture: pytest.CaptureFixture[str]
) -> Both:
    configuration = folder / "dovecot.conf"
    # The server may run in a root of its own: the same files have longer paths from here.
    configuration.write_text(server.config_file.read_text().replace(server.place.root, str(server.root)))
    return Both(server, configuration, listener, capture)


VALUES = (
    "user=NAME",
    "user=other@ox.example.com",
    "user=",
    "",
    "user",
    "NAME",
    "User=NAME",
    "user = NAME",
    " user=NAME",
    "user=NAME ",
    "user:NAME",
    '"user=NAME"',
    "user==NAME",
    "user=NAME events=MessageNew",
    "events=MessageNew user=NAME",
    "events=MessageNew\tuser=NAME",
    "user=NAME\tuser=last",
    "user=NAME\tuser",
    "user=NAME\nuser=line",
    "first\nuser=NAME",
    "user=x\x01ty",
    "user=ünï",
)


@pytest.mark.parametrize("value", VALUES)
def test_a_value_switches_on_exactly_when_ox_fires(both: Both, value: str) -> None:
    user = both.new_user()
    both.server.set_metadata(user, HTTP_NOTIFY, value.replace("NAME", user))
    found = both.doctor(user)
    bodies = both.fired(user)
    assert (found["switched"] == "on") is bool(bodies), found["verdict"]
    for body in bodies:
        told = body["user"]
        shown = told if told.isprintable() else repr(told)
        assert found["links"][-1]["notes"][0] == f"ox is told of user {shown}"


PLACES = (
    ("", HTTP_NOTIFY),
    ("", HTTP_NOTIFY.upper()),
    ("INBOX", BELOW_SERVER),
    ("inbox", BELOW_SERVER),
    ("INBOX", HTTP_NOTIFY),
    ("", HTTP_NOTIFY.replace("private", "shared")),
    ("INBOX", BELOW_SERVER.replace("private", "shared")),
    ("Other", BELOW_SERVER),
    ("Other", HTTP_NOTIFY),
    ("", HTTP_NOTIFY.replace("http-notify", "http_notify")),
    ("", HTTP_NOTIFY.replace("vendor.dovecot", "dovecot")),
    ("", f"{HTTP_NOTIFY}/"),
    ("", BELOW_SERVER),
)


@pytest.mark.parametrize(("mailbox", "entry"), PLACES)
def test_a_place_switches_on_exactly_when_ox_fires_and_another_is_named(
    both: Both, mailbox: str, entry: str
) -> None:
    user = both.new_user()
    if mailbox == "Other":
        both.server.create_mailbox(user, mailbox)
    value = f"user={user}"
    both.server.set_metadata(user, entry, value, mailbox)
    found = both.doctor(user)
    assert (found["switched"] == "on") is bool(both.fired(user)), found["verdict"]
    if found["switched"] == "off":
        assert any(value in note for note in found["links"][-1]["notes"]), found["links"][-1]


def test_a_user_who_was_never_switched_on_is_off_and_the_command_shown_switches_on(both: Both) -> None:
    user = both.new_user()
    found = both.doctor(user)
    assert (found["switched"], both.fired(user)) == ("off", [])
    ours, theirs = found["links"][-1]["remedy"]
    assert theirs.startswith("doveadm ")
    other = both.new_user()
    words = theirs.split(" mailbox metadata ")[1].replace(user, other).replace("''", "").split()
    words.insert(words.index("-s") + 1, "")
    both.server.doveadm_silently("mailbox", "metadata", *words)
    assert both.doctor(other)["switched"] == "on"
    assert both.fired(other)
    assert ours.startswith(f"pushnotif metadata set -c {both.configuration} ")


def test_a_user_whose_inbox_was_made_anew_is_off_and_the_old_value_is_named(both: Both) -> None:
    user = both.new_user()
    both.server.set_metadata(user, HTTP_NOTIFY, f"user={user}")
    assert both.doctor(user)["switched"] == "on"
    shutil.rmtree(both.server.mail_dir(user))
    missing = both.doctor(user)
    assert [link["state"] for link in missing["links"]] == ["ok", "ok", "ok", "broken", "broken"]
    assert both.fired(user) == []
    found = both.doctor(user)
    assert both.fired(user) == []
    assert found["switched"] == "off"
    assert "set for an INBOX that is no more" in found["links"][-1]["notes"][0]


def test_a_store_that_the_mail_user_can_not_read_is_off(both: Both) -> None:
    user = both.new_user()
    both.server.set_metadata(user, HTTP_NOTIFY, f"user={user}")
    store = both.server.dict_file(user)
    shutil.chown(store, "root", "root")
    store.chmod(0o600)
    found = both.doctor(user)
    assert (found["switched"], both.fired(user)) == ("off", [])
    (link,) = [link for link in found["links"] if link["state"] == "broken"]
    assert link["name"] == "store"
    assert "Permission denied" in link["seen"]


def test_imap_never_makes_ox_fire(both: Both) -> None:
    user = both.new_user()
    both.server.set_metadata(user, HTTP_NOTIFY, f"user={user}")
    found = both.doctor(user)
    both.listener.reset()
    both.server.imap(user, [("APPEND INBOX", MAIL)])
    assert both.listener.requests == []
    assert any("fires for deliveries only" in note for note in found["links"][1]["notes"])
    assert both.fired(user)


def test_a_delivery_by_lda_fires_too(both: Both) -> None:
    user = both.new_user()
    both.server.set_metadata(user, HTTP_NOTIFY, f"user={user}")
    assert "in lmtp and lda" in both.doctor(user)["links"][1]["seen"]
    both.listener.reset()
    both.server.deliver_lda(user, MAIL)
    assert both.listener.wait_for(1)


@pytest.mark.parametrize("plugins", [("notify", "push_notification"), (), ("notify",)], ids=" ".join)
def test_without_ox_or_its_plugin_nobody_is_switched_on(
    plugins: tuple[str, ...],
    version: str,
    request: pytest.FixtureRequest,
    http_listener: HttpListener,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    push = DLOG[version] if "push_notification" in plugins else OX[version].format(url=http_listener.url("/"))
    server = start(version, request, push, plugins=plugins)
    both = beside(server, tmp_path, http_listener, capsys)
    user = both.new_user()
    server.set_metadata(user, HTTP_NOTIFY, f"user={user}")
    found = both.doctor(user)
    assert found["switched"] == ("not needed" if "push_notification" in plugins else "off")
    assert both.fired(user) == []


OTHER_DICT_FOR_LMTP = {
    "2.3": "protocol lmtp {\n  mail_attribute_dict = file:@root@/mail/lmtp-%u.dict\n}\n",
    "2.4": "protocol lmtp {\n  mail_attribute {\n    dict file {\n"
    "      path = @root@/mail/lmtp-%{user}.dict\n    }\n  }\n}\n",
}


def test_a_dict_of_lmtp_alone_leaves_a_user_that_doveadm_switched_on_partly_off(
    version: str,
    request: pytest.FixtureRequest,
    http_listener: HttpListener,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    push = OX[version].format(url=http_listener.url("/"))
    server = start(version, request, push, extra=OTHER_DICT_FOR_LMTP[version])
    both = beside(server, tmp_path, http_listener, capsys)
    user = both.new_user()
    server.set_metadata(user, HTTP_NOTIFY, f"user={user}")
    found = both.doctor(user)
    assert found["switched"] == "partly"
    assert found["verdict"].startswith(f"{user} is switched on for lda, and not for lmtp: ")
    assert both.fired(user) == []
    server.deliver_lda(user, MAIL)
    assert both.listener.wait_for(1)
