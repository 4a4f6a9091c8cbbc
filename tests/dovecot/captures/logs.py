"""Whole logs of servers where a notification is sent, fails or never begins (``log_setups.py``).

``@root@`` stands for the server's folder and ``@port@`` for the listener's port; time stamps, processes
and sessions are those of the run. What doveadm said on stderr stands at the end.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Self

import trustme

from tests.dovecot.captures.common import PORT_MARK, Bench, Record
from tests.dovecot.captures.log_setups import SCENES, Scene
from tests.dovecot.harness import clients
from tests.dovecot.harness.installations import Installation
from tests.dovecot.harness.listener import HttpListener, Script
from tests.dovecot.harness.server import Dovecot, StartError
from tests.dovecot.harness.setups import ROOT_MARK, Setup

MAIL = (
    b"From: alice@example.org\r\nTo: bob@example.org\r\nSubject: hi\r\n"
    b"Message-ID: <1@example.org>\r\n\r\nhi\r\n"
)
ENTRY = "/private/vendor/vendor.dovecot/http-notify"
DEVICES = ("null", "zero", "random", "urandom")


class StampedDovecot(Dovecot):
    """A server whose log has time stamps, or is elsewhere: nothing waits for certain lines in it."""

    def _warm_up(self) -> None:
        self.forget_log()

    def wait(self) -> None:
        """Wait until the log grows no more."""
        time.sleep(0.2)
        self._wait_for_quiet_log()


class Syslog:
    """A private /dev/log of the processes of an installation, which keeps what comes as it is."""

    def __init__(self, installation: Installation) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="pushnotif-dev-", dir="/tmp"))
        self.installation = self._with_devices(installation)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.settimeout(0.1)
        self._socket.bind(str(self._folder / "log"))
        (self._folder / "log").chmod(0o666)
        self._got: list[bytes] = []
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def _with_devices(self, installation: Installation) -> Installation:
        self._folder.chmod(0o755)
        for name in DEVICES:
            subprocess.run(["cp", "-a", f"/dev/{name}", str(self._folder)], check=True)
        mount = f'mount --bind {self._folder} {installation.filesystem}/dev && exec "$@"'
        return replace(installation, prefix=("unshare", "-m", "sh", "-c", mount, "sh", *installation.prefix))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()
        self._socket.close()
        subprocess.run(["rm", "-r", str(self._folder)], check=True)

    def text(self) -> str:
        """Return what came until now, a line each, priority in front."""
        return "".join(data.decode("utf-8", "backslashreplace") + "\n" for data in self._got)

    def _listen(self) -> None:
        while not self._ending.is_set():
            with contextlib.suppress(TimeoutError):
                self._got.append(self._socket.recv(1 << 16))


def capture(bench: Bench) -> Iterator[Record]:
    """Yield the log of each scene, with each version."""
    for version, pool in bench.pools.items():
        for name, scene in SCENES.items():
            if version in scene.versions:
                yield {"version": version, "name": name, "log": play(pool.installation, scene)}


def play(installation: Installation, scene: Scene) -> str:
    """Run the server of a scene, let happen what happens there, and return its log."""
    with HttpListener(_tls() if scene.tls else None) as listener:
        setup = _with_port(scene.setup(installation.version), listener.port)
        with contextlib.ExitStack() as stack:
            syslog = stack.enter_context(Syslog(installation)) if scene.syslog else None
            try:
                server = StampedDovecot(syslog.installation if syslog else installation, setup)
            except StartError as error:
                return error.written
            stack.callback(server.stop)
            text = _happen(server, listener, scene)
            text = syslog.text() if syslog else text
            return text.replace(f":{listener.port}", f":{PORT_MARK}").replace(server.place.root, ROOT_MARK)


def _tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("other.example.org").configure_cert(context)
    return context


def _with_port(setup: Setup, port: int) -> Setup:
    files = tuple((name, text.replace(PORT_MARK, str(port))) for name, text in setup.files)
    return replace(setup, push=setup.push.replace(PORT_MARK, str(port)), files=files)


def _happen(server: StampedDovecot, listener: HttpListener, scene: Scene) -> str:
    """Let mails come in; return the log, behind it what doveadm said."""
    if scene.value is not None:
        with contextlib.suppress(RuntimeError):
            server.set_metadata(scene.user, ENTRY, scene.value)
    for name in scene.locked:
        (server.root / name).chmod(0o600)
    server.forget_log()
    for answer in scene.answers:
        _deliver(server, listener, answer, scene)
    said = "".join(_other_way(server, way, scene.user) for way in scene.ways)
    server.wait()
    return server.log() + said


def _deliver(server: StampedDovecot, listener: HttpListener, answer: Script, scene: Scene) -> None:
    listener.reset()
    listener.answer_with(answer)
    with contextlib.suppress(OSError):
        mails = [([scene.recipient or scene.user], MAIL)] * scene.mails
        clients.deliver_all(server.place.lmtp_port, "alice@example.org", mails)
    server.wait()


def _other_way(server: StampedDovecot, way: str, user: str) -> str:
    """Let a mail come in another way; return what the command said that logs to nowhere else."""
    said = ""
    if way in ("append", "append-other"):
        mailbox = "INBOX" if way == "append" else "Work"
        commands: list[clients.ImapCommand] = [f"CREATE {mailbox}", (f"APPEND {mailbox}", MAIL)]
        with contextlib.suppress(OSError):
            clients.imap_session(server.place.imap_port, user, commands)
    elif way == "errors":
        said = server.doveadm("log", "errors").stdout
    elif way == "lda":
        server.deliver_lda(user, MAIL)
    else:
        said = server.doveadm("-D", "save", "-u", user, stdin=MAIL).stderr
    server.wait()
    return said
