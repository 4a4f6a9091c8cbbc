"""The names of the mailboxes that a mail location holds on disk."""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Iterable, Iterator

from dovecot_conf.errors import MailboxError
from dovecot_conf.paths import StrPath
from mailstore.location import INBOX, MAILDIR, MAILDIR_LAYOUT, MBOX, SEPARATORS, MailLocation, modified_utf7

# What lies beside the mailboxes of layout fs and is none.
MAILDIR_FOLDERS = frozenset({"cur", "new", "tmp"})
MAX_DEPTH = 64
_SHIFTED = re.compile(r"&([^-]*)-")


def stored_names(location: MailLocation, root: StrPath) -> Iterator[str]:
    """Yield the names of the mailboxes on disk, sorted, with "/" between the levels; INBOX comes first.

    ``root`` is the folder to open for ``location.path``. A folder without mails of its own may be
    among them, and INBOX need not exist. A name that isn't proper UTF-7 can't be used and is left
    out. Raises MailboxError for an unknown layout and when a folder can't be read.
    """
    separator = SEPARATORS.get(location.layout)
    if separator is None:
        raise MailboxError(f"mailboxes of layout {location.layout} can't be found without Dovecot")
    try:
        found = _walk(location, os.path.join(root, location.mailbox_root), "", MAX_DEPTH)
        if location.layout == MAILDIR_LAYOUT:
            found = (entry.name[1:] for entry in _entries(root) if entry.name[:1] == "." and entry.is_dir())
        names = {name for stored in found if (name := _name(stored, separator, location))}
    except OSError as error:
        raise MailboxError(f"{error.filename or root}: {error.strerror}") from None
    yield INBOX
    yield from sorted(names - {INBOX})


def _entries(folder: StrPath) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _walk(location: MailLocation, folder: StrPath, prefix: str, depth: int) -> Iterable[str]:
    skipped = {location.mailbox_directory} | (MAILDIR_FOLDERS if location.driver == MAILDIR else set())
    for entry in _entries(folder):
        if entry.name.startswith(".") or entry.name in skipped:
            continue
        if entry.is_dir():
            yield prefix + entry.name
            if depth:
                yield from _walk(location, entry.path, f"{prefix}{entry.name}/", depth - 1)
        elif location.driver == MBOX:
            yield prefix + entry.name


def _name(stored: str, separator: str, location: MailLocation) -> str | None:
    levels = stored.split(separator)
    if "" in levels:
        return None
    if not location.utf8:
        names = [from_modified_utf7(level) for level in levels]
        # Another spelling of a name leads nowhere: its path is made from the name again.
        if any(
            name is None or modified_utf7(name) != level for name, level in zip(names, levels, strict=True)
        ):
            return None
        levels = [name or "" for name in names]
    return None if any("/" in level for level in levels) else "/".join(levels)


def from_modified_utf7(text: str) -> str | None:
    """Decode a mailbox name (RFC 3501 section 5.1.3); None when it is malformed."""
    try:
        return _SHIFTED.sub(lambda match: _unshifted(match[1]), text)
    except (binascii.Error, UnicodeDecodeError):
        return None


def _unshifted(text: str) -> str:
    if not text:
        return "&"
    padded = text.replace(",", "/") + "=" * (-len(text) % 4)
    return base64.b64decode(padded, validate=True).decode("utf-16-be")
