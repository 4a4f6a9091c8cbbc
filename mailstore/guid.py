"""The GUID of a mailbox, read from where each mailbox format keeps it.

METADATA keys begin with the GUID, so it has to be the server's own. Layouts as seen with
Dovecot 2.3.19.1 and 2.4.1; the files are only read here, except ``create_maildir``.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from contextlib import suppress

from dovecot_conf.errors import MailboxError
from dovecot_conf.paths import StrPath, exists
from mailstore.dotlock import LockTimes, dotlock

UIDLIST = "dovecot-uidlist"
MAX_HEADER_LINE = 8192
_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")


def maildir_guid(control: StrPath) -> str | None:
    """Return the GUID in ``dovecot-uidlist`` of the folder ``control``, None without such a file.

    The first line is ``3 V<uidvalidity> N<next uid> G<guid>``, fields in any order. Raises
    MailboxError when the file can't be read or has no GUID yet.
    """
    path = os.path.join(control, UIDLIST)
    try:
        with open(path, "rb") as file:
            line = file.readline(MAX_HEADER_LINE).decode("utf-8", "replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise MailboxError(f"{path}: {error.strerror}") from None
    version, *fields = line.split() or [""]
    if version != "3":
        raise MailboxError(f"{path} is no uidlist of version 3: let Dovecot open the mailbox once")
    for field in fields:
        if field.startswith("G") and len(field) == 33 and _HEX_DIGITS.issuperset(field[1:]):
            return field[1:].lower()
    raise MailboxError(f"{path} has no mailbox GUID yet: let Dovecot open the mailbox once")


def create_maildir(
    folder: StrPath,
    control: StrPath,
    *,
    times: LockTimes,
    new_guid: Callable[[], str] = lambda: os.urandom(16).hex(),
) -> str:
    """Make what is missing of the Maildir ``folder`` and its uidlist; return its GUID.

    An existing uidlist is never replaced: that would change UIDVALIDITY and lose all METADATA.
    Raises MailboxError when something can't be made.
    """
    uidlist = os.path.join(control, UIDLIST)
    try:
        mode = _make_folders(os.fspath(folder), os.fspath(control))
        with dotlock(uidlist, times) as (descriptor, lock_path):
            existing = maildir_guid(control)
            if existing is not None:
                return existing
            guid = new_guid()
            os.fchmod(descriptor, mode & 0o666)
            os.write(descriptor, f"3 V{int(time.time())} N1 G{guid}\n".encode("ascii"))
            os.fsync(descriptor)
            # A link, not a rename: it fails when somebody without our lock made the file.
            with suppress(FileExistsError):
                os.link(lock_path, uidlist)
    except OSError as error:
        raise MailboxError(
            f"{error.filename or folder}: {error.strerror}; the mailbox was not created"
        ) from None
    found = maildir_guid(control)
    assert found is not None
    return found


def _make_folders(folder: str, control: str) -> int:
    """Make what is missing, with the rights of the folder or private ones; return those rights."""
    mode = stat.S_IMODE(os.stat(folder).st_mode) if exists(folder) else 0o700
    for path in (folder, *(os.path.join(folder, name) for name in ("cur", "new", "tmp")), control):
        os.makedirs(path, mode | 0o700, exist_ok=True)
    return mode
