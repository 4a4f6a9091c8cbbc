"""`pushnotif simulate message-new` and a real delivery of the same mail, request and log side by side."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.main import run
from tests.dovecot.harness.listener import HttpListener
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.harness.server import Dovecot

REPOSITORY = Path(__file__).parents[2]
MESSAGES = REPOSITORY / "tests" / "dovecot" / "inputs" / "messages"
MAILS = [
    REPOSITORY / "fixtures" / "first-day" / "mail.eml",
    MESSAGES / "html-entities.eml",
    MESSAGES / "many-folds.eml",
    MESSAGES / "subject-controls.eml",
    MESSAGES / "emoji-at-the-limit.eml",
]
HTTP_NOTIFY = "/private/vendor/vendor.dovecot/http-notify"
UIDVALIDITY = 1700000000
DEBIAN_TREE = Path("/usr/share/dovecot")
"""What the package installs as /etc/dovecot, untouched by the administrator."""
PUSH_FILE = """\
mail_plugins = $mail_plugins notify push_notification
plugin {
  push_notification_driver = dlog
  push_notification_driver2 = ox:url=%s user_from_metadata
}
"""
PUSH = {
    "2.3": "push_notification_driver = dlog\npush_notification_driver2 = ox:url=%s cache_lifetime=10secs\n",
    "2.4": "push_notification dlog {\n}\npush_notification ox {\n  url = %s\n}\n",
}


@dataclass(frozen=True)
class Ours:
    """pushnotif beside a server, on the same configuration, mail folders and listener."""

    server: Dovecot
    configuration: Path
    capture: pytest.CaptureFixture[str]

    def __call__(self, *args: str | Path) -> str:
        """Run pushnotif on the server's configuration; return what it prints, success being a must."""
        self.capture.readouterr()
        command, *rest = map(str, args)
        code = run([*command.split(), "-c", str(self.configuration), *rest])
        out, err = self.capture.readouterr()
        assert code == 0, err + out
        return out

    def simulated_log(self, user: str, mail: Path, uid: int, *args: str) -> list[str]:
        """Simulate the delivery of a mail, for real; return the log."""
        out = self(
            "simulate message-new",
            *("-u", user, "--message", mail, "--uid", str(uid), "--unseen", str(uid - 1)),
            *("--uidvalidity", str(UIDVALIDITY), "--show-secrets", "--format", "json", *args),
        )
        return [f"{line['level']}: {line['message']}" for line in json.loads(out)["log"]]


Beside = Callable[[Dovecot], Ours]


@pytest.fixture
def beside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Beside:
    def make(server: Dovecot) -> Ours:
        # The server may run in a root of its own: the same files have longer paths from here.
        path = tmp_path / "dovecot.conf"
        text = server.config_file.read_text(encoding="utf-8")
        path.write_text(text.replace(server.place.root, str(server.root)), encoding="utf-8")
        return Ours(server, path, capsys)

    return make


def without_date(raw: bytes) -> bytes:
    return re.sub(rb"(?m)^Date: [^\r]+\r$", b"Date: ...\r", raw, count=1)


def the_request(listener: HttpListener) -> bytes:
    """Return the one request that came, and forget it."""
    (request,) = listener.wait_for(1)
    listener.reset()
    return without_date(request.raw)


@pytest.fixture
def debian_server(dovecot23: DovecotFactory, http_listener: HttpListener) -> Dovecot:
    """Start a server on Debian's own tree with one more file, in folders and ports of its own."""
    paths = [DEBIAN_TREE / "dovecot.conf", *(DEBIAN_TREE / "conf.d").iterdir()]
    files = {f"etc/{path.relative_to(DEBIAN_TREE)}": path.read_text(encoding="utf-8") for path in paths}
    files = {name: text.replace("/etc/dovecot/", "@root@/etc/") for name, text in files.items()}
    files |= dict.fromkeys(("etc/private/dovecot.pem", "etc/private/dovecot.key"), "not needed: ssl = no\n")
    files["etc/conf.d/99-push.conf"] = PUSH_FILE % http_listener.url("/push/v1", "login:p%%20ss")
    return dovecot23(base="!include @root@/etc/dovecot.conf\n", plugins=None, files=files)


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: mail.stem)
def test_on_debians_tree_the_request_is_byte_for_byte_that_of_the_server(
    debian_server: Dovecot, http_listener: HttpListener, beside: Beside, mail: Path
) -> None:
    ours, user = beside(debian_server), debian_server.new_user()
    debian_server.set_uidvalidity(user, UIDVALIDITY)
    ours("metadata set", "-u", user, "-s", "", HTTP_NOTIFY, f"user={user}@ox.example.com")
    debian_server.forget_log()
    debian_server.deliver_lmtp(user, mail.read_bytes())
    theirs = the_request(http_listener)
    log = ours.simulated_log(user, mail, 1)
    assert the_request(http_listener) == theirs
    assert log == debian_server.push_log()


def test_on_debians_tree_nothing_is_found_wrong_and_both_drivers_load(
    debian_server: Dovecot, beside: Beside
) -> None:
    ours = beside(debian_server)
    assert json.loads(ours("validate", "--format", "json"))["summary"]["error"] == 0
    shown = ours("drivers")
    assert "dlog" in shown
    assert "ox" in shown


def test_on_debians_tree_a_user_without_metadata_is_not_notified(
    debian_server: Dovecot, http_listener: HttpListener, beside: Beside
) -> None:
    ours, user = beside(debian_server), debian_server.new_user()
    debian_server.set_uidvalidity(user, UIDVALIDITY)
    debian_server.forget_log()
    debian_server.deliver_lmtp(user, MAILS[0].read_bytes())
    assert ours.simulated_log(user, MAILS[0], 1) == debian_server.push_log()
    assert http_listener.requests == []


@pytest.fixture(params=["2.3", "2.4"])
def server(request: pytest.FixtureRequest, http_listener: HttpListener) -> Dovecot:
    version: str = request.param
    start: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    return start(PUSH[version] % http_listener.url("/notify", "login:secret"))


@pytest.mark.parametrize("protocol", ["lmtp", "lda"])
def test_the_second_mail_of_a_switched_on_user_is_notified_as_by_the_server(
    server: Dovecot, protocol: str, http_listener: HttpListener, beside: Beside
) -> None:
    user, mail = server.new_user(), MAILS[0]
    server.set_uidvalidity(user, UIDVALIDITY)
    server.set_metadata(user, HTTP_NOTIFY, f"user={user}")
    server.save_silently(user, "INBOX", mail.read_bytes())
    server.forget_log()
    if protocol == "lda":
        server.deliver_lda(user, mail.read_bytes())
    else:
        server.deliver_lmtp(user, mail.read_bytes())
    theirs = the_request(http_listener)
    log = beside(server).simulated_log(user, mail, 2, "--protocol", protocol)
    assert the_request(http_listener) == theirs
    assert log == server.push_log()
