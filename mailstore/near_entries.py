"""Where a value is when it isn't where it is looked for: what goes wrong in practice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

from dovecot_conf.errors import MailboxError, MetadataError
from dovecot_conf.near import nearest
from mailstore.entries import SERVER_PREFIX, Entry, EntryType
from mailstore.export_entries import Item, WholeDict, sorted_by_guid
from mailstore.mailbox_name import MailboxNameError
from mailstore.metadata import INBOX, MailboxNotFoundError, Metadata
from mailstore.metadata_store import MetadataStore
from mailstore.privileges import acting_as

MOST_SHOWN = 5
# How much alike names must be: the whole, and its last component.
WHOLE, LAST = 0.8, 0.75


class NearMiss(NamedTuple):
    """An entry that was probably meant: where it is, its value, and why it isn't read."""

    mailbox: str
    entry: Entry
    value: str
    why: str


def near_misses(store: MetadataStore, wanted: Entry) -> list[NearMiss]:
    """Return the entries of INBOX and of the server that come near ``wanted``, an entry of the server.

    Of a store that can't list its names only the usual mistakes are looked for. Raises nothing of what
    a store can't answer.
    """
    found: dict[tuple[str, Entry], NearMiss] = {}
    for mailbox, entry in _candidates(store, wanted):
        if entry == wanted and not mailbox:
            continue
        with suppress(MetadataError, MailboxError):
            value = store.get(mailbox, entry)
            if value:
                found.setdefault(
                    (mailbox, entry), NearMiss(mailbox, entry, value, _why(mailbox, entry, wanted))
                )
    return list(found.values())[:MOST_SHOWN]


def _candidates(store: MetadataStore, wanted: Entry) -> Iterator[tuple[str, Entry]]:
    for type_ in EntryType:
        yield "", Entry(type_, wanted.name)
        yield INBOX, Entry(type_, wanted.name)
    for entry in _stored(store):
        is_server = entry.name.startswith(SERVER_PREFIX)
        name = entry.name.removeprefix(SERVER_PREFIX)
        if is_near(name, wanted.name):
            yield ("" if is_server else INBOX), Entry(entry.type, name)


def _stored(store: MetadataStore) -> Iterator[Entry]:
    with suppress(MetadataError, MailboxError):
        for listing in store.list(INBOX):
            yield from (Entry(listing.type, name) for name in listing.names)


def is_near(name: str, wanted: str) -> bool:
    """Tell whether an entry's name may be a misspelling of another."""
    last, wanted_last = (text.rpartition("/")[2] for text in (name, wanted))
    return bool(nearest(name, (wanted,), WHOLE)) or bool(nearest(last, (wanted_last,), LAST))


def _why(mailbox: str, entry: Entry, wanted: Entry) -> str:
    reasons = []
    if mailbox:
        reasons.append('it is one of the mailbox INBOX; the mailbox has to be empty: -s ""')
    if entry.type is not wanted.type:
        reasons.append(f"it is /{entry.type}, and /{wanted.type} is read")
    if entry.name != wanted.name:
        reasons.append("the name is another one")
    return ", and ".join(reasons)


def below_other_guids(metadata: Metadata, wanted: Entry) -> tuple[list[Item], list[Item]]:
    """Return values of ``wanted`` below other mailboxes of the user, and below GUIDs of no mailbox.

    Only a store that can be read at once tells this: of others nothing is returned.
    """
    name = wanted.below_server().name
    with acting_as(*metadata.owner), suppress(MetadataError, MailboxError):
        store = metadata.open_dict()
        if isinstance(store, WholeDict):
            known = dict(_mailboxes(metadata))
            items = [
                Item(known.get(guid), guid, entry, value)
                for guid, pairs in sorted_by_guid(store.read()).by_guid.items()
                for entry, value in pairs
                if known.get(guid) != INBOX
                and entry.type is wanted.type
                and entry.name in (name, wanted.name)
            ]
            return [item for item in items if item.mailbox], [item for item in items if not item.mailbox]
    return [], []


def _mailboxes(metadata: Metadata) -> Iterable[tuple[str, str]]:
    for box in (INBOX, *metadata.mailboxes.names()):
        with suppress(MailboxNotFoundError, MailboxNameError):
            yield metadata.mailboxes.guid(box), box
