"""Which users a call of `pushnotif metadata` works on, as `doveadm` of each version chooses them."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from enum import Enum, auto
from fnmatch import fnmatchcase
from typing import Protocol

from dovecot_conf.value import Value
from dovecot_conf.versions import Version

EVERYBODY = "*"
_STDIN = "-"


class How(Enum):
    """Where the names come from."""

    FILE = auto()
    LIST = auto()
    GIVEN = auto()
    ENVIRONMENT = auto()


class Choice(Value):
    """How the users are found; ``text`` is the file's path, the mask of a list, or the name."""

    how: How
    text: str = ""

    @property
    def many(self) -> bool:
        """Whether there may be several users, whose names are shown then."""
        return self.how in (How.FILE, How.LIST)


class Wishes(Protocol):
    """The options that say which users."""

    @property
    def user(self) -> str | None:
        """The value of -u."""

    @property
    def all_users(self) -> bool:
        """Whether -A is given."""

    @property
    def user_file(self) -> str | None:
        """The value of -F."""


def choose(wishes: Wishes, version: Version) -> Choice:
    """Return how the users are found.

    In 2.3 -F is stronger than -A, which a mask narrows; in 2.4 -A is stronger than all else.
    """
    is_mask = wishes.user is not None and not set("*?").isdisjoint(wishes.user)
    if wishes.all_users and version is Version.V24:
        return Choice(How.LIST, EVERYBODY)
    if wishes.user_file is not None:
        return Choice(How.FILE, wishes.user_file)
    if wishes.all_users or is_mask:
        return Choice(How.LIST, (wishes.user if is_mask else None) or EVERYBODY)
    if wishes.user is not None:
        return Choice(How.GIVEN, wishes.user)
    return Choice(How.ENVIRONMENT)


def matches(name: str, mask: str) -> bool:
    """Tell whether a mask with ``*`` and ``?`` fits a name, whatever the case."""
    return fnmatchcase(name.lower(), mask.replace("[", "[[]").lower())


class UserFileError(Exception):
    """The file of -F can't be read."""


def read_user_file(path: str) -> Iterator[str]:
    """Yield the lines of a file; an empty one is a user, too. Raises UserFileError."""
    try:
        data = sys.stdin.buffer.read() if path == _STDIN else _content(path)
    except OSError as error:
        what = "pread(size=8192 offset=0)" if error.errno == errno.EISDIR else f"open({path})"
        raise UserFileError(f"read({path}) failed: {what} failed: {error.strerror}") from None
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    yield from (line.removesuffix("\r") for line in (lines if lines[-1] else lines[:-1]))


def _content(path: str) -> bytes:
    # Unlike Path, open finds nothing under an empty name.
    with open(path, "rb") as file:
        return file.read()
