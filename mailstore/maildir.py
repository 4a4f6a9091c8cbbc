"""The state of a Maildir as far as a delivery needs it: UIDVALIDITY, the next UID, unseen messages.

The UID list is Dovecot's ``dovecot-uidlist`` (version 3 of its format, as 2.3.19.1 and 2.4.1 write it).
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from dovecot_conf.errors import MailboxError
from mailstore.state import MAX_NUMBER

UIDLIST = "dovecot-uidlist"
_HEADER = re.compile(rb"3 (.*)")
_UIDVALIDITY = re.compile(rb"(?:^| )V(\d+)(?: |$)")
_NEXT_UID = re.compile(rb"(?:^| )N(\d+)(?: |$)")
_FLAGS = re.compile(r":2,([^:,]*)")


@dataclass(frozen=True, slots=True)
class MaildirState:
    """What a Maildir says of itself; ``uidvalidity`` is None where no UID list exists yet."""

    uidvalidity: int | None
    next_uid: int
    unseen: int


def read_maildir(path: Path) -> MaildirState:
    """Read the state of the Maildir at ``path``; nothing is written.

    Raises MailboxError when it is not a Maildir, can't be read, or its UID list is damaged.
    """
    try:
        unseen = _count_unseen(path / "new") + _count_unseen(path / "cur")
        header = _read_header(path / UIDLIST)
    except (FileNotFoundError, NotADirectoryError):
        raise MailboxError(f"{path}: not a Maildir (it needs the folders cur and new)") from None
    except OSError as error:
        raise MailboxError(f"{error.filename or path}: {error.strerror}") from None
    if header is None:
        return MaildirState(None, 1, unseen)
    fields = _HEADER.fullmatch(header)
    uidvalidity = _UIDVALIDITY.search(fields[1]) if fields else None
    next_uid = _NEXT_UID.search(fields[1]) if fields else None
    if uidvalidity is None or next_uid is None:
        raise MailboxError(f"{path / UIDLIST}:1: not the header of a version 3 UID list")
    numbers = int(uidvalidity[1]), int(next_uid[1])
    if not all(1 <= number <= MAX_NUMBER for number in numbers):
        raise MailboxError(f"{path / UIDLIST}:1: UIDVALIDITY and next UID are numbers of 32 bits")
    return MaildirState(*numbers, unseen)


def _read_header(path: Path) -> bytes | None:
    try:
        # A FIFO would keep us waiting for a writer.
        if not stat.S_ISREG(path.stat().st_mode):
            raise MailboxError(f"{path}: no regular file")
        with path.open("rb") as file:
            return file.readline(4096).rstrip(b"\n")
    except FileNotFoundError:
        return None


def _count_unseen(folder: Path) -> int:
    """Count as Dovecot does: every name but hidden ones is a mail. A mail in ``new`` can have flags."""
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries]
    return sum(1 for name in names if not name.startswith(".") and "S" not in _flags(name))


def _flags(name: str) -> str:
    match = _FLAGS.search(name)
    return match[1] if match else ""
