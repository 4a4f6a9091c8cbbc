"""`pushnotif metadata` and the real doveadm beside each other: one call, both sides, compared."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from cli.main import run
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.harness.server import Dovecot

COMMANDS = ("get", "set", "unset", "list")
KEY = ("INBOX", "/private/k")
# The server's log knows why; ours says it in the line.
IN_THE_LOG = re.compile(r"Internal error occurred\. Refer to server log.*|userdb.*(?=: Invalid).*")
USAGE = re.compile(r"^(usage: pushnotif|doveadm mailbox) metadata")
# What ours says besides, of a word that was probably meant.
SUGGESTION = re.compile(r"^did you mean '")
PREFIX = re.compile(r"^doveadm(\([^)]*\))?: ", re.MULTILINE)


class Outcome(NamedTuple):
    """What a command printed and how it ended; error lines without the program's prefix."""

    stdout: str
    errors: list[str]
    code: int


class Sides(NamedTuple):
    """One server, with pushnotif and doveadm beside each other on its configuration."""

    server: Dovecot
    configuration: Path
    capture: pytest.CaptureFixture[bytes]
    monkeypatch: pytest.MonkeyPatch

    def new_user(self) -> str:
        """Return a user that the server has not seen yet."""
        return self.server.new_user()

    def agree_on(self, *args: str, user: str | None = None) -> Outcome:
        """Let both do the same, with ``$USER`` set; return what both say."""
        ours, theirs = self.ours(args, user), self.theirs(args, user)
        assert ours == theirs
        return ours

    def ours(self, args: tuple[str, ...], user: str | None = None) -> Outcome:
        """Let pushnotif do something, with ``$USER`` set."""
        self.monkeypatch.delenv("USER", raising=False)
        if user is not None:
            self.monkeypatch.setenv("USER", user)
        self.capture.readouterr()
        words = [word.replace("@root@", str(self.server.root)) for word in args]
        code = run(["metadata", "-c", str(self.configuration), *words])
        captured = self.capture.readouterr()
        errors = captured.err.decode("utf-8", "backslashreplace").replace("pushnotif: ", "")
        return Outcome(captured.out.decode(), without_suggestions(_lines(errors)), code)

    def theirs(self, args: tuple[str, ...], user: str | None = None) -> Outcome:
        """Let doveadm do something, with ``$USER`` set."""
        at = next(index for index, word in enumerate(args) if word in COMMANDS)
        words = [word.replace("@root@", self.server.place.root) for word in args]
        environment = {"PATH": os.environ["PATH"]} | ({} if user is None else {"USER": user})
        result = self.server.doveadm(*words[:at], "mailbox", "metadata", *words[at:], environment=environment)
        text = PREFIX.sub("", result.stderr).replace(self.server.place.root, str(self.server.root))
        return Outcome(result.stdout, _lines(text), result.exit_code)


def without_suggestions(lines: Iterable[str]) -> list[str]:
    """Leave out what doveadm doesn't say."""
    return [line for line in lines if not SUGGESTION.match(line)]


def _lines(text: str) -> list[str]:
    kept = (line for line in text.splitlines() if ": auth-master: " not in line)
    return [IN_THE_LOG.sub("(log)", USAGE.sub("usage", line)) for line in kept]


MakeSides = Callable[..., Sides]


def make_sides(
    dovecot: DovecotFactory,
    folder: Path,
    capture: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
    *,
    userdb: Mapping[str, str] | None = None,
    extra: Mapping[str, str] | str = "",
    files: Mapping[str, str] | None = None,
    attribute_dict: Mapping[str, str] | None = None,
) -> Sides:
    """Start a server with other userdbs or settings; files that name its folder are there for both."""
    version = dovecot().version
    server = dovecot(
        userdb=(userdb or {}).get(version, ""),
        extra=extra if isinstance(extra, str) else extra[version],
        files=files,
        attribute_dict=(attribute_dict or {}).get(version, ""),
    )
    ours, theirs = str(server.root), server.place.root
    text = server.config_file.read_text().replace(theirs, ours)
    for name in files or {}:
        if ours != theirs:
            # The files name folders, which have longer paths from here.
            (folder / name).write_text((server.root / name).read_text().replace(theirs, ours))
            text = text.replace(f"{ours}/{name}\n", f"{folder}/{name}\n")
    (folder / "dovecot.conf").write_text(text)
    return Sides(server, folder / "dovecot.conf", capture, monkeypatch)
