"""METADATA of a test: in memory, with a record of what is asked and changed."""

from __future__ import annotations

from collections.abc import Iterator

from drivers.testing.result import MetadataCall
from mailstore.entries import EntryName
from mailstore.memory_metadata import MemoryMetadata
from mailstore.metadata import NotEnabledError


class RecordedMetadata:
    """A ``drivers.session.MetadataStore`` that keeps ``calls``; ``values`` is what is in it.

    Where METADATA isn't ``enabled``, nothing can be asked or changed: all calls raise NotEnabledError.
    """

    def __init__(self) -> None:
        self.values = MemoryMetadata()
        self.calls: list[MetadataCall] = []
        self.enabled = True
        self._listing = False

    def look_up(self, entry: str) -> str | None:
        """Return a value of the server's, None if there is none."""
        return self.get("", entry)

    def get(self, mailbox: str, entry: EntryName) -> str | None:
        """Return a value, None if there is none."""
        self._check()
        value = self.values.get(mailbox, entry)
        if not self._listing:
            self.calls.append(MetadataCall("get", mailbox, str(entry), value))
        return value

    def set(self, mailbox: str, entry: EntryName, value: str) -> None:
        """Set a value."""
        self._check()
        self.values.set(mailbox, entry, value)
        self.calls.append(MetadataCall("set", mailbox, str(entry), value))

    def unset(self, mailbox: str, entry: EntryName) -> None:
        """Take a value away."""
        self._check()
        self.values.unset(mailbox, entry)
        self.calls.append(MetadataCall("unset", mailbox, str(entry)))

    def names(self, mailbox: str, prefix: EntryName) -> Iterator[str]:
        """Yield the names that begin with ``prefix``, without it."""
        self._check()
        names = tuple(self.values.names(mailbox, prefix))
        self.calls.append(MetadataCall("list", mailbox, str(prefix), names))
        # Who asks for the values on the way is still listing: a script has made one call.
        self._listing = True
        try:
            yield from names
        finally:
            self._listing = False

    def _check(self) -> None:
        if not self.enabled:
            raise NotEnabledError("Mailbox attributes not enabled")
