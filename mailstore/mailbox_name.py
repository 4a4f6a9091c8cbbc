"""Which names a mailbox can have."""

from __future__ import annotations

from dovecot_conf.errors import MailboxError

TILDE = "~"


class MailboxNameError(MailboxError):
    """No mailbox can have this name."""


def check_levels(name: str, separator: str) -> None:
    """Raise MailboxNameError for a name whose levels aren't all there."""
    if name.startswith(separator):
        raise _invalid("Begins with hierarchy separator")
    if separator * 2 in name:
        raise _invalid("Has adjacent hierarchy separators")
    if name.endswith(separator):
        raise _invalid("Ends with hierarchy separator")


def check_stored_name(name: str, separator: str, stored_separator: str, reserved: frozenset[str]) -> None:
    """Raise MailboxNameError for a name, without its namespace's prefix, that the layout can't hold.

    ``separator`` is the namespace's, ``stored_separator`` the layout's. ``reserved`` are the names of
    folders in a mailbox. Source: ``mailbox_verify_name`` and ``mailbox_list_is_valid_name`` of 2.3.19.1
    and 2.4.1.
    """
    if separator != stored_separator and stored_separator in name:
        raise MailboxNameError(f"Character not allowed in mailbox name: '{stored_separator}'")
    check_levels(name, separator)
    stored = name.replace(separator, stored_separator)
    if not stored or "\0" in stored:
        raise _invalid("Name is empty")
    if stored_separator != "/" and "/" in stored:
        raise _invalid("Name must not have '/' characters")
    if stored.startswith(TILDE):
        raise _invalid(f"Begins with '{TILDE}'")
    for part in stored.split("/"):
        if part in (".", ".."):
            raise _invalid(f"Contains '{part}' part")
        if part in reserved:
            raise _invalid("Contains reserved name")


def _invalid(why: str) -> MailboxNameError:
    return MailboxNameError(f"Invalid mailbox name: {why}")
