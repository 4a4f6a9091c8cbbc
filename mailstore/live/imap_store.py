"""METADATA through IMAP: GETMETADATA and SETMETADATA of RFC 5464, as Dovecot answers them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NoReturn

from dovecot_conf.errors import MailboxError, MetadataError
from mailstore.entries import (
    SERVER_PREFIX,
    Entry,
    EntryName,
    EntryNameError,
    EntryType,
    ReadOnlyEntryError,
    as_entry,
    built_in_names,
    fold,
    merge_names,
)
from mailstore.live.errors import LiveServerError, ServerFailureError
from mailstore.live.imap_connection import ImapConnection, Reply
from mailstore.live.imap_syntax import Node, Piece, in_brackets, text_piece
from mailstore.location import modified_utf7
from mailstore.mailbox_name import MailboxNameError
from mailstore.metadata import INBOX, Listing, MailboxNotFoundError, NotEnabledError, canonical_mailbox
from mailstore.metadata_store import require_name

USAGE, NOT_POSSIBLE, TEMPORARY = 64, 65, 75
HIDDEN = "vendor/vendor.dovecot/pvt/"
# What may stand behind the type in entries of a server (RFC 5464 section 6.2.1).
SERVER_ROOTS = ("admin", "comment", "vendor")
# Dovecot's words, the first that is found counts.
REFUSALS: tuple[tuple[re.Pattern[str], type[MailboxError | MetadataError]], ...] = (
    (re.compile(r"^Mailbox doesn't exist: "), MailboxNotFoundError),
    (re.compile(r"attribute cannot be changed$"), ReadOnlyEntryError),
    (re.compile(r"^Mailbox attributes not enabled"), NotEnabledError),
    (re.compile(r"mailbox name"), MailboxNameError),
)


@dataclass(frozen=True, slots=True)
class ImapMetadata:
    """The METADATA of the user who is logged in."""

    connection: ImapConnection

    def get(self, mailbox: str, entry: EntryName) -> str | None:
        """Return a value, None when there is none; unlike doveadm, IMAP tells it from an empty one."""
        box, parsed = _reachable(mailbox, as_entry(entry))
        pieces = [*_mailbox(box), b" ", *in_brackets([text_piece(str(parsed))])]
        for name, value in self._values(self._run("GETMETADATA", pieces)):
            if fold(name) == str(parsed):
                return value
        return None

    def set(self, mailbox: str, entry: EntryName, value: str) -> None:
        """Store a value."""
        self._change(mailbox, as_entry(entry), text_piece(value))

    def unset(self, mailbox: str, entry: EntryName) -> None:
        """Remove a value; it need not be there."""
        self._change(mailbox, as_entry(entry), b"NIL")

    def list(self, mailbox: str, prefix: EntryName = "") -> tuple[Listing, ...]:
        """Return the names below a prefix, the built-in ones among them.

        IMAP shows no name without a value and asks by whole components: the rest is done here.
        """
        parsed = as_entry(prefix or f"/{EntryType.PRIVATE}")
        types = [parsed.type] if parsed.name or not mailbox else list(EntryType)
        return tuple(self._list_type(mailbox, Entry(type_, parsed.name)) for type_ in types)

    def spelling(self, mailbox: str) -> str:
        """Return the name; the server says nothing of it in its own words."""
        return canonical_mailbox(mailbox) or INBOX

    def open_mailbox(self, mailbox: str, *, create: bool = False) -> str:  # noqa: ARG002 - MetadataStore's
        """Return "": the server opens the mailbox, and makes it, with each command."""
        return ""

    def _change(self, mailbox: str, entry: Entry, value: Piece) -> None:
        box, parsed = _reachable(mailbox, entry)
        require_name(parsed)
        self._run("SETMETADATA", [*_mailbox(box), b" ", *in_brackets([text_piece(str(parsed)), value])])

    def _list_type(self, mailbox: str, prefix: Entry) -> Listing:
        stored: list[str] = []
        failure: MailboxError | MetadataError | None = None
        has_dict = True
        try:
            stored = list(self._names(mailbox, prefix))
        except NotEnabledError:
            has_dict = False
        except (MailboxError, MetadataError) as error:
            failure = error
        box = canonical_mailbox(mailbox) or INBOX
        below = prefix if mailbox else prefix.below_server()
        built_in = built_in_names(below, is_inbox=box == INBOX, has_dict=has_dict)
        return Listing(prefix.type, tuple(merge_names(stored, built_in)), error=failure)

    def _names(self, mailbox: str, prefix: Entry) -> Iterator[str]:
        # Dovecot finds nothing directly below the type of the server, and refuses a slash at the end.
        parent = prefix.name.rpartition("/")[0]
        roots = (parent,) if parent or mailbox else SERVER_ROOTS
        asked = [text_piece(f"/{prefix.type}/{root}".rstrip("/")) for root in roots]
        pieces = [b"(DEPTH infinity) ", *_mailbox(mailbox), b" ", *in_brackets(asked)]
        start = f"/{prefix.type}/{prefix.name}"
        for name, value in self._values(self._run("GETMETADATA", pieces)):
            if value is not None and fold(name).startswith(start):
                yield name[len(start) :]

    def _run(self, command: str, pieces: Sequence[Piece]) -> Reply:
        reply = self.connection.metadata(command, pieces)
        if reply.status != "OK":
            _refuse(reply)
        return reply

    def _values(self, reply: Reply) -> Iterator[tuple[str, str | None]]:
        """Yield entries and values of METADATA responses: a mailbox and a list, again and again."""
        for node in reply.data[1::2]:
            if not isinstance(node, list) or len(node) % 2:
                raise self._not_understood()
            for name, value in zip(node[::2], node[1::2], strict=True):
                if not isinstance(name, bytes) or isinstance(value, list):
                    raise self._not_understood()
                yield _text(name) or "", _text(value)

    def _not_understood(self) -> LiveServerError:
        return LiveServerError(f"{self.connection.address}: the answer can't be understood")


def _text(value: Node) -> str | None:
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else None


def _mailbox(name: str) -> list[Piece]:
    return [text_piece(modified_utf7(name))]


def _reachable(mailbox: str, entry: Entry) -> tuple[str, Entry]:
    """Return how IMAP names an entry: those of the server are not seen in INBOX, nor others like them."""
    if canonical_mailbox(mailbox) == INBOX and entry.name.startswith(SERVER_PREFIX):
        return "", Entry(entry.type, entry.name.removeprefix(SERVER_PREFIX))
    if entry.name.startswith(HIDDEN):
        raise ServerFailureError(f"{entry} can't be reached by IMAP; --via doveadm-http does", NOT_POSSIBLE)
    return mailbox, entry


def _refuse(reply: Reply) -> NoReturn:
    if reply.status == "BAD":
        raise EntryNameError(f"the server refuses it: {reply.text}")
    for pattern, error in REFUSALS:
        if pattern.search(reply.text):
            raise error(reply.text)
    raise ServerFailureError(reply.text, NOT_POSSIBLE if reply.code == "CANNOT" else TEMPORARY)
