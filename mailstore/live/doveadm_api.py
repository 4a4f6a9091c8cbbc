"""METADATA through doveadm's commands on a running server, whatever carries them there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn, Protocol

from dovecot_conf.errors import MailboxError, MetadataError, PushnotifError, UserError
from mailstore.entries import (
    Entry,
    EntryName,
    EntryNameError,
    EntryType,
    ReadOnlyEntryError,
    as_entry,
    built_in_names,
    find_built_in,
)
from mailstore.live.errors import LiveServerError, ServerFailureError
from mailstore.location import check_mailbox_name
from mailstore.mailbox_name import MailboxNameError
from mailstore.metadata import INBOX, Listing, MailboxNotFoundError, NotEnabledError, canonical_mailbox
from mailstore.metadata_store import require_name
from mailstore.users import UnknownUserError

USAGE, NOT_POSSIBLE, NO_USER, NOT_FOUND = 64, 65, 67, 68
LARGEST_EXIT_CODE = 255
# Inside of the class below, ``list`` is a method.
Rows = list[dict[str, str]]
Names = list[str]


class CommandFailedError(PushnotifError):
    """A command ended with this exit code; why is in the server's log only."""

    def __init__(self, exit_code: int) -> None:
        super().__init__(f"exit code {exit_code}")
        self.exit_code = exit_code


class DoveadmApi(Protocol):
    """A way to run doveadm's commands on a server."""

    @property
    def address(self) -> object:
        """Where the server is, for messages."""

    def run(self, command: str, parameters: Mapping[str, object]) -> object:
        """Run a command; return what it answers. Raises CommandFailedError, LiveServerError."""


def user_names(api: DoveadmApi) -> Iterator[str]:
    """Yield the users that the server's userdb lists. Raises UserError, LiveServerError."""
    try:
        answer = api.run("user", {"userMask": ["*"]})
    except CommandFailedError as error:
        raise UserError(
            f"{api.address}: the server can't list its users (exit code {error.exit_code}): name them with "
            "-u or -F"
        ) from None
    names = answer.get("userList") if isinstance(answer, dict) else None
    if not isinstance(names, list):
        raise LiveServerError(f"{api.address}: the list of users can't be understood")
    yield from (name for name in names if isinstance(name, str))


@dataclass(frozen=True, slots=True)
class DoveadmMetadata:
    """The METADATA of one user, as ``doveadm mailbox metadata`` on the server sees it."""

    api: DoveadmApi
    user: str

    def get(self, mailbox: str, entry: EntryName) -> str | None:
        """Return a value, "" when there is none: doveadm doesn't tell the two apart."""
        rows = self._run("Get", mailbox, as_entry(entry))
        return rows[0].get("value", "") if rows else ""

    def set(self, mailbox: str, entry: EntryName, value: str) -> None:
        """Store a value."""
        parsed = as_entry(entry)
        if mailbox:
            require_name(parsed)
        if not _is_text(value):
            raise ServerFailureError(f"the value is not UTF-8: {self.api.address} can't take it", USAGE)
        self._run("Set", mailbox, parsed, value=value)

    def unset(self, mailbox: str, entry: EntryName) -> None:
        """Remove a value; it need not be there."""
        parsed = as_entry(entry)
        if mailbox:
            require_name(parsed)
        self._run("Unset", mailbox, parsed)

    def list(self, mailbox: str, prefix: EntryName = "") -> tuple[Listing, ...]:
        """Return the names below a prefix; when the server fails, the built-in ones and the error."""
        parsed = as_entry(prefix or f"/{EntryType.PRIVATE}")
        is_server = not mailbox
        types = [parsed.type] if parsed.name or is_server else list(EntryType)
        try:
            rows = self._run_list(mailbox, parsed if prefix else None)
        except (MailboxError, NotEnabledError, ServerFailureError) as error:
            return tuple(self._without_rows(mailbox, Entry(type_, parsed.name), error) for type_ in types)
        names: dict[EntryType, list[str]] = {type_: [] for type_ in types}
        for row in rows:
            for type_, found in names.items():
                start = f"/{type_}/"
                if row.startswith(start):
                    found.append(row.removeprefix(start))
        return tuple(Listing(type_, tuple(found)) for type_, found in names.items())

    def spelling(self, mailbox: str) -> str:
        """Return the name; the server says nothing of it in its own words."""
        return canonical_mailbox(mailbox) or INBOX

    def open_mailbox(self, mailbox: str, *, create: bool = False) -> str:  # noqa: ARG002 - MetadataStore's
        """Return "": the server opens the mailbox, and makes it, with each command."""
        return ""

    def _without_rows(self, mailbox: str, prefix: Entry, error: MailboxError | MetadataError) -> Listing:
        box = canonical_mailbox(mailbox) or INBOX
        below = prefix if mailbox else prefix.below_server()
        return Listing(
            prefix.type, tuple(built_in_names(below, is_inbox=box == INBOX, has_dict=True)), "", error
        )

    def _run_list(self, mailbox: str, prefix: Entry | None) -> Names:
        rows = self._call(
            "List", mailbox, prefix, {"prependPrefix": True, "keyPrefix": prefix and str(prefix)}
        )
        return [row["key"] for row in rows if "key" in row]

    def _run(self, action: str, mailbox: str, entry: Entry, **more: str) -> Rows:
        return self._call(action, mailbox, entry, {"key": str(entry), **more})

    def _call(self, action: str, mailbox: str, entry: Entry | None, more: Mapping[str, object]) -> Rows:
        if not _is_text(mailbox):
            raise MailboxNotFoundError(f"Mailbox doesn't exist: {mailbox}")
        if entry is not None and not _is_text(entry.name):
            raise EntryNameError(f"Invalid metadata key '{entry}': it is not UTF-8")
        if not _is_text(self.user):
            raise UnknownUserError("User doesn't exist")
        parameters = {"user": self.user, "mailbox": mailbox, **more}
        if not mailbox:
            parameters["allowEmptyMailboxName"] = True
        wanted = {name: value for name, value in parameters.items() if value is not None}
        try:
            answer = self.api.run(f"mailboxMetadata{action}", wanted)
        except CommandFailedError as error:
            self._fail(error.exit_code, mailbox, entry)
        if not isinstance(answer, list) or not all(isinstance(row, dict) for row in answer):
            raise LiveServerError(f"{self.api.address}: the answer can't be understood")
        return answer

    def _fail(self, code: int, mailbox: str, entry: Entry | None) -> NoReturn:
        """Raise what has doveadm's message for the exit code."""
        if code == NO_USER:
            raise UnknownUserError("User doesn't exist")
        if code == NOT_FOUND:
            raise MailboxNotFoundError(f"Mailbox doesn't exist: {mailbox or INBOX}")
        if code == USAGE:
            check_mailbox_name(mailbox)
            raise MailboxNameError(f"Invalid mailbox name: {mailbox}")
        if code == NOT_POSSIBLE:
            below = entry if entry is None or mailbox else entry.below_server()
            box = canonical_mailbox(mailbox) or INBOX
            built_in = below and find_built_in(below, is_inbox=box == INBOX)
            if built_in and built_in.read_only:
                raise ReadOnlyEntryError(f"The {below} attribute cannot be changed")
            raise NotEnabledError("Mailbox attributes not enabled")
        raise ServerFailureError(
            f"the server failed with exit code {code}; its log says why",
            code if 0 < code <= LARGEST_EXIT_CODE else LARGEST_EXIT_CODE,
        )


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
