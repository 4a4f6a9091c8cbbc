"""Dovecot's dict protocol as its client speaks it: the lines that go out, and what comes back.

Source: the dict servers and clients of 2.3.19.1 (major 3) and 2.4.1 (major 4), which understand only
their own major. A line ends with LF; its fields are separated by tabs and escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from dovecot_conf.errors import DictError
from dovecot_conf.versions import Version
from mailstore.tabescape import escape, unescape

MAX_LINE = 65536
PRIVATE, SHARED = "priv/", "shared/"
STRING_VALUES = 0
RECURSE, NO_VALUES = 1, 8
ALL_ROWS = 0


class Dialect(NamedTuple):
    """The version of the protocol that a client announces.

    ``begin`` are the fields that the line of a new transaction has at its end: in 2.4 the seconds
    until the values expire, 0 for never.
    """

    major: int
    minor: int
    begin: tuple[int, ...] = ()


DIALECTS: Mapping[Version, Dialect] = MappingProxyType(
    {Version.V23: Dialect(3, 2), Version.V24: Dialect(4, 0, (0,))}
)


class Command(StrEnum):
    """What a line asks for: its first letter."""

    HELLO = "H"
    LOOKUP = "L"
    ITERATE = "I"
    BEGIN = "B"
    SET = "S"
    UNSET = "U"
    COMMIT = "C"


class Answer(StrEnum):
    """What a reply says: its first letter; none at all ends an iteration."""

    OK = "O"
    VALUES = "M"
    NOT_FOUND = "N"
    FAILED = "F"
    UNCERTAIN = "W"
    FINISHED = ""


class Reply(NamedTuple):
    """A line of the server: its letter and the fields behind it, the first one joined to the letter.

    ``number`` is the request that it answers, None when the server doesn't say.
    """

    letter: str
    fields: tuple[str, ...]
    number: int | None = None


class Promise(NamedTuple):
    """A line of the server that gives the next reply a number."""

    number: int


class ProtocolError(DictError):
    """The server sent what is no reply."""


def dialects(version: Version) -> list[Dialect]:
    """Return the dialects in the order of trying them, that of a configuration's version first."""
    return sorted(DIALECTS.values(), key=lambda dialect: dialect != DIALECTS[version])


def hello(dialect: Dialect, name: str) -> bytes:
    """Return the first line of a connection, for the dict ``name``. Raises DictError."""
    return _line(Command.HELLO, dialect.major, dialect.minor, STRING_VALUES, "", name)


def lookup(key: str, user: str) -> bytes:
    """Ask for the value of a key. Raises DictError for a key that servers don't survive."""
    check_key(key, user)
    return _line(Command.LOOKUP, key, user)


def iterate(path: str, user: str) -> bytes:
    """Ask for all keys below a path, without their values. Raises DictError."""
    check_key(path, user)
    return _line(Command.ITERATE, RECURSE | NO_VALUES, ALL_ROWS, path, user)


def transaction(
    dialect: Dialect, number: int, user: str, changes: Mapping[str, str | None]
) -> Sequence[bytes]:
    """Return the lines that set keys, and unset those whose value is None. Raises DictError."""
    lines = [_line(Command.BEGIN, number, user, *dialect.begin)]
    for key, value in changes.items():
        check_key(key, user)
        if value is None:
            lines.append(_line(Command.UNSET, number, key))
        else:
            lines.append(_line(Command.SET, number, key, value))
    return [*lines, _line(Command.COMMIT, number)]


def check_key(key: str, user: str) -> None:
    """Raise DictError for a key that makes a dict server end, or close the connection."""
    if not key.startswith((PRIVATE, SHARED)):
        raise DictError(f"dict key {escape(key)} begins with neither {PRIVATE} nor {SHARED}: not sent")
    if key.startswith(PRIVATE) and not user:
        raise DictError(f"dict key {escape(key)} needs a user: not sent")


def parse_line(line: bytes) -> Reply | Promise:
    """Read a line of the server, without its LF. Raises ProtocolError."""
    text = line.decode("utf-8", "surrogateescape")
    if text.startswith("*"):
        return Promise(_number(text, "async-id"))
    # As Dovecot's client does: a CR isn't part of the line's end.
    first, *rest = (unescape(field) for field in text.split("\t"))
    number = None
    if first.startswith("+"):
        number = _number(first, "async-reply")
        first, rest = (rest[0], rest[1:]) if rest else ("", [])
    return Reply(first[:1], (first[1:], *rest), number)


def first_value(reply: Reply) -> str:
    """Return the value of a reply to a lookup; of several values the first, as Dovecot takes it."""
    value = reply.fields[0]
    return unescape(value.split("\t")[0]) if reply.letter == Answer.VALUES else value


def _number(text: str, what: str) -> int:
    digits = text[1:]
    if not (digits.isascii() and digits.isdigit() and 0 < int(digits[:20]) < 2**32):
        raise ProtocolError(f"Received invalid {what} line: {shown(text)}")
    return int(digits)


def shown(text: str, limit: int = 80) -> str:
    """Return a piece of what came in, short and harmless, for a message."""
    short = text if len(text) <= limit else text[:limit] + "…"
    return "".join(letter if letter.isprintable() else "?" for letter in short)


def _line(command: Command, *fields: str | int) -> bytes:
    text = command + "\t".join(escape(str(field)) for field in fields) + "\n"
    line = text.encode("utf-8", "surrogateescape")
    if len(line) > MAX_LINE:
        raise DictError(
            f"a dict server takes lines of at most {MAX_LINE} bytes, this one has {len(line)}: not sent"
        )
    return line
