"""Enough of an IMAP client and of doveadm to play the captured cases through our actions."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dovecot_conf import MailboxError
from drivers.actions import Actions, StoreMode
from mailstore.message import Message

MODES = {"+FLAGS": StoreMode.ADD, "-FLAGS": StoreMode.REMOVE, "FLAGS": StoreMode.REPLACE}


def message(text: str) -> Message:
    return Message.from_bytes(text.encode().replace(b"\r\n", b"\n"))


def numbers(text: str) -> list[int]:
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition(":")
        found += range(int(first), int(last or first) + 1)
    return found


def words(text: str) -> dict[str, list[str]]:
    """Split ``(\\Seen work)`` into flags and keywords."""
    parts = text.strip("()").split()
    return {
        "flags": [part for part in parts if part.startswith("\\")],
        "keywords": [part for part in parts if not part.startswith("\\")],
    }


def from_utf7(name: str) -> str:
    """Decode modified UTF-7 (RFC 3501, section 5.1.3)."""

    def decoded(match: re.Match[str]) -> str:
        if not match[1]:
            return "&"
        return b64decode(match[1].replace(",", "/") + "===").decode("utf-16-be")

    return re.sub("&([^-]*)-", decoded, name)


@dataclass
class ImapClient:
    """A client that is logged in; failed commands change nothing."""

    actions: Actions
    selected: str = ""

    def run(self, command: str | Sequence[str]) -> None:
        literal = "" if isinstance(command, str) else command[1]
        line = command if isinstance(command, str) else command[0]
        verb, _, rest = line.partition(" ")
        try:
            self._commands()[verb](rest, literal)
        except MailboxError:
            return

    def _commands(self) -> dict[str, Callable[[str, str], Any]]:
        do = self.actions
        return {
            "SELECT": lambda name, _: self._select(name),
            "APPEND": self._append,
            "COPY": lambda text, _: do.copy(self.selected, numbers(text.split()[0]), text.split()[1]),
            "MOVE": lambda text, _: do.move(self.selected, numbers(text.split()[0]), text.split()[1]),
            "STORE": lambda text, _: self._store(text),
            "FETCH": lambda text, _: do.fetch_body(self.selected, numbers(text.split()[0])),
            "EXPUNGE": lambda *_: do.expunge(self.selected),
            "CLOSE": lambda *_: do.expunge(self.selected),
            "CREATE": lambda name, _: do.create(from_utf7(name)),
            "DELETE": lambda name, _: do.delete(name),
            "RENAME": lambda names, _: do.rename(*names.split()),
            "SUBSCRIBE": lambda name, _: do.subscribe(name),
            "UNSUBSCRIBE": lambda name, _: do.unsubscribe(name),
        }

    def _select(self, name: str) -> None:
        self.selected = name

    def _append(self, text: str, literal: str) -> None:
        match = re.match(r"(\S+)(?: (\([^)]*\)))?", text)
        assert match is not None
        self.actions.append(match[1], message(literal), **words(match[2] or ""))

    def _store(self, text: str) -> None:
        numbered, item, flags = text.split(" ", 2)
        mode = MODES[item.removesuffix(".SILENT")]
        self.actions.store(self.selected, numbers(numbered), mode, **words(flags))


def doveadm(actions: Actions, arguments: Sequence[str], text: str) -> None:
    """Do what ``doveadm ARGUMENTS`` does, with ``text`` as its input."""
    words_left = [word for word in arguments if word not in ("-u", "USER", "-m", "-s", "mailbox", "all")]
    command, *rest = words_left
    everything = [number for number, _ in actions.mailboxes["INBOX"].numbered()]
    if command == "save":
        actions.append(rest[0], message(text))
    elif command == "flags":
        actions.store("INBOX", everything, StoreMode(rest[0]), **words(rest[1]))
    elif command == "expunge":
        actions.expunge("INBOX", everything)
    elif command in ("copy", "move"):
        getattr(actions, command)("INBOX", everything, rest[0])
    else:
        _doveadm_mailbox(actions, command, rest)


def _doveadm_mailbox(actions: Actions, command: str, names: Sequence[str]) -> None:
    getattr(actions, command)(*names)
    if command == "rename":
        actions.unsubscribe(names[0])
    if command == "delete":
        actions.unsubscribe(names[0])
    else:
        actions.subscribe(names[-1])
