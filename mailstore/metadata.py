"""METADATA (RFC 5464) as Dovecot stores it: in a dict, below the GUID of the mailbox.

The rules are those of ``doveadm mailbox metadata`` in Dovecot 2.3.19.1 and 2.4.1, which are laxer
than those of IMAP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol, Self

from dovecot_conf.errors import DictError, MailboxError, MetadataError
from dovecot_conf.value import Value
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
from mailstore.metadata_store import require_name
from mailstore.privileges import acting_as

if TYPE_CHECKING:
    from mailstore.dict_interface import Dict

INBOX = "INBOX"
DICT_PATHS = {EntryType.PRIVATE: "priv", EntryType.SHARED: "shared"}


class NotEnabledError(MetadataError):
    """The configuration has METADATA switched off."""


class MailboxNotFoundError(MailboxError):
    """There is no such mailbox."""


class NoPermissionError(MailboxError):
    """A mailbox is there, and its access control list doesn't let the user have METADATA."""


class EntryRefusedError(MetadataError):
    """An entry is one that the user may not see."""


class MailboxNotCreatedError(MailboxNotFoundError):
    """A mailbox is not there yet; Dovecot would make it in ``location`` when it is opened.

    ``can_create`` tells that ``open_mailbox`` can make it too.
    """

    def __init__(self, message: str, location: str, *, can_create: bool) -> None:
        super().__init__(message)
        self.location = location
        self.can_create = can_create


class DictInitError(DictError):
    """The setting that says which dict to use is wrong or asks for an unknown kind of dict.

    ``storage`` stands in front of it in Dovecot's log.
    """

    def __init__(self, message: str, storage: str = "") -> None:
        super().__init__(message)
        self.storage = storage


class Mailboxes(Protocol):
    """What METADATA needs to know of a user's mailboxes."""

    def guid(self, mailbox: str) -> str:
        """Return the GUID, 32 hex digits. Raises MailboxNotFoundError, MailboxError."""

    def create(self, mailbox: str) -> str:
        """Make a mailbox that Dovecot would make; return its GUID. Raises MailboxError."""

    def is_inbox(self, mailbox: str) -> bool:
        """Tell whether a name is that of the user's INBOX, which has the entries of the server."""

    def is_any_inbox(self, mailbox: str) -> bool:
        """Tell whether a name is that of an INBOX, be it another user's."""

    def spelling(self, mailbox: str) -> str:
        """Return a name as messages spell it: INBOX at its beginning has no case."""

    def names(self) -> Iterable[str]:
        """Return the names of the mailboxes that can be found. Raises MailboxError."""

    def setting(self, mailbox: str, name: str) -> str:
        """Return a setting of the mailbox (``special_use``, ``comment``) or of the server; "" when unset."""


class Access(Protocol):
    """What a user may do in mailboxes."""

    def require(self, mailbox: str, *, opens: bool) -> None:
        """Raise MailboxNotFoundError or NoPermissionError where the user may have no METADATA, MailboxError.

        Unless it is opened at once, a name that no mailbox can have is told only to who may see it.
        """

    def require_entry(self, mailbox: str, name: str) -> None:
        """Raise EntryRefusedError for an entry that nobody may have in a mailbox, whatever the rights."""


class Listing(Value):
    """The names of one type below a prefix, and the error that kept the stored ones away.

    ``path`` is the beginning of the keys that were asked for, "" when the mailbox wasn't found.
    """

    type: EntryType
    names: tuple[str, ...]
    path: str = ""
    error: MailboxError | MetadataError | None = None


def canonical_mailbox(name: str) -> str:
    """Return INBOX for any spelling of it, other names unchanged."""
    return INBOX if name.upper() == INBOX else name


class Metadata(Value):
    """The METADATA of one user.

    ``location`` is the path of the store, or what the configuration says of it. ``own`` tells that
    it is pushnotif's own store and not the server's. ``open_dict`` returns the dict, and raises
    NotEnabledError or DictInitError when there is none. ``owner`` is the uid, the gid and the
    other groups of the mail user, whose rights count when root asks. An empty mailbox name means the server,
    whose entries everybody may have; for mailboxes ``access`` says who, None everybody. ``shared_dict`` gives
    what opens the dict of the shared entries of a mailbox, None where that is the user's.
    """

    mailboxes: Mailboxes
    open_dict: Callable[[], Dict]
    location: str
    own: bool = False
    owner: tuple[int | None, int | None, tuple[int, ...]] = (None, None, ())
    access: Access | None = None
    shared_dict: Callable[[str], Callable[[], Dict] | None] | None = None

    def with_groups(self, groups: tuple[int, ...]) -> Self:
        """Return the same for a mail user who is in these groups besides."""
        uid, gid, _ = self.owner
        return self.replace(owner=(uid, gid, groups))

    def get(self, mailbox: str, entry: EntryName) -> str | None:
        """Return a value, None when nothing is stored and there is no default.

        A mailbox that Dovecot would make first has no values. Raises EntryNameError, EntryRefusedError,
        NotEnabledError, NoPermissionError, MailboxNotFoundError, MailboxError, DictError.
        """
        box, parsed = self._address(mailbox, entry)
        built_in = find_built_in(parsed, is_inbox=self.mailboxes.is_inbox(box))
        if built_in is not None and built_in.read_only:
            return self.mailboxes.setting(box, built_in.setting) or None
        stored = None
        with acting_as(*self.owner), suppress(MailboxNotCreatedError):
            self._require(mailbox, box, opens=False)
            self._require_entry(mailbox, box, parsed)
            key = self._key(box, parsed)
            stored = self._dict(box, parsed.type).lookup(key)
        if stored is None and built_in is not None:
            return self.mailboxes.setting(box, built_in.setting) or None
        return stored

    def set(self, mailbox: str, entry: EntryName, value: str) -> None:
        """Store a value. Raises what ``get`` raises, and ReadOnlyEntryError."""
        self.change(mailbox, entry, value)

    def unset(self, mailbox: str, entry: EntryName) -> None:
        """Remove a value; it need not be there. Raises what ``set`` raises."""
        self.change(mailbox, entry, None)

    def change(self, mailbox: str, entry: EntryName, value: str | None) -> None:
        """Store a value, or with None remove it. Raises what ``set`` raises."""
        box, parsed = self._address(mailbox, entry)
        require_name(parsed)
        built_in = find_built_in(parsed, is_inbox=self.mailboxes.is_any_inbox(box))
        with acting_as(*self.owner):
            self._require(mailbox, box, opens=True)
            key = self._key(box, parsed)
            if built_in is not None and built_in.read_only:
                raise ReadOnlyEntryError(f"The {parsed} attribute cannot be changed")
            self._require_entry(mailbox, box, parsed)
            self._dict(box, parsed.type).update({key: value})

    def list(self, mailbox: str, prefix: EntryName = "") -> tuple[Listing, ...]:
        """Return the names that begin with ``prefix`` (an entry name or ""), cut off at it.

        Without a name behind the type both types are listed, unless the mailbox is the server,
        as doveadm does. The built-in names are there also when an error keeps the others away.
        Raises EntryNameError.
        """
        box, parsed = self._address(mailbox, prefix or f"/{EntryType.PRIVATE}")
        types = [parsed.type] if parsed.name else list(EntryType)
        return tuple(self._list_type(mailbox, box, Entry(type_, parsed.name)) for type_ in types)

    def spelling(self, mailbox: str) -> str:
        """Return the name of the mailbox with the entries, as messages spell it."""
        return self.mailboxes.spelling(canonical_mailbox(mailbox) or INBOX)

    def open_mailbox(self, mailbox: str, *, create: bool = False) -> str:
        """Check that the mailbox exists; return its GUID.

        With ``create``, a mailbox that Dovecot would make when it opens it is made. Raises
        MailboxNotCreatedError for such a one otherwise, MailboxNotFoundError, MailboxError.
        """
        name = canonical_mailbox(mailbox) or INBOX
        with acting_as(*self.owner):
            self._require(mailbox, name, opens=True)
            try:
                return self.mailboxes.guid(name)
            except MailboxNotCreatedError:
                if not create:
                    raise
                return self.mailboxes.create(name)

    def _address(self, mailbox: str, entry: EntryName) -> tuple[str, Entry]:
        parsed = as_entry(entry)
        return (canonical_mailbox(mailbox), parsed) if mailbox else (INBOX, parsed.below_server())

    def _key(self, box: str, entry: Entry) -> str:
        return f"{DICT_PATHS[entry.type]}/{self.mailboxes.guid(box)}/{entry.name}"

    def _dict(self, box: str, type_: EntryType) -> Dict:
        """Return the dict with the entries of a type: those that others may see are the owner's."""
        theirs = None
        if type_ is EntryType.SHARED and self.shared_dict is not None:
            theirs = self.shared_dict(box)
        return (theirs or self.open_dict)()

    def _require(self, mailbox: str, box: str, *, opens: bool) -> None:
        """Raise what ``access`` raises for a mailbox that isn't the server."""
        if self.access is not None and mailbox:
            self.access.require(box, opens=opens)

    def _require_entry(self, mailbox: str, box: str, entry: Entry) -> None:
        if self.access is not None and mailbox:
            self.access.require_entry(box, entry.name)

    def _list_type(self, mailbox: str, box: str, prefix: Entry) -> Listing:
        stored: list[str] = []
        error: MailboxError | DictError | None = None
        has_dict, key = True, ""
        try:
            with acting_as(*self.owner):
                self._require(mailbox, box, opens=False)
                key = self._key(box, prefix)
                stored = list(self._dict(box, prefix.type).keys_below(key))
        except NotEnabledError:
            has_dict = False
        except MailboxNotCreatedError:
            pass
        except (MailboxError, DictError) as failure:
            error = failure
        built_in = built_in_names(prefix, is_inbox=self.mailboxes.is_inbox(box), has_dict=has_dict)
        return Listing(prefix.type, tuple(merge_names(stored, built_in)), key, error)
