"""The link of the entry: whether the value is there, and if a driver can make something of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from dovecot_conf.errors import MailboxError, MetadataError
from mailstore.entries import Entry, parse_entry
from mailstore.links import Link, LinkState
from mailstore.metadata import Metadata
from mailstore.metadata_store import MetadataStore
from mailstore.near_entries import NearMiss, below_other_guids, near_misses

NAME = "entry"


class Reading(NamedTuple):
    """What a driver makes of a value: ``problem`` is why it does nothing, '' if it works."""

    problem: str = ""
    notes: tuple[str, ...] = ()


def check_entry(
    store: MetadataStore,
    name: str,
    read: Callable[[str], Reading],
    remedy: tuple[str, ...],
    *,
    is_shared: bool = False,
) -> Link:
    """Look for the value of ``name``, an entry of the server, and let ``read`` judge it.

    ``remedy`` are the commands that set a right value. ``is_shared``: other users have the same store.
    Raises UnknownUserError and LiveServerError of a running server.
    """
    wanted = parse_entry(name)
    try:
        value = store.get("", wanted)
    except (MetadataError, MailboxError) as error:
        return Link(NAME, LinkState.BROKEN, f"{name} can't be read: {error}")
    # A running server's doveadm doesn't tell an empty value from none.
    if value is None or (value == "" and not isinstance(store, Metadata)):
        notes = tuple(_elsewhere(store, wanted, is_shared=is_shared))
        return Link(NAME, LinkState.BROKEN, f"{name} has no value", remedy, notes)
    reading = read(value)
    seen = f"{name} = {value!r}" if not value.isprintable() or value != value.strip() else f"{name} = {value}"
    if reading.problem:
        return Link(NAME, LinkState.BROKEN, f"{seen}: {reading.problem}", remedy, reading.notes)
    return Link(NAME, LinkState.OK, seen, (), reading.notes)


def _elsewhere(store: MetadataStore, wanted: Entry, *, is_shared: bool) -> Iterator[str]:
    yield from map(_told, near_misses(store, wanted))
    if not isinstance(store, Metadata):
        return
    of_others, orphans = below_other_guids(store, wanted)
    for item in of_others:
        yield f"the mailbox {item.mailbox} has this entry = {item.value}: it is read on INBOX only"
    if not orphans:
        return
    if is_shared:
        count = f"{len(orphans)} other GUID{'s' if len(orphans) > 1 else ''}"
        yield f"the store has this entry below {count}: of other users, or of an older INBOX of this one"
        return
    for item in orphans:
        yield (
            f"the GUID {item.guid} of no mailbox has this entry = {item.value}: "
            "set for an INBOX that is no more, so set it again"
        )


def _told(miss: NearMiss) -> str:
    return f"found {miss.entry} of {miss.mailbox or 'the server'} = {miss.value}: {miss.why}"
