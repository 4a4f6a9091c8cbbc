"""The same steps with the same script, on a running server and by us; what each side logs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dovecot_conf import load
from drivers.http_transport import HttpcoreTransport
from mailstore.simulated import SimulatedMailbox, SimulatedMailboxes
from tests.dovecot.harness.logs import push_lines
from tests.dovecot.harness.server import Dovecot
from tests.drivers.played import Player

PLUGINS = ("notify", "push_notification", "mail_lua", "push_notification_lua")
PUSH = {
    "2.3": "push_notification_driver = lua:file=@root@/{script}\n{settings}",
    "2.4": "push_notification lua {{\n  lua_file = @root@/{script}\n{settings}}}\n",
}
UIDVALIDITY = 1700000000
Step = tuple[Any, ...]
"""As in ``tests/dovecot/inputs/events.toml``, with each mail's text; odd bytes are surrogates."""


def encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


@dataclass(frozen=True)
class Theirs:
    """The side of a running server, on which ``user`` and others have the same mailboxes."""

    server: Dovecot
    user: str
    mailboxes: tuple[str, ...] = ("INBOX",)

    def prepare(self, *others: str) -> None:
        for name in (self.user, *others):
            for mailbox in self.mailboxes:
                if mailbox != "INBOX":
                    self.server.create_mailbox(name, mailbox)
                self.server.set_uidvalidity(name, UIDVALIDITY, mailbox)
        self.server.forget_log()

    def play(self, kind: str, *given: Any) -> list[str]:
        """Do one step; return the lines that it makes."""
        self.server.forget_log()
        if kind == "doveadm":
            words, text = given
            arguments = (word.replace("USER", self.user) for word in words)
            return push_lines(self.server.doveadm("-D", *arguments, stdin=encoded(text)).stderr)
        if kind == "imap":
            self.server.imap(self.user, [_sent(command) for command in given[0]])
        elif kind == "lmtp":
            recipients = [name.replace("USER", self.user) for name in given[0]]
            self.server.deliver_lmtp(recipients, encoded(given[1]))
        else:
            text, *arguments_of_lda = given
            self.server.deliver_lda(self.user, encoded(text), *(arguments_of_lda or [()])[0])
        return self.server.push_log()


def _sent(command: str | list[str]) -> str | tuple[str | bytes, ...]:
    if isinstance(command, str):
        return command
    return tuple(encoded(piece) if place % 2 else piece for place, piece in enumerate(command))


@contextmanager
def our_player(theirs: Theirs, folder: Path) -> Iterator[Player]:
    """Give a player with the server's configuration, script and user; requests really go out."""
    server = theirs.server
    path = folder / "dovecot.conf"
    text = server.config_file.read_text("utf-8")
    path.write_text(text.replace(server.place.root, str(server.root)), "utf-8")
    boxes = theirs.mailboxes
    with closing(HttpcoreTransport()) as network:
        yield Player(
            theirs.user,
            lambda protocol: load(path).push(protocol),
            lambda: SimulatedMailboxes(
                {name: SimulatedMailbox(name, UIDVALIDITY) for name in boxes},
                uidvalidity=UIDVALIDITY,
                storage_separator=".",
            ),
            network=network,
        )


def with_their_paths(lines: list[str], server: Dovecot) -> list[str]:
    """Return our lines with the paths of files as the server sees them."""
    return [line.replace(str(server.root), server.place.root) for line in lines]
