"""The link of the mailbox: METADATA is kept below the GUID of INBOX."""

from __future__ import annotations

from dovecot_conf.errors import MailboxError, VariableError
from mailstore.links import Link, LinkState
from mailstore.mailboxes import UserMailboxes
from mailstore.metadata import INBOX, MailboxNotCreatedError, Metadata
from mailstore.privileges import acting_as

NAME = "mailbox"


def check_mailbox(metadata: Metadata) -> Link:
    """Look for INBOX on disk, and for its GUID."""
    mailboxes = metadata.mailboxes
    try:
        with acting_as(*metadata.owner):
            guid = mailboxes.guid(INBOX)
            place = mailboxes.guid_place(INBOX) if isinstance(mailboxes, UserMailboxes) else None
    except MailboxNotCreatedError as error:
        seen = f"there is no INBOX in {error.location} yet, and without its GUID nothing can be stored"
        return Link(NAME, LinkState.BROKEN, seen, _how_to_make(error))
    except (MailboxError, VariableError) as error:
        return Link(NAME, LinkState.BROKEN, str(error), ("look at the mail location of the user",))
    where = f", from {place}" if place else ""
    return Link(NAME, LinkState.OK, f"INBOX has the GUID {guid}{where}")


def can_create(metadata: Metadata) -> bool:
    """Tell whether INBOX is missing, and pushnotif would make it."""
    try:
        metadata.open_mailbox(INBOX)
    except MailboxNotCreatedError as error:
        return error.can_create
    except MailboxError:
        pass
    return False


def _how_to_make(error: MailboxNotCreatedError) -> tuple[str, ...]:
    with_ours = ("pushnotif metadata set --create makes it when it stores the value",)
    theirs = ("deliver a mail, or let doveadm open it: Dovecot makes it then",)
    return (*with_ours, *theirs) if error.can_create else theirs
