"""METADATA that lasts as long as the process, in front of another store or alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mailstore.entries import (
    Entry,
    EntryName,
    EntryType,
    ReadOnlyEntryError,
    as_entry,
    built_in_names,
    find_built_in,
    merge_names,
)

Lookup = Callable[[str, EntryName], str | None]
"""Reads an entry of a mailbox ('' for the server) elsewhere."""

Names = Callable[[str, EntryName], Iterable[str]]
"""Gives the names of a mailbox's entries below a prefix, without it."""

_INBOX = "INBOX"


class MemoryMetadata:
    """Values by mailbox ('' for the server, whose entries are in INBOX) and entry.

    ``behind`` is asked for those that were never set here, ``names_behind`` for the names of all that it
    has. Dovecot's built-in entries are there, empty.
    """

    def __init__(self, behind: Lookup | None = None, names_behind: Names | None = None) -> None:
        self._values: dict[tuple[str, Entry], str | None] = {}
        self._behind = behind
        self._names_behind = names_behind

    def get(self, mailbox: str, entry: EntryName) -> str | None:
        """Return a value, None if there is none. Raises EntryNameError and what ``behind`` raises."""
        key = _key(mailbox, entry)
        if key in self._values or self._behind is None:
            value = self._values.get(key)
        else:
            value = self._behind(mailbox, entry)
        if value is None and find_built_in(key[1], is_inbox=key[0] == _INBOX) is not None:
            return ""
        return value

    def set(self, mailbox: str, entry: EntryName, value: str) -> None:
        """Keep a value. Raises EntryNameError, ReadOnlyEntryError."""
        self._values[_changeable(mailbox, entry)] = value

    def unset(self, mailbox: str, entry: EntryName) -> None:
        """Take a value away. Raises EntryNameError, ReadOnlyEntryError."""
        self._values[_changeable(mailbox, entry)] = None

    def names(self, mailbox: str, prefix: EntryName) -> Iterable[str]:
        """Return the names that begin with ``prefix``, without it. Raises EntryNameError."""
        box, wanted = _key(mailbox, prefix)
        stored = [
            entry.name.removeprefix(wanted.name).removeprefix("/" if not wanted.name else "")
            for (place, entry), value in self._values.items()
            if place == box
            and value is not None
            and entry.type is wanted.type
            and entry.name.startswith(wanted.name)
        ]
        if self._names_behind is not None:
            gone = {entry.name for (place, entry), value in self._values.items() if value is None}
            stored += [
                name
                for name in self._names_behind(mailbox, prefix)
                if name not in stored and wanted.name + name not in gone
            ]
        return merge_names(sorted(stored), built_in_names(wanted, is_inbox=box == _INBOX, has_dict=True))


def _changeable(mailbox: str, entry: EntryName) -> tuple[str, Entry]:
    key = _key(mailbox, entry)
    built_in = find_built_in(key[1], is_inbox=key[0] == _INBOX)
    if built_in is not None and built_in.read_only:
        raise ReadOnlyEntryError(f"The {key[1]} attribute cannot be changed")
    return key


def _key(mailbox: str, entry: EntryName) -> tuple[str, Entry]:
    parsed = as_entry(entry)
    if not mailbox:
        return _INBOX, parsed.below_server()
    return mailbox, Entry(EntryType(parsed.type), parsed.name)
