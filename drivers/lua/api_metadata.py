"""METADATA as a script reads and changes it; each call is a transaction of its own, as in Dovecot."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dovecot_conf.errors import DictError, MailboxError, MetadataError
from drivers.log import Log
from drivers.lua.assertions import ENDED, Answer, Assertions
from drivers.lua.machine import LuaMachine, decode, encode
from mailstore.dotlock import LockPlaceError
from mailstore.entries import Entry, EntryType
from mailstore.metadata import DictInitError, canonical_mailbox

if TYPE_CHECKING:
    from drivers.session import UserSession

_TYPES = {f"/{type_}/".encode(): type_ for type_ in EntryType}
_WRONG_PREFIX = b"Invalid key prefix, must be /private/ or /shared/"
_PATHS = {EntryType.PRIVATE: "private", EntryType.SHARED: "shared"}
_INTERNAL_ERROR = "Internal error occurred. Refer to server log for more information. [%Y-%m-%d %H:%M:%S]"
_LEAD_OF_USER = b"Cannot get attribute: "
_LEADS_OF_MAILBOX = (b"Cannot unset attribute: ", b"Cannot set attribute: ")
_NULS = b"Attribute string value has NULs"


class LuaMetadata:
    """The METADATA calls of users and mailboxes, in the session that ``entered`` gives.

    A ``place`` has a mailbox, or is that of the user. ``log`` gets the errors that scripts aren't told.
    """

    def __init__(
        self,
        machine: LuaMachine,
        entered: Callable[[], UserSession],
        assertions: Assertions,
        log: Log,
    ) -> None:
        self._machine = machine
        self._entered = entered
        self._assertions = assertions
        self._log = log
        self._dict_failed = False

    def metadata_get(self, place: Any, key: bytes) -> Answer:
        """Return a value, None if there is none."""
        mailbox, entry = _mailbox(place), _entry(key)
        if not mailbox and not self._assertions.has_inbox(self._entered()):
            return ENDED
        if entry is None:
            return False, _WRONG_PREFIX
        try:
            self._check_mailbox(mailbox)
            value = self._entered().store.get(mailbox, entry)
        except (MetadataError, MailboxError) as error:
            return False, self._told(
                error, mailbox, f"Failed to get attribute {_stored_name(mailbox, entry)}"
            )
        return True, encode(value) if value is not None else None

    def metadata_set(self, place: Any, key: bytes, value: bytes | None) -> Answer:
        """Set a value, or with None take it away."""
        mailbox, entry = _mailbox(place), _entry(key)
        lead = _LEAD_OF_USER if not mailbox else _LEADS_OF_MAILBOX[value is not None]
        if entry is None:
            return False, lead + _WRONG_PREFIX if mailbox else _WRONG_PREFIX
        holds = (
            self._assertions.is_opened(place[b"opened"])
            if mailbox
            else self._assertions.has_inbox(self._entered())
        )
        if not holds:
            return ENDED
        store = self._entered().store
        try:
            if value is None:
                store.unset(mailbox, entry)
            elif b"\0" in value:
                return False, lead + _NULS
            else:
                store.set(mailbox, entry, decode(value))
        except (MetadataError, MailboxError) as error:
            what = f"Dict {_PATHS[entry.type]} transaction commit failed"
            return False, self._told(error, mailbox, what, lead)
        return True, None

    def metadata_list(self, place: Any, prefix: bytes) -> Answer:
        """Return a table of all values whose names begin so."""
        store, mailbox, entry = self._entered().store, _mailbox(place), _entry(prefix)
        if not mailbox and not self._assertions.has_inbox(self._entered()):
            return ENDED
        if entry is None:
            return False, _WRONG_PREFIX
        found: dict[bytes, bytes | None] = {}
        try:
            self._check_mailbox(mailbox)
            for name in store.names(mailbox, entry):
                value = store.get(mailbox, Entry(entry.type, entry.name + name))
                found[prefix + encode(name)] = encode(value) if value is not None else b""
        except (MetadataError, MailboxError) as error:
            return False, self._told(error, mailbox, "")
        return True, self._machine.table(found)

    def _check_mailbox(self, mailbox: str) -> None:
        if mailbox and mailbox not in self._entered().mailboxes:
            raise MailboxError(f"Mailbox doesn't exist: {mailbox}")

    def _told(self, error: MetadataError | MailboxError, mailbox: str, what: str, lead: bytes = b"") -> bytes:
        """Return what the script hears of an error; that of a dict is in the log, and not told."""
        if isinstance(error, MailboxError):
            return (lead if mailbox else b"Cannot open INBOX: ") + encode(error.message)
        if not isinstance(error, DictError):
            return lead + encode(error.message)
        if isinstance(error, LockPlaceError):
            self._log.write_error("", error.logged)
        if not isinstance(error, DictInitError):
            box = canonical_mailbox(mailbox) or "INBOX"
            parts = (f"Mailbox {box}", what, error.message)
            self._log.write_error("", ": ".join(part for part in parts if part))
        elif not self._dict_failed:
            self._dict_failed = True
            self._log.write_error("", error.message)
        now = self._entered().surroundings.clock.now()
        return lead + time.strftime(_INTERNAL_ERROR, time.localtime(now)).encode()


def _entry(key: bytes) -> Entry | None:
    """Return the entry of a key; unlike doveadm, scripts may use capital letters."""
    for prefix, type_ in _TYPES.items():
        if key.startswith(prefix):
            return Entry(type_, decode(key[len(prefix) :]))
    return None


def _stored_name(mailbox: str, entry: Entry) -> str:
    return (entry if mailbox else entry.below_server()).name


def _mailbox(place: Any) -> str:
    name = place[b"mailbox"]
    return decode(name) if name is not None else ""
