"""Everything that a user has stored in a dict, by mailbox name and entry: for moving it to another store."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, runtime_checkable

from mailstore.dict_interface import Dict
from mailstore.entries import SERVER_PREFIX, Entry, EntryType
from mailstore.mailbox_name import MailboxNameError
from mailstore.metadata import DICT_PATHS, INBOX, MailboxNotFoundError, Metadata, canonical_mailbox
from mailstore.privileges import acting_as

_KEY = re.compile(r"(priv|shared)/([0-9a-f]{32})/(.+)", re.DOTALL)
_TYPES = {path: type_ for type_, path in DICT_PATHS.items()}


class Item(NamedTuple):
    """One stored value. ``mailbox`` is "" for the server, None when ``guid`` belongs to no known mailbox."""

    mailbox: str | None
    guid: str
    entry: Entry
    value: str


@runtime_checkable
class WholeDict(Protocol):
    """A dict that can be read at once, with what belongs to no mailbox."""

    def read(self) -> Mapping[str, str]:
        """Return all pairs. Raises DictError."""


@dataclass(slots=True)
class GuidPairs:
    """The pairs of a dict that was read at once; ``foreign`` counts keys that are no METADATA.

    ``claimed`` are the GUIDs that belong to a mailbox of some user.
    """

    by_guid: dict[str, list[tuple[Entry, str]]] = field(default_factory=dict)
    foreign: int = 0
    claimed: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Exporter:
    """Reads the stores of users one after the other; a file that several share is read once."""

    _stores: dict[str, GuidPairs] = field(default_factory=dict)

    def items(self, metadata: Metadata, mailboxes: Iterable[str] = ()) -> list[Item]:
        """Return what is stored for the mailboxes of a user, of all that are found when none is named.

        Server entries (below INBOX) have the mailbox "". Raises MailboxNotFoundError for a named
        mailbox that is missing, MailboxError, NotEnabledError, DictError.
        """
        wanted = {canonical_mailbox(name) for name in mailboxes}
        found: list[Item] = []
        with acting_as(*metadata.owner):
            store = metadata.open_dict()
            guids = _guids(metadata, wanted)
            whole = self._whole(store, metadata.location)
            for guid, box in guids.items():
                pairs = _pairs(store, guid) if whole is None else whole.by_guid.get(guid, [])
                if whole is not None:
                    whole.claimed.add(guid)
                items = sorted((_item(box, guid, *pair) for pair in pairs), key=_order)
                found += [item for item in items if not wanted or item.mailbox in wanted]
        return found

    def unclaimed(self, metadata: Metadata) -> Iterator[Item]:
        """Yield what the user's store has for GUIDs that no mailbox had so far, each once.

        Only a store that can be read at once tells this.
        """
        whole = self._stores.get(metadata.location)
        if whole is None:
            return
        for guid in sorted(whole.by_guid.keys() - whole.claimed):
            whole.claimed.add(guid)
            items = (Item(None, guid, *pair) for pair in whole.by_guid[guid])
            yield from sorted(items, key=_order)

    def count_left_out(self) -> int:
        """Return how many pairs were in the stores and not among the items."""
        return sum(
            store.foreign
            + sum(len(pairs) for guid, pairs in store.by_guid.items() if guid not in store.claimed)
            for store in self._stores.values()
        )

    def _whole(self, store: Dict, location: str) -> GuidPairs | None:
        if location not in self._stores and isinstance(store, WholeDict):
            self._stores[location] = sorted_by_guid(store.read())
        return self._stores.get(location)


def _guids(metadata: Metadata, wanted: Iterable[str]) -> dict[str, str]:
    """Return the mailbox of each GUID; the first of two names of one mailbox counts."""
    guids: dict[str, str] = {}
    if wanted:
        for name in sorted(wanted):
            box = name or INBOX
            guids.setdefault(metadata.mailboxes.guid(box), box)
        return guids
    for box in metadata.mailboxes.names():
        # A folder between mailboxes has no GUID, and one that nobody opened yet no entries.
        with suppress(MailboxNotFoundError, MailboxNameError):
            guids.setdefault(metadata.mailboxes.guid(box), box)
    return guids


def sorted_by_guid(pairs: Mapping[str, str]) -> GuidPairs:
    """Return the pairs of a whole dict by GUID."""
    store = GuidPairs()
    for key, value in pairs.items():
        match = _KEY.fullmatch(key)
        if match is None:
            store.foreign += 1
        else:
            store.by_guid.setdefault(match[2], []).append((Entry(_TYPES[match[1]], match[3]), value))
    return store


def _pairs(store: Dict, guid: str) -> list[tuple[Entry, str]]:
    found: list[tuple[Entry, str]] = []
    for type_ in EntryType:
        path = f"{DICT_PATHS[type_]}/{guid}/"
        for name in store.keys_below(path):
            value = store.lookup(path + name)
            # Somebody may have removed it meanwhile.
            if value is not None and name:
                found.append((Entry(type_, name), value))
    return found


def _item(box: str, guid: str, entry: Entry, value: str) -> Item:
    if box == INBOX and entry.name.startswith(SERVER_PREFIX) and entry.name != SERVER_PREFIX:
        return Item("", guid, Entry(entry.type, entry.name.removeprefix(SERVER_PREFIX)), value)
    return Item(box, guid, entry, value)


def _order(item: Item) -> tuple[str, str]:
    return item.mailbox or "", str(item.entry)
