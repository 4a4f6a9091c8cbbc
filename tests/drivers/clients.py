"""Enough of an IMAP client, of doveadm and of deliveries to play captured cases through our actions."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dovecot_conf import MailboxError
from drivers.actions import Actions
from drivers.flag_changes import StoreMode
from mailstore.message import Message
from mailstore.simulated import SimulatedMailbox

MODES = {"+FLAGS": StoreMode.ADD, "-FLAGS": StoreMode.REMOVE, "FLAGS": StoreMode.REPLACE}
MARKS_AS_SEEN = re.compile(r"(?:BODY|BINARY)\[|RFC822(?:\.TEXT)?(?:\)|\Z| )")
LAST = 2**32


def message(text: str) -> Message:
    return Message.from_bytes(text.encode("utf-8", "surrogateescape").replace(b"\r\n", b"\n"))


def ranges(text: str, last: int) -> list[tuple[int, int]]:
    """Return the ranges of a sequence set; ``last`` is what ``*`` stands for."""
    found = []
    for part in text.split(","):
        first, _, end = part.partition(":")
        bounds = [last if bound == "*" else int(bound) for bound in (first, end or first)]
        found.append((min(bounds), max(bounds)))
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


def names(text: str) -> list[str]:
    """Split mailbox names, some of which are quoted."""
    return [from_utf7(quoted or bare) for quoted, bare in re.findall(r'"([^"]*)"|([^\s"]+)', text)]


def uids(box: SimulatedMailbox, text: str) -> list[int]:
    """Return the sequence numbers of a set of UIDs, which need not all be there."""
    spans = ranges(text, box.messages[-1].uid if box.messages else 1)
    return [number for number, mail in box.numbered() if any(a <= mail.uid <= b for a, b in spans)]


@dataclass
class ImapClient:
    """A client that is logged in; failed commands change nothing."""

    actions: Actions
    selected: str = ""
    read_only: bool = False

    def run(self, command: str | Sequence[str]) -> None:
        line, *rest = [command] if isinstance(command, str) else command
        uid = line.startswith("UID ")
        verb, _, text = line.removeprefix("UID ").partition(" ")
        if uid and verb == "EXPUNGE":
            verb = "UID EXPUNGE"
        try:
            self._commands(uid)[verb](text, rest)
        except MailboxError:
            return

    def _commands(self, uid: bool) -> dict[str, Callable[[str, list[str]], Any]]:
        do = self.actions
        silent = ("STATUS", "LIST", "SEARCH", "NOOP", "CHECK", "ENABLE", "IDLE-IS-NO-COMMAND")
        return {
            **dict.fromkeys(silent, lambda *_: None),
            "SELECT": lambda name, _: self._select(name, False),
            "EXAMINE": lambda name, _: self._select(name, True),
            "UNSELECT": lambda *_: self._select("", True),
            "APPEND": self._append,
            "COPY": lambda text, _: self._copy(do.copy, text, uid),
            "MOVE": lambda text, _: self._copy(do.move, text, uid),
            "STORE": lambda text, _: self._store(text, uid),
            "FETCH": lambda text, _: self._fetch(text, uid),
            "EXPUNGE": lambda *_: do.expunge(self.selected),
            "UID EXPUNGE": lambda text, _: self._uid_expunge(text),
            "CLOSE": lambda *_: self._close(),
            "CREATE": lambda text, _: do.create(*names(text)[:1]),
            "DELETE": lambda text, _: do.delete(*names(text)),
            "RENAME": lambda text, _: do.rename(*names(text)),
            "SUBSCRIBE": lambda text, _: do.subscribe(*names(text)),
            "UNSUBSCRIBE": lambda text, _: do.unsubscribe(*names(text)),
        }

    def _select(self, name: str, read_only: bool) -> None:
        self.selected, self.read_only = name, read_only
        if name:
            (self.actions.open if read_only else self.actions.select)(name)

    def _numbers(self, text: str, uid: bool) -> list[int]:
        box = self.actions.open(self.selected)
        if uid:
            return uids(box, text)
        return [number for a, b in ranges(text, len(box.messages)) for number in range(a, b + 1)]

    def _append(self, text: str, rest: list[str]) -> None:
        first = re.match(r'("[^"]*"|\S+)(?: (\([^)]*\)))?(?: "[^"]*")?(?: CATENATE (.*))?', text)
        assert first is not None
        (name,) = names(first[1])
        if first[3]:
            (source,) = re.findall(r"/;UID=(\d+)", first[3])
            part = self.actions.open(self.selected).messages[int(source) - 1].content.data
            self.actions.append(name, Message(part + message(rest[0]).data))
            return
        flags = [first[2] or "", *(piece.strip() for piece in rest[1::2])]
        parts = [words(given) for given in flags]
        mails = [
            (message(text), given["flags"], given["keywords"])
            for text, given in zip(rest[::2], parts, strict=True)
        ]
        if all(mail.data for mail, *_ in mails):
            self.actions.append_all(name, mails)

    def _copy(self, act: Callable[[str, Iterable[int], str], Any], text: str, uid: bool) -> None:
        numbered, target = text.split(" ", 1)
        act(self.selected, self._numbers(numbered, uid), *names(target))

    def _store(self, text: str, uid: bool) -> None:
        numbered, item, flags = text.split(" ", 2)
        if not self.read_only:
            mode = MODES[item.removesuffix(".SILENT")]
            self.actions.store(self.selected, self._numbers(numbered, uid), mode, **words(flags))

    def _fetch(self, text: str, uid: bool) -> None:
        numbered, items = text.split(" ", 1)
        if not self.read_only and MARKS_AS_SEEN.search(items):
            self.actions.fetch_body(self.selected, self._numbers(numbered, uid))

    def _uid_expunge(self, text: str) -> None:
        box = self.actions.open(self.selected)
        wanted = uids(box, text)
        gone = [number for number, mail in box.numbered() if number in wanted and "\\Deleted" in mail.flags]
        self.actions.expunge(self.selected, gone)

    def _close(self) -> None:
        if not self.read_only:
            self.actions.expunge(self.selected)
        self._select("", True)


def doveadm(actions: Actions, arguments: Sequence[str], text: str) -> None:
    """Do what ``doveadm ARGUMENTS`` does, with ``text`` as its input; what fails changes nothing."""
    left = [word for word in arguments if word not in ("-u", "USER")]
    command, *rest = left
    try:
        if command == "mailbox":
            _doveadm_mailbox(actions, *rest)
        elif command == "save":
            actions.append(rest[1] if rest[:1] == ["-m"] else "INBOX", message(text))
        else:
            _doveadm_mails(actions, command, rest)
    except MailboxError:
        return


def _doveadm_mails(actions: Actions, command: str, rest: list[str]) -> None:
    """Do something with the mails that a query of the form ``mailbox NAME all|uid SET`` finds."""
    place = rest.index("mailbox") if "mailbox" in rest else len(rest)
    mailbox, *query = rest[place + 1 :] or ["INBOX", "all"]
    box = actions.open(mailbox)
    found = uids(box, query[1] if query[0] == "uid" else f"1:{LAST}")
    if command == "flags":
        actions.store(mailbox, found, StoreMode(rest[0]), **words(rest[1]))
    elif command == "expunge":
        actions.expunge(mailbox, found)
        if "-d" in rest and not box.messages:
            actions.delete(mailbox)
    else:
        getattr(actions, command)(mailbox, found, rest[0])


def _doveadm_mailbox(actions: Actions, command: str, *arguments: str) -> None:
    options = {word for word in arguments if word.startswith("-")}
    found = [word for word in arguments if not word.startswith("-")]
    if command == "rename":
        actions.rename(*found)
        if "-s" in options:
            actions.unsubscribe(found[0])
            actions.subscribe(found[1])
        return
    if command == "update":
        actions.open(found[-1]).next_uid = int(found[0])
        return
    for name in found:
        below = sorted(actions.mailboxes.below(name), reverse=True) if "-r" in options else []
        for one in (*below, name):
            if "-e" not in options or not actions.open(one).messages:
                getattr(actions, command)(one)
        if "-s" in options:
            (actions.unsubscribe if command == "delete" else actions.subscribe)(name)


def lda(actions: Actions, text: str, arguments: Sequence[str] = ()) -> None:
    """Deliver as ``dovecot-lda ARGUMENTS`` does."""
    given = dict(zip(arguments[::2], arguments[1::2], strict=True))
    settings = [value for name, value in zip(arguments[::2], arguments[1::2], strict=True) if name == "-o"]
    actions.deliver(
        given.get("-m", "INBOX"),
        message(text),
        autocreate="lda_mailbox_autocreate=yes" in settings,
        autosubscribe="lda_mailbox_autosubscribe=yes" in settings,
    )
