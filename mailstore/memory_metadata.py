"""METADATA that lasts as long as the process, in front of another store or alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mailstore.entries import Entry, parse_entry

Lookup = Callable[[str, str], str | None]
"""Reads an entry of a mailbox ('' for the server) elsewhere."""


class MemoryMetadata:
    """Values by mailbox ('' for the server) and entry.

    ``behind`` is asked for those that were never set here.
    """

    def __init__(self, behind: Lookup | None = None) -> None:
        self._values: dict[tuple[str, Entry], str | None] = {}
        self._behind = behind

    def get(self, mailbox: str, entry: str) -> str | None:
        """Return a value, None if there is none. Raises EntryNameError and what ``behind`` raises."""
        key = mailbox, parse_entry(entry)
        if key in self._values or self._behind is None:
            return self._values.get(key)
        return self._behind(mailbox, entry)

    def set(self, mailbox: str, entry: str, value: str) -> None:
        """Keep a value. Raises EntryNameError."""
        self._values[mailbox, parse_entry(entry)] = value

    def unset(self, mailbox: str, entry: str) -> None:
        """Take a value away. Raises EntryNameError."""
        self._values[mailbox, parse_entry(entry)] = None

    def names(self, mailbox: str, prefix: str) -> Iterable[str]:
        """Yield the names that begin with ``prefix``, without it. Raises EntryNameError."""
        wanted = str(parse_entry(prefix)) if prefix.rstrip("/") else prefix
        for (box, entry), value in sorted(self._values.items(), key=lambda item: str(item[0][1])):
            name = str(entry)
            if box == mailbox and value is not None and name.startswith(wanted):
                yield name[len(wanted) :].lstrip("/")
