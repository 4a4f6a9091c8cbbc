"""What STORE does to a message: which flags and keywords it has then, and the events of that."""

from __future__ import annotations

from enum import StrEnum

from drivers.events import MessageChange, Trigger
from drivers.transaction import Transaction
from mailstore.simulated import StoredMessage


class StoreMode(StrEnum):
    """What STORE does with the flags that it is given (RFC 3501, section 6.4.6)."""

    ADD = "add"
    REMOVE = "remove"
    REPLACE = "replace"


def change(
    transaction: Transaction,
    number: int,
    mail: StoredMessage,
    flags: frozenset[str],
    keywords: tuple[str, ...],
) -> None:
    """Set the flags and keywords of a message, with an event for each of the two that is another one now."""
    was = MessageChange(mail, mail.flags, mail.keywords)
    if (flags, keywords) != (mail.flags, mail.keywords):
        transaction.begin()
    if flags != mail.flags:
        mail.flags = flags
        transaction.message(Trigger.FLAGS, number, was)
    if keywords != mail.keywords:
        mail.keywords = keywords
        transaction.message(Trigger.KEYWORDS, number, was)


def changed(old: frozenset[str], given: frozenset[str], mode: StoreMode) -> frozenset[str]:
    """Return what becomes of flags, or of keywords, with those that are given."""
    if mode is StoreMode.ADD:
        return old | given
    return old - given if mode is StoreMode.REMOVE else given
