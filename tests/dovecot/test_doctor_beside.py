"""`pushnotif doctor` says that a user is notified exactly when a real server notifies, and why not if not."""

from __future__ import annotations

import contextlib
import grp
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cli.main import run
from tests.dovecot.harness.listener import HttpListener, ReceivedRequest
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.harness.server import Dovecot
from tests.dovecot.harness.setups import account

GUID = f"{1:032x}"
KEY = f"priv/{GUID}/vendor/vendor.dovecot/pvt/server/vendor/vendor.dovecot/http-notify"
MAIL = b"From: a@example.com\r\nSubject: Hi\r\n\r\nHello\r\n"
NOTIFYING = ("notify", "push_notification")
OX: Mapping[str, str] = {
    "2.3": "push_notification_driver = ox:url={url} user_from_metadata\n",
    "2.4": "push_notification ox {{\n  url = {url}\n  ox_user_from_metadata = yes\n}}\n",
}
STATIC: Mapping[str, str] = {
    "2.3": (
        "userdb {{\n  driver = static\n"
        "  args = uid={user} gid={group} home=@root@/mail/home-%u {fields}\n}}\n"
    ),
    "2.4": (
        "userdb static {{\n  fields {{\n    uid = {user}\n    gid = {group}\n"
        "    home = @root@/mail/home-%{{user}}\n    {fields}\n  }}\n}}\n"
    ),
}


def userdb(version: str, **fields: str) -> str:
    """Return a userdb that knows everybody, with these fields."""
    owner = account()
    words = (f"{name}={value}" for name, value in fields.items())
    shown = " ".join(words) if version == "2.3" else "\n    ".join(words)
    return STATIC[version].format(user=owner.user, group=owner.group, fields=shown)


class Went(NamedTuple):
    """How a delivery went; ``ended_by`` is what the process ended with, '' if it went on."""

    is_stored: bool
    is_notified: bool
    ended_by: str


class Beside(NamedTuple):
    """A real server, and what the doctor says about our copy of its configuration."""

    server: Dovecot
    configuration: Path
    listener: HttpListener
    capture: pytest.CaptureFixture[str]

    def doctor(self, user: str, protocol: str = "lmtp") -> dict[str, Any]:
        """Return what the doctor says; its exit code follows from that."""
        self.capture.readouterr()
        call = ["doctor", "-c", str(self.configuration), "-u", user, "--protocol", protocol]
        code = run([*call, "--format", "json"])
        said: dict[str, Any] = json.loads(self.capture.readouterr().out)
        assert code == (0 if said["is_fine"] else 1)
        return said

    @property
    def notifications(self) -> list[ReceivedRequest]:
        """What came, without what only asks whether somebody is there."""
        return [request for request in self.listener.requests if request.method in ("PUT", "POST")]

    def deliver(self, user: str, protocol: str = "lmtp") -> Went:
        """Deliver a real mail, and see how that went."""
        self.listener.reset()
        self.server.forget_log()
        if protocol == "lda":
            self.server.deliver_lda(user, MAIL)
        else:
            with contextlib.suppress(ConnectionError):
                self.server.deliver_lmtp(user, MAIL)
        stored = any((self.server.mail_dir(user) / "new").iterdir())
        ends = re.findall(r": (?:Panic|Fatal): (?!master: )(.*)", self.server.log())
        return Went(stored, bool(self.listener.requests), ends[0] if ends else "")

    def simulates(self, user: str, protocol: str) -> bool:
        """Simulate the same mail; tell whether a notification of it came."""
        self.listener.reset()
        call = ["simulate", "message-new", "-c", str(self.configuration), "-u", user, "--protocol", protocol]
        run([*call, "-q"])
        return bool(self.listener.requests)

    def new_user(self) -> str:
        """Return a user who is switched on."""
        user = self.server.new_user()
        self.server.make_maildir(user, {"INBOX": GUID}, 1700000000)
        self.server.write_dict(user, {KEY: f"user={user}"})
        return user


@pytest.fixture(params=["2.3", "2.4"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def beside(
    version: str,
    request: pytest.FixtureRequest,
    http_listener: HttpListener,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Any:
    factory: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")

    def start(push: str = "", **more: Any) -> Beside:
        server = factory(push or OX[version].format(url=http_listener.url("/")), **more)
        path = tmp_path / "dovecot.conf"
        # The server may run in a root of its own: the same files have longer paths from here.
        path.write_text(server.config_file.read_text().replace(server.place.root, str(server.root)))
        return Beside(server, path, http_listener, capsys)

    return start


def test_a_user_who_is_notified(beside: Any) -> None:
    found = beside()
    user = found.new_user()
    assert found.deliver(user).is_notified
    found.listener.reset()
    said = found.doctor(user)
    assert said["reach"] == "notified", said["verdict"]
    (request,) = found.notifications
    assert json.loads(request.body)["subject"] == "This is a test of pushnotif doctor"


BOTH = "notify,push_notification"
LISTS = (
    ((), BOTH),
    (("notify",), BOTH),
    (("push_notification",), BOTH),
    (("quota",), BOTH),
    (NOTIFYING, "notify"),
    (NOTIFYING, "push_notification"),
    (NOTIFYING, "quota"),
    (NOTIFYING, f"{BOTH},quota"),
    (("notify",), "push_notification"),
    (("notify",), "quota"),
    ((), "push_notification"),
)
"""The plugins of the configuration, and those that the userdb gives to the user."""


@pytest.mark.parametrize("protocol", ["lmtp", "lda"])
@pytest.mark.parametrize(("plugins", "own"), LISTS)
def test_the_userdb_has_a_list_of_its_own(
    beside: Any, version: str, plugins: tuple[str, ...], own: str, protocol: str
) -> None:
    found = beside(plugins=plugins, userdb=userdb(version, mail_plugins=own))
    user = found.new_user()
    went = found.deliver(user, protocol)
    said = found.doctor(user, protocol)
    assert (said["reach"] == "notified") is (went.is_stored and went.is_notified and not went.ended_by)
    if said["reach"] != "notified":
        assert said["stops_at"] == [protocol, "plugins"]
    if went.ended_by:
        assert went.ended_by in said["verdict"]
    assert found.simulates(user, protocol) is (went.is_notified and not went.ended_by)


@pytest.mark.parametrize("value", ["yes", "no"])
def test_the_userdb_has_one_item_of_the_list(beside: Any, version: str, value: str) -> None:
    fields = {"mail_plugins/push_notification": value}
    found = beside(plugins=NOTIFYING, userdb=userdb(version, **fields))
    user = found.new_user()
    went = found.deliver(user, "lmtp")
    said = found.doctor(user, "lmtp")
    assert (said["reach"] == "notified") is went.is_notified
    if went.ended_by:
        assert went.ended_by in said["verdict"]


OWN_DRIVERS = {
    "2.3": {"push_notification_driver": "ox:url={url}"},
    "2.4": {"push_notification/ox/push_notification_ox_url": "{url}"},
}


@pytest.mark.parametrize("is_defined", [True, False])
def test_the_userdb_has_an_endpoint_of_its_own(beside: Any, version: str, is_defined: bool) -> None:
    url = beside().listener.url("/own")
    fields = {name: value.format(url=url) for name, value in OWN_DRIVERS[version].items()}
    found = beside("" if is_defined else "# none", userdb=userdb(version, **fields))
    user = found.new_user()
    went = found.deliver(user)
    targets = [request.target for request in found.notifications]
    assert found.simulates(user, "lmtp") is went.is_notified
    found.listener.reset()
    said = found.doctor(user)
    assert (said["reach"] == "notified") is went.is_notified
    assert [request.target for request in found.notifications] == targets


LUA = {
    "2.3": "push_notification_driver = lua:file=@root@/push.lua\n",
    "2.4": "push_notification lua {\n  lua_file = @root@/push.lua\n}\n",
}
SCRIPT = """
function dovecot_lua_notify_begin_txn(user) return {} end
function dovecot_lua_notify_event_message_new(ctx, event)
  dovecot.http.client({}):request({url = "URL", method = "POST"}):submit()
end
function dovecot_lua_notify_end_txn(ctx, success) end
"""
GROUP = "mail"
WITH_GROUP = {
    "none": ("", {}),
    "mail_access_groups": (f"mail_access_groups = {GROUP}\n", {}),
    "extra_groups of the service": (f"service lmtp {{\n  extra_groups = {GROUP}\n}}\n", {}),
    "the groups of a system user": ("", {"system_groups_user": GROUP}),
}
"""Ways to get into a group, as text of the configuration and as fields of the userdb."""


@pytest.mark.skipif(os.geteuid() != 0, reason="who isn't root has no other rights to give away")
@pytest.mark.parametrize("name", WITH_GROUP)
@pytest.mark.parametrize("protocol", ["lmtp", "lda"])
def test_a_script_for_a_group(beside: Any, version: str, protocol: str, name: str) -> None:
    extra, fields = WITH_GROUP[name]
    plugins = (*NOTIFYING, "mail_lua", "push_notification_lua")
    url = beside().listener.url("/")
    files = {"push.lua": SCRIPT.replace("URL", url)}
    found = beside(LUA[version], plugins=plugins, files=files, extra=extra, userdb=userdb(version, **fields))
    script = found.server.root / "push.lua"
    os.chown(script, 0, grp.getgrnam(GROUP).gr_gid)
    script.chmod(0o640)
    user = found.new_user()
    went = found.deliver(user, protocol)
    said = found.doctor(user, protocol)
    assert (said["stops_at"] is None) is went.is_notified, (went, said["verdict"])
    if not went.is_notified:
        assert said["stops_at"][-1] in ("readable", "script")
