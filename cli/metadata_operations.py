"""set, unset, get and list on one user's METADATA, with doveadm's messages for what goes wrong.

Source: ``doveadm mailbox metadata`` of Dovecot 2.3.19.1 and 2.4.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import MappingProxyType

from cli.doveadm import Exit
from dovecot_conf.errors import DictError, MailboxError, MetadataError
from dovecot_conf.value import Value
from mailstore.dict_file import RefusedDictError
from mailstore.dotlock import LockPlaceError
from mailstore.entries import EntryNameError, ReadOnlyEntryError, parse_entry
from mailstore.live.errors import AccessDeniedError, ServerFailureError
from mailstore.mailbox_name import MailboxNameError
from mailstore.metadata import (
    DictInitError,
    EntryRefusedError,
    MailboxNotCreatedError,
    MailboxNotFoundError,
    NoPermissionError,
    NotEnabledError,
)
from mailstore.metadata_store import MetadataStore

CODES: MappingProxyType[type[Exception], Exit] = MappingProxyType(
    {
        EntryNameError: Exit.USAGE,
        MailboxNameError: Exit.USAGE,
        NotEnabledError: Exit.NOT_POSSIBLE,
        ReadOnlyEntryError: Exit.NOT_POSSIBLE,
        MailboxNotFoundError: Exit.NOT_FOUND,
        MailboxNotCreatedError: Exit.NOT_FOUND,
        NoPermissionError: Exit.NO_PERMISSION,
        EntryRefusedError: Exit.NO_PERMISSION,
        AccessDeniedError: Exit.NO_PERMISSION,
    }
)


class Target(Value):
    """What an operation works on; ``entry`` is "" for a list of everything.

    With ``nameless_is_empty`` an entry without a name (``/private``) has no value, and no mailbox is looked
    for, as with 2.4.
    """

    metadata: MetadataStore
    mailbox: str
    entry: str
    value: str = ""
    allow_empty_mailbox_name: bool = False
    prepend_prefix: bool = False
    nameless_is_empty: bool = False

    @property
    def box(self) -> str:
        """The mailbox that holds the entries, as messages spell it."""
        return self.metadata.spelling(self.mailbox)


class Failure(Value):
    """An error: ``lead`` is what the command says first, ``why`` what the storage says.

    When the storage logs the error as well, ``storage_prefix`` stands in front of it there. ``logged`` is
    what it logs before that.
    """

    code: int
    lead: str
    why: str
    storage_prefix: str | None = None
    logged: str = ""


Result = Iterator[str | Failure]
"""What an operation gives: values to print, and errors."""


def code_of(error: Exception) -> int:
    """Return the exit code for an error; what is not the caller's fault may be gone the next time."""
    if isinstance(error, ServerFailureError):
        return error.exit_code
    return CODES.get(type(error), Exit.TEMPORARY)


def set_value(target: Target) -> Result:
    """Store the value of the target."""
    yield from _change(target, lambda: target.metadata.set(target.mailbox, target.entry, target.value))


def unset_value(target: Target) -> Result:
    """Remove the entry of the target."""
    yield from _change(target, lambda: target.metadata.unset(target.mailbox, target.entry))


def _change(target: Target, change: Callable[[], None]) -> Result:
    try:
        target.metadata.open_mailbox(target.mailbox)
    except MailboxNotCreatedError as error:
        remedy = "--create does" if error.can_create else "deliver a mail, or let doveadm open it once"
        why = f"{error} (Dovecot would make it in {error.location}: {remedy})"
        yield Failure(code_of(error), "Failed to open mailbox: ", why)
        return
    except MailboxError as error:
        yield Failure(code_of(error), "Failed to open mailbox: ", str(error))
        return
    try:
        change()
    except MailboxError as error:
        yield _failure("Failed to open mailbox: ", error)
    except MetadataError as error:
        if _is_from_the_dict(error):
            kind = parse_entry(target.entry).type
            why = f"Dict {kind} transaction commit failed: {error}"
            logged = error.logged if isinstance(error, LockPlaceError) else ""
            lead = "Failed to commit transaction: "
            yield Failure(code_of(error), lead, why, f"Mailbox {target.box}: ", logged)
        else:
            yield _failure("Failed to set attribute: ", error)


def get_value(target: Target) -> Result:
    """Print the value of the entry, an empty one when there is none."""
    lead = "Failed to get attribute: "
    if target.nameless_is_empty and target.mailbox and not parse_entry(target.entry).name:
        yield ""
        return
    try:
        value = target.metadata.get(target.mailbox, target.entry)
    except (MetadataError, MailboxError) as error:
        if _is_from_the_dict(error):
            entry = parse_entry(target.entry)
            name = entry.name if target.mailbox else entry.below_server().name
            why = f"Failed to get attribute {name}: {error}"
            yield Failure(code_of(error), lead, why, f"Mailbox {target.box}: ")
        else:
            yield _failure(lead, error)
    else:
        yield value or ""


def list_names(target: Target) -> Result:
    """Print the names of the entries below the prefix of the target."""
    lead = f"Mailbox {target.box}: Failed to iterate mailbox attributes: "
    has_logged = False
    for listing in target.metadata.list(target.mailbox, target.entry):
        for name in listing.names:
            yield f"/{listing.type}/{name}" if target.prepend_prefix else name
        if listing.error is None:
            continue
        if _is_from_the_dict(listing.error):
            why = f"dict_iterate({listing.path}) failed: {listing.error}"
            yield Failure(code_of(listing.error), lead, why, f"Mailbox {target.box}: ")
        else:
            yield _failure(lead, listing.error, logs=not has_logged)
            has_logged = True


def _is_from_the_dict(error: Exception) -> bool:
    """Tell whether a dict failed while it was used; Dovecot says then what it was used for."""
    return isinstance(error, DictError) and not isinstance(error, (DictInitError, RefusedDictError))


def _failure(lead: str, error: MetadataError | MailboxError, *, logs: bool = True) -> Failure:
    """Return a failure; a dict is opened once, and why that failed is logged once."""
    storage = error.storage if logs and isinstance(error, DictInitError) else None
    return Failure(code_of(error), lead, str(error), storage)


class Operation(Value):
    """One of the commands: what it does, its column, and how it calls itself in messages."""

    run: Callable[[Target], Result]
    columns: tuple[str, ...]
    verb: str


OPERATIONS: MappingProxyType[str, Operation] = MappingProxyType(
    {
        "set": Operation(set_value, (), "set"),
        "unset": Operation(unset_value, (), "set"),
        "get": Operation(get_value, ("value",), "get"),
        "list": Operation(list_names, ("key",), "list"),
    }
)


def perform(operation: Operation, target: Target, *, create: bool) -> Result:
    """Do the operation on the target; ``create`` makes a mailbox that Dovecot would make."""
    if not target.mailbox and not target.allow_empty_mailbox_name:
        yield Failure(Exit.USAGE, f"Failed to {operation.verb} attribute: ", "mailbox name cannot be empty")
        return
    if create:
        try:
            target.metadata.open_mailbox(target.mailbox, create=True)
        except MailboxNotFoundError:
            pass  # the operation says it in its own words
        except MailboxError as error:
            yield _failure("Failed to open mailbox: ", error)
            return
    yield from operation.run(target)
