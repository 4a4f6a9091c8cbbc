"""What every place that keeps METADATA can do: files on disk as well as a running server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mailstore.entries import Entry, EntryName, EntryNameError

if TYPE_CHECKING:
    from mailstore.metadata import Listing


class MetadataStore(Protocol):
    """The METADATA of one user; an empty mailbox name means the server.

    All methods raise MailboxNotFoundError, other MailboxErrors and MetadataErrors. A running server
    adds UnknownUserError, and LiveServerError when it can't be asked at all.
    """

    def get(self, mailbox: str, entry: EntryName) -> str | None:
        """Return a value, None when nothing is stored and there is no default."""

    def set(self, mailbox: str, entry: EntryName, value: str) -> None:
        """Store a value."""

    def unset(self, mailbox: str, entry: EntryName) -> None:
        """Remove a value; it need not be there."""

    def list(self, mailbox: str, prefix: EntryName = "") -> tuple[Listing, ...]:
        """Return the names that begin with ``prefix``, cut off at it, and the error that kept some away."""

    def spelling(self, mailbox: str) -> str:
        """Return the name of the mailbox with the entries, as messages spell it."""

    def open_mailbox(self, mailbox: str, *, create: bool = False) -> str:
        """Check that the mailbox exists; return its GUID, "" where only the server knows it."""


def require_name(entry: Entry) -> None:
    """Raise EntryNameError for an entry that has a type and no name: it can't be stored."""
    if not entry.name:
        raise EntryNameError(
            f"Invalid metadata key '/{entry.type}': nothing behind the type; Dovecot would store it "
            "and mark the mailbox's index log as corrupt"
        )
