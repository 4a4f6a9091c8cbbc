"""Both sides of the comparison of proxy dicts: pushnotif and doveadm, asking one real dict server.

Behind 2.3's server is sqlite, behind 2.4's a file.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.main import run
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.harness.server import Dovecot

HTTP_NOTIFY = "/private/vendor/vendor.dovecot/http-notify"
AWKWARD = "user=bob\tx\x01y\r\nzé✓\\"
MESSAGE = b"From: a@example.com\r\nSubject: Hi\r\n\r\nHello\r\n"
TIMES = re.compile(r" \(reply took .*\)\)$", re.MULTILINE)
# Dovecot sends the request after the greeting, and may notice first that it can't.
WRITE_FAILED = re.compile(r"write\(\S+\) failed: (writev\(\) failed: )?Broken pipe")
# A server that closes before it has read all of the request resets the connection.
READ_FAILED = re.compile(r"Connection closed: read\(size=\d+\) failed: Connection reset by peer")
# doveadm may tell of a connection that it opened a second time.
RECONNECTED = re.compile(r"^.*Warning: .* - reconnected$\n?", re.MULTILINE)
MAP = """\
map {
  pattern = %s
  table = %s
  value_field = value
%s  fields {
    guid = $guid
    key = $key
  }
}
"""
SQL = (
    "connect = @root@/db/meta.sqlite\n"
    + MAP % ("priv/$guid/$key", "own", "  username_field = username\n")
    + MAP % ("shared/$guid/$key", "everybodys", "")
)
TABLES = """\
create table if not exists own(username text, guid text, key text, value text,
                               primary key(username, guid, key));
create table if not exists everybodys(guid text, key text, value text, primary key(guid, key));
"""
SERVICE = "service dict {\n  unix_listener dict {\n    mode = 0666\n  }\n}\n"
EXTRA = {
    "2.3": SERVICE + "dict {\n  metadata = sqlite:@root@/dict-sql.conf\n}\n"
    "mail_attribute_dict = proxy::metadata\n",
    "2.4": SERVICE + "dict_server {\n  dict metadata {\n    driver = file\n"
    "    dict_file_path = @root@/db/metadata\n  }\n}\n"
    "mail_attribute {\n  dict file {\n    driver = proxy\n    proxy_name = metadata\n  }\n}\n",
}
OX = {
    "2.3": "push_notification_driver = ox:url=%s\n",
    "2.4": "push_notification ox {\n  url = %s\n}\n",
}
OTHER_NAME = {"2.3": "mail_attribute_dict=proxy::%s", "2.4": "mail_attribute/dict/file/dict_proxy_name=%s"}
OTHER_SOCKET = {
    "2.3": "mail_attribute_dict=proxy:%s:metadata",
    "2.4": "mail_attribute/dict/file/dict_proxy_socket_path=%s",
}


@dataclass(frozen=True)
class Outcome:
    """What a command printed and how it ended; error lines without programs, times and folders."""

    stdout: str
    errors: str
    code: int


@dataclass
class Both:
    """One server with a dict server, with pushnotif and doveadm beside each other."""

    server: Dovecot
    configuration: Path
    capture: pytest.CaptureFixture[bytes]

    def ours(self, *args: str) -> Outcome:
        self.capture.readouterr()
        code = run(["metadata", "-c", str(self.configuration), *args])
        captured = self.capture.readouterr()
        return Outcome(captured.out.decode(), captured.err.decode().replace("pushnotif: ", ""), code)

    def theirs(self, *args: str) -> Outcome:
        # Options of doveadm itself stand in front of the command.
        at = next(index for index, word in enumerate(args) if word in ("set", "get", "unset", "list"))
        result = self.server.doveadm(*args[:at], "mailbox", "metadata", *args[at:])
        errors = TIMES.sub("", re.sub(r"doveadm\(\w+\): ", "", result.stderr))
        errors = RECONNECTED.sub("", errors)
        for ended in (WRITE_FAILED, READ_FAILED):
            errors = ended.sub("Connection closed", errors)
        return Outcome(
            result.stdout,
            errors.replace(self.server.place.root, str(self.server.root)),
            result.exit_code,
        )

    def agree(self, *args: str) -> Outcome:
        """Run a command on both sides; check that both do the same, the order of names apart."""
        ours, theirs = self.ours(*args), self.theirs(*args)
        assert sorted(ours.stdout.splitlines()) == sorted(theirs.stdout.splitlines())
        assert (ours.errors, ours.code) == (theirs.errors, theirs.code)
        return ours

    def new_user(self) -> str:
        user = self.server.new_user()
        self.server.set_uidvalidity(user, 1700000000)
        return user

    @property
    def socket(self) -> Path:
        return self.server.root / "run" / "dict"


def both_sides(
    version: str, start: DovecotFactory, folder: Path, url: str, capture: pytest.CaptureFixture[bytes]
) -> Both:
    """Start a server whose ox driver sends to ``url``; ``folder`` is for our configuration."""
    server = start(OX[version] % url, extra=EXTRA[version], files={"dict-sql.conf": SQL})
    make_database(server.root / "db")
    configuration = folder / "dovecot.conf"
    # The server may run in a root of its own: the same files have longer paths from here.
    configuration.write_text(server.config_file.read_text().replace(server.place.root, str(server.root)))
    return Both(server, configuration, capture)


def make_database(folder: Path) -> None:
    """Make what the dict server keeps its keys in; it runs as a user of its own."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o777)
    with closing(sqlite3.connect(folder / "meta.sqlite")) as database:
        database.executescript(TABLES)
    (folder / "meta.sqlite").chmod(0o666)
