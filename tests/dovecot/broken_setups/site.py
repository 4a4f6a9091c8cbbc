"""A site whose users are notified, until something breaks: a real server, a real endpoint, and the doctor."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import ssl
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cli.main import run
from tests.dovecot.endpoints import GOOD
from tests.dovecot.harness.listener import HttpListener, ReceivedRequest
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.harness.server import Dovecot, StartError
from tests.dovecot.harness.setups import ROOT_MARK

SETUPS = Path(__file__).parents[3] / "fixtures" / "broken-setups"
GUID = f"{1:032x}"
KEY = f"priv/{GUID}/vendor/vendor.dovecot/pvt/server/vendor/vendor.dovecot/http-notify"
SUBJECT = "A real mail"
MAIL = f"From: a@example.com\r\nSubject: {SUBJECT}\r\n\r\nHello\r\n".encode()
TEST_SUBJECT = "This is a test of pushnotif doctor"


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="who isn't root has no other rights to give away")


class Said(NamedTuple):
    """What the doctor says about the first link that is broken."""

    verdict: str
    seen: str
    remedy: list[str]
    notes: list[str]


@dataclass
class Site:
    """A mail server with one setup of ``fixtures/broken-setups``, and the endpoint that it notifies.

    ``by`` is the protocol that mails really come in by, ``options`` what the doctor is told.
    """

    version: str
    start: DovecotFactory
    capture: pytest.CaptureFixture[str]
    configuration: Path
    port: int
    by: str = "lmtp"
    options: tuple[str, ...] = ("--protocol", "lmtp")
    values: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=lambda: {"ca.pem": GOOD})
    push: str = ""
    user: str = ""
    listener: HttpListener = field(init=False)
    server: Dovecot = field(init=False)

    # What is built, and changed

    @contextlib.contextmanager
    def endpoint(self, tls: ssl.SSLContext | None = None) -> Iterator[HttpListener]:
        """Run the endpoint at its port; without it nobody listens there."""
        with HttpListener(tls, self.port) as self.listener:
            yield self.listener

    def text(self, setup: str, name: str = "") -> str:
        """Return a file of a setup, its configuration if none is named, with all values but the root."""
        text = (SETUPS / setup / (name or f"{self.version}.conf")).read_text(encoding="utf-8")
        values = {"url": f"http://127.0.0.1:{self.port}/push", **self.values}
        for key, value in values.items():
            text = text.replace(f"@{key}@", value)
        return text

    def set_up(self, setup: str, *, script: str = "", **values: str) -> None:
        """Run a server with a setup, and with the script of that or another one."""
        self.values |= values
        path = SETUPS / (script or setup) / "push.lua"
        if path.exists():
            self.files["push.lua"] = self.text(script or setup, path.name)
        self.run(self.text(setup))

    def edit(self, change: Callable[[str], str]) -> None:
        """Change what the configuration says about pushes, and run a server with that."""
        self.run(change(self.push))

    def take_over(self) -> None:
        """Run a server with what a command has made of the configuration."""
        text = self.configuration.read_text()
        push = text[text.index(self.push.partition("\n")[0]) :]
        self.run(push.replace(str(self.server.root), ROOT_MARK))

    def run(self, push: str) -> None:
        """Run a server whose configuration says this about pushes, for a new user who is switched on.

        Raises StartError where it doesn't start; its configuration is there to be looked at.
        """
        before, self.push = self.push, push
        try:
            self.server = self.start(extra=push, plugins=None, files=self.files, attribute_dict=None)
        except StartError:
            text = self.configuration.read_text()
            self.configuration.write_text(
                text.replace(self._seen_from_here(before), self._seen_from_here(push))
            )
            raise
        text = self.server.config_file.read_text()
        self.configuration.write_text(text.replace(self.server.place.root, str(self.server.root)))
        self.new_user()

    def _seen_from_here(self, text: str) -> str:
        """The server may run in a root of its own: the same files have longer paths from here."""
        return text.replace(ROOT_MARK, str(self.server.root))

    def new_user(self, value: str = "user={user}") -> None:
        """Let mails be for a new user, with this value in METADATA."""
        self.user = self.server.new_user()
        self.server.make_maildir(self.user, {"INBOX": GUID}, 1700000000)
        self.server.write_dict(self.user, {KEY: value.format(user=self.user)} if value else {})

    # What is seen

    def mail_arrives(self) -> None:
        """Deliver a real mail."""
        self.listener.reset()
        self.server.forget_log()
        if self.by == "lda":
            self.server.deliver_lda(self.user, MAIL)
        else:
            with contextlib.suppress(ConnectionError):
                self.server.deliver_lmtp(self.user, MAIL)

    def pushes(self) -> list[ReceivedRequest]:
        """Return the requests that notify; others are harmless questions."""
        return [request for request in self.listener.requests if request.method == "PUT"]

    def works(self) -> None:
        """See a real mail notify, and the doctor find nothing but that."""
        self.mail_arrives()
        (push,) = self.pushes()
        assert SUBJECT in push.raw.decode()
        said = self._doctor()
        assert (said["reach"], said["stops_at"], said["is_fine"]) == ("notified", None, True), said["verdict"]
        (push,) = self.pushes()
        assert TEST_SUBJECT in push.raw.decode()

    def is_silent(self) -> None:
        """See a real mail that nobody is told of."""
        self.mail_arrives()
        assert self.pushes() == []

    def fails(self, words: str) -> None:
        """See a real mail whose notification fails, as the server logs."""
        self.mail_arrives()
        errors = [line for line in self.server.push_log() if line.startswith("Error: ")]
        assert any(words in line for line in errors), self.server.log()

    def has(self, setting: str, protocol: str) -> str:
        """Return what the real doveconf says of a setting."""
        installation = self.server.installation
        file = installation.inside(self.server.config_file)
        command = installation.command("doveconf", "-c", file, "-f", f"protocol={protocol}", "-h", setting)
        return subprocess.run(command, capture_output=True, check=True, text=True).stdout

    def stops_at(self, *path: str) -> Said:
        """See the doctor stop at this link."""
        said = self._doctor()
        assert said["stops_at"] == list(path), said["verdict"]
        (link,) = (link for link in said["links"] if link["path"] == said["stops_at"])
        assert link["seen"] in said["verdict"]
        return Said(said["verdict"], link["seen"], link["remedy"], link["notes"])

    def _doctor(self) -> Mapping[str, Any]:
        self.listener.reset()
        self.capture.readouterr()
        call = ["doctor", "-c", str(self.configuration), "-u", self.user, *self.options]
        code = run([*call, "--format", "json"])
        found: dict[str, Any] = json.loads(self.capture.readouterr().out)
        assert code == (0 if found["is_fine"] else 1)
        return found


def follow(command: str) -> None:
    """Do what a remedy says that is a command."""
    words = shlex.split(command)
    if words[0] == "pushnotif":
        assert run(words[1:]) == 0
        return
    subprocess.run(words, check=True)


def pasted(remedy: str) -> str:
    """Return the settings of a remedy as they stand in a file: one brace and setting a line."""
    setting, _, _ = remedy.removeprefix("set ").partition(", one brace")
    return setting.replace("{ ", "{\n").replace(" }", "\n}").replace(", ", "\n") + "\n"
