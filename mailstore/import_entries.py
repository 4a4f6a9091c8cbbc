"""Writing many entries of many users: everything is checked first, then each store is written once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from dovecot_conf.errors import MetadataError
from mailstore.dict_file import FileDict
from mailstore.dict_interface import Dict
from mailstore.entries import (
    BUILT_INS,
    SERVER_PREFIX,
    Entry,
    EntryNameError,
    EntryType,
    ReadOnlyEntryError,
    parse_entry,
)
from mailstore.metadata import (
    DICT_PATHS,
    INBOX,
    MailboxNotCreatedError,
    Metadata,
    canonical_mailbox,
)
from mailstore.privileges import acting_as


class ValueRefusedError(MetadataError):
    """A value or name that a dict can't hold."""


@dataclass(slots=True)
class _Box:
    """What will be written for one mailbox; ``guid`` is "" until it is made.

    ``read_only`` are the names that can't be changed, ``values`` the new ones.
    """

    guid: str
    read_only: dict[EntryType, frozenset[str]]
    values: dict[EntryType, dict[str, str]]


@dataclass(slots=True)
class _UserEntries:
    metadata: Metadata
    store: Dict
    boxes: dict[str, _Box] = field(default_factory=dict)


@dataclass(slots=True)
class Importer:
    """Collects entries with ``add``; ``write`` stores them.

    ``open_metadata`` opens the METADATA of a user. ``create`` makes a mailbox that Dovecot would make.
    ``count`` are the entries so far; ``write`` says how many stores there are, and how many it has written.
    """

    open_metadata: Callable[[str], Metadata]
    create: bool = False
    count: int = 0
    written: int = 0
    store_count: int = 0
    _users: dict[str, _UserEntries] = field(default_factory=dict)
    _places: dict[tuple[str, str | None, str], tuple[_Box, str]] = field(default_factory=dict)

    @property
    def user_count(self) -> int:
        """How many users have entries."""
        return len(self._users)

    def add(self, user: str, mailbox: str | None, guid: str, entry: str, value: str) -> None:
        """Check an entry and keep it; a later one of the same name replaces it.

        ``mailbox`` is "" for the server, None for the mailbox of ``guid``. Raises EntryNameError,
        ReadOnlyEntryError, ValueRefusedError, NotEnabledError, MailboxError, DictError, and what
        ``open_metadata`` raises.
        """
        parsed = parse_entry(entry)
        if not parsed.name:
            raise EntryNameError(f"Invalid metadata key '{entry}': nothing behind the type")
        _check_text(parsed.name, value)
        place = self._places.get((user, mailbox, guid))
        if place is None:
            place = self._places[user, mailbox, guid] = self._find(user, mailbox, guid)
        box, prefix = place
        if mailbox is not None and parsed.type is EntryType.SHARED:
            self._require_own(user, mailbox)
        name = prefix + parsed.name
        if name in box.read_only[parsed.type]:
            raise ReadOnlyEntryError(f"The {Entry(parsed.type, name)} attribute cannot be changed")
        box.values[parsed.type][name] = value
        self.count += 1

    def write(self) -> None:
        """Write all entries, one transaction for each store; ``written`` counts those that are done.

        Raises MailboxError when a mailbox can't be made, DictError; stores before the one that
        failed stay written then.
        """
        stores: dict[tuple[str, str], tuple[_UserEntries, dict[str, str | None]]] = {}
        for user, entries in self._users.items():
            changes = stores.setdefault(self._store_of(user, entries), (entries, {}))[1]
            for name, box in entries.boxes.items():
                guid = box.guid or entries.metadata.open_mailbox(name, create=True)
                for type_, values in box.values.items():
                    path = f"{DICT_PATHS[type_]}/{guid}/"
                    changes.update({path + entry: value for entry, value in values.items()})
        self.store_count = len(stores)
        for entries, changes in stores.values():
            with acting_as(*entries.metadata.owner):
                entries.store.update(changes)
            self.written += 1

    @staticmethod
    def _store_of(user: str, entries: _UserEntries) -> tuple[str, str]:
        """Tell stores apart: a file is one for all its users, other dicts keep users apart themselves."""
        if isinstance(entries.store, FileDict):
            return str(entries.store.path), ""
        return entries.metadata.location, user

    def _find(self, user: str, mailbox: str | None, guid: str) -> tuple[_Box, str]:
        if user not in self._users:
            # Who imports works on the store itself, whatever the user may see.
            metadata = self.open_metadata(user).replace(access=None)
            with acting_as(*metadata.owner):
                self._users[user] = _UserEntries(metadata, metadata.open_dict())
        entries = self._users[user]
        if mailbox is None:
            return entries.boxes.setdefault(f"/{guid}", _new_box(guid, is_inbox=False)), ""
        name = canonical_mailbox(mailbox) or INBOX
        if name not in entries.boxes:
            entries.boxes[name] = _new_box(
                self._guid(entries.metadata, name), is_inbox=entries.metadata.mailboxes.is_inbox(name)
            )
        return entries.boxes[name], "" if mailbox else SERVER_PREFIX

    def _require_own(self, user: str, mailbox: str) -> None:
        shared_dict = self._users[user].metadata.shared_dict
        if mailbox and shared_dict is not None and shared_dict(canonical_mailbox(mailbox)) is not None:
            raise ValueRefusedError(
                f"{mailbox} is another user's, in whose store shared entries are: import them for that user"
            )

    def _guid(self, metadata: Metadata, name: str) -> str:
        try:
            return metadata.open_mailbox(name)
        except MailboxNotCreatedError as error:
            if self.create and error.can_create:
                return ""
            raise


def _new_box(guid: str, *, is_inbox: bool) -> _Box:
    read_only = {
        type_: frozenset(
            built_in.entry.name
            for built_in in BUILT_INS
            if built_in.read_only and built_in.entry.type is type_ and (is_inbox or not built_in.is_server)
        )
        for type_ in EntryType
    }
    return _Box(guid, read_only, {type_: {} for type_ in EntryType})


def _check_text(name: str, value: str) -> None:
    if "\0" not in name + value and name.isascii() and value.isascii():
        return
    for what, text in (("entry", name), ("value", value)):
        if "\0" in text:
            raise ValueRefusedError(f"the {what} holds a NUL character: no dict of Dovecot can keep it")
        try:
            text.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            raise ValueRefusedError(f"the {what} holds half of a surrogate pair: that is no text") from None
