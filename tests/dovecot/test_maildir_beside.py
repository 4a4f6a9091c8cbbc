"""`simulate --maildir` before a delivery, and what the server then gives: UID, UIDVALIDITY, unseen."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.main import run
from tests.dovecot.harness.listener import HttpListener
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.harness.server import Dovecot

MAIL = b"From: a@example.com\nSubject: hello\n\nHello.\n"
HTTP_NOTIFY = "/private/vendor/vendor.dovecot/http-notify"
CHAIN = {
    "2.3": "push_notification_driver = ox:url=%s\n",
    "2.4": "push_notification ox {\n  url = %s\n}\n",
}


@pytest.fixture(params=["2.3", "2.4"])
def server(request: pytest.FixtureRequest, http_listener: HttpListener) -> Dovecot:
    version: str = request.param
    start: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    return start(CHAIN[version] % http_listener.url("/notify"))


def put(folder: Path, name: str) -> None:
    """Put a mail into a Maildir as a program other than Dovecot does."""
    path = folder / name
    path.write_bytes(MAIL)
    above = folder.stat()
    os.chown(path, above.st_uid, above.st_gid)


def nothing(maildir: Path) -> None:
    """Leave a Maildir as it is."""


def arrivals(maildir: Path) -> None:
    for number in range(3):
        put(maildir / "new", f"170000000{number}.M1P1.elsewhere")


def flagged_arrivals(maildir: Path) -> None:
    put(maildir / "new", "1700000001.M1P1.elsewhere:2,S")
    put(maildir / "new", "1700000002.M1P1.elsewhere:2,F")


def restored(maildir: Path) -> None:
    put(maildir / "cur", "1700000001.M1P1.elsewhere:2,S")
    put(maildir / "cur", "1700000002.M1P1.elsewhere:2,F")


def hidden(maildir: Path) -> None:
    put(maildir / "new", ".nfs0001")
    put(maildir / "cur", ".backup:2,")
    (maildir / "new" / "folder").mkdir()


def removed(maildir: Path) -> None:
    for path in (*(maildir / "cur").iterdir(), *(maildir / "new").iterdir()):
        path.unlink()


@pytest.mark.parametrize("change", [nothing, arrivals, flagged_arrivals, restored, hidden, removed])
def test_a_delivery_gets_the_numbers_foretold_from_the_maildir(
    server: Dovecot,
    http_listener: HttpListener,
    change: Callable[[Path], None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    user = server.new_user()
    server.set_metadata(user, HTTP_NOTIFY, f"user={user}")
    for _ in range(2):
        server.save_silently(user, "INBOX", MAIL)
    maildir = server.mail_dir(user)
    change(maildir)
    mail = tmp_path / "mail.eml"
    mail.write_bytes(MAIL)
    capsys.readouterr()
    arguments = ["simulate", "message-new", "--demo", "-q", "--format", "json"]
    assert run([*arguments, "-u", user, "--message", str(mail), "--maildir", str(maildir)]) == 0
    (transaction,) = json.loads(capsys.readouterr().out)["transactions"]
    ours = json.loads(next(d for d in transaction["drivers"] if d["driver"] == "ox")["requests"][0]["body"])
    server.deliver_lmtp(user, MAIL)
    (request,) = http_listener.wait_for(1)
    assert ours == json.loads(request.body)
