"""Names of METADATA entries (RFC 5464) and the entries Dovecot knows by itself."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple, Self

from dovecot_conf.errors import MetadataError
from dovecot_conf.value import Value

# Server entries (the empty mailbox name) are kept in INBOX below this prefix.
SERVER_PREFIX = "vendor/vendor.dovecot/pvt/server/"
_ASCII_LOWER = {code: code + 32 for code in b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


class EntryNameError(MetadataError):
    """An entry name is malformed, or names an entry that can't be stored."""


class ReadOnlyEntryError(MetadataError):
    """An entry whose value comes from the configuration can't be changed."""


class EntryType(StrEnum):
    """Whose an entry is; the value is its first component in an entry name."""

    PRIVATE = "private"
    SHARED = "shared"


_TYPES = {type_.value: type_ for type_ in EntryType}


class Entry(NamedTuple):
    """A parsed entry name: ``/private/vendor/x`` is PRIVATE and ``vendor/x``; the name may be empty."""

    type: EntryType
    name: str

    def __str__(self) -> str:
        """Return the entry name as RFC 5464 writes it."""
        return f"/{self.type}/{self.name}"

    def below_server(self) -> Self:
        """Return the entry of INBOX that stands for this entry of the server."""
        return self._replace(name=SERVER_PREFIX + self.name)


def fold(text: str) -> str:
    """Lower-case the ASCII letters, as doveadm does with entry names."""
    return text.lower() if text.isascii() else text.translate(_ASCII_LOWER)


def parse_entry(text: str) -> Entry:
    """Read an entry name like doveadm 2.3.19.1 and 2.4.1: case is folded, the rest isn't looked at.

    Raises EntryNameError when it doesn't begin with the component /private or /shared.
    """
    folded = fold(text)
    start, _, rest = folded.removeprefix("/").partition("/")
    if start in _TYPES and folded.startswith("/"):
        return Entry(_TYPES[start], rest)
    raise EntryNameError(f"Invalid metadata key '{folded}': Must begin with /private or /shared")


EntryName = str | Entry
"""An entry as doveadm takes its name, or with its name as it is stored."""


def as_entry(name: EntryName) -> Entry:
    """Return the entry of a name. Raises EntryNameError."""
    return name if isinstance(name, Entry) else parse_entry(name)


class BuiltIn(Value):
    """An entry that Dovecot lists and answers also without a stored value.

    ``setting`` names where the value comes from. A ``read_only`` entry has this value only; the
    others have it while nothing is stored.
    """

    entry: Entry
    setting: str
    read_only: bool

    @property
    def is_server(self) -> bool:
        """Tell whether this is an entry of the server, to be found in INBOX only."""
        return self.entry.name.startswith(SERVER_PREFIX)


# In the order Dovecot lists them: by type, then by name.
BUILT_INS = (
    BuiltIn(Entry(EntryType.PRIVATE, "comment"), "comment", read_only=False),
    BuiltIn(Entry(EntryType.PRIVATE, "specialuse"), "special_use", read_only=True),
    BuiltIn(Entry(EntryType.SHARED, "comment"), "comment", read_only=False),
    BuiltIn(Entry(EntryType.SHARED, SERVER_PREFIX + "admin"), "mail_server_admin", read_only=True),
    BuiltIn(Entry(EntryType.SHARED, SERVER_PREFIX + "comment"), "mail_server_comment", read_only=True),
)


def find_built_in(entry: Entry, *, is_inbox: bool) -> BuiltIn | None:
    """Return the built-in entry of that name; server entries exist in INBOX only."""
    for built_in in BUILT_INS:
        if built_in.entry == entry and (is_inbox or not built_in.is_server):
            return built_in
    return None


def built_in_names(prefix: Entry, *, is_inbox: bool, has_dict: bool) -> list[str]:
    """Return the built-in names of a type that a listing of ``prefix`` shows, without the prefix.

    Only whole components match here, unlike with stored names; the first name behind the prefix
    that doesn't match ends the search (lib-storage/mailbox-attribute of Dovecot 2.3.19.1). Without
    a dict only the read-only ones are shown.
    """
    wanted = prefix.name.removesuffix("/")
    names: list[str] = []
    for built_in in BUILT_INS:
        name = built_in.entry.name
        if built_in.entry.type is not prefix.type or name < wanted:
            continue
        if wanted:
            if name != wanted and not name.startswith(wanted + "/"):
                break
            name = name[len(wanted) + 1 :]
        if has_dict or built_in.read_only:
            names.append(name)
    return [name for name in names if is_inbox or not name.startswith(SERVER_PREFIX)]


def merge_names(stored: Iterable[str], built_in: list[str]) -> list[str]:
    """Put the built-in names behind the stored ones; a name that is both appears once."""
    known = {fold(name) for name in built_in}
    return [name for name in stored if fold(name) not in known] + built_in
