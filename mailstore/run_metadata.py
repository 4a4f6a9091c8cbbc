"""METADATA while something is simulated: the store of a user, written or only read, and values of the run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from threading import Lock

from dovecot_conf.errors import DictError
from mailstore.entries import Entry, EntryName, ReadOnlyEntryError, as_entry, find_built_in
from mailstore.metadata import INBOX, MailboxNotFoundError, Metadata, canonical_mailbox


class RunMetadata:
    """Values by mailbox ('' for the server) and entry, for one user.

    ``values`` (of the server) are in front of ``store``, and never written to it. Changes of others are,
    if ``writes``; else they last for the run, as do those of mailboxes that only the run has: nothing
    is made on disk for them.
    """

    def __init__(self, store: Metadata, values: Mapping[EntryName, str], *, writes: bool) -> None:
        self._store = store
        self._own: dict[tuple[str, Entry], str | None] = {
            (INBOX, as_entry(name).below_server()): value for name, value in values.items()
        }
        self._writes = writes
        # The store acts as the mail's owner for a moment, which the whole process does with it.
        self._lock = Lock()

    def get(self, mailbox: str, entry: EntryName) -> str | None:
        """Return a value, None if there is none, or no mailbox. Raises MetadataError, MailboxError."""
        place = _place(mailbox, entry)
        if place in self._own:
            return self._own[place]
        with self._lock, suppress(MailboxNotFoundError):
            return self._store.get(mailbox, entry)
        return None

    def set(self, mailbox: str, entry: EntryName, value: str) -> None:
        """Set a value. Raises MetadataError, MailboxError."""
        self._change(mailbox, entry, value)

    def unset(self, mailbox: str, entry: EntryName) -> None:
        """Take a value away; it need not be there. Raises what ``set`` raises."""
        self._change(mailbox, entry, None)

    def names(self, mailbox: str, prefix: EntryName) -> Iterable[str]:
        """Return the names that begin with ``prefix``, without it. Raises DictError, MailboxError."""
        box, wanted = _place(mailbox, prefix)
        with self._lock:
            listings = self._store.list(mailbox, prefix)
        listing = next(one for one in listings if one.type is wanted.type)
        if isinstance(listing.error, DictError):
            text = f"dict_iterate({listing.path}) failed: {listing.error.message}"
            raise type(listing.error)(text if listing.path else listing.error.message)
        if listing.error is not None and not isinstance(listing.error, MailboxNotFoundError):
            raise listing.error
        found = dict.fromkeys(listing.names)
        for (place, entry), value in self._own.items():
            if place == box and entry.type is wanted.type and entry.name.startswith(wanted.name):
                name = entry.name.removeprefix(wanted.name)
                if value is not None:
                    found[name] = None
                elif find_built_in(entry, is_inbox=box == INBOX) is None:
                    found.pop(name, None)
        return tuple(found)

    def _change(self, mailbox: str, entry: EntryName, value: str | None) -> None:
        place = _place(mailbox, entry)
        if place not in self._own:
            with self._lock, suppress(MailboxNotFoundError):
                if self._writes:
                    self._store.change(mailbox, entry, value)
                    return
                self._store.open_dict()
        built_in = find_built_in(place[1], is_inbox=place[0] == INBOX)
        if built_in is not None and built_in.read_only:
            raise ReadOnlyEntryError(f"The {place[1]} attribute cannot be changed")
        self._own[place] = value


def _place(mailbox: str, entry: EntryName) -> tuple[str, Entry]:
    parsed = as_entry(entry)
    return (canonical_mailbox(mailbox), parsed) if mailbox else (INBOX, parsed.below_server())
