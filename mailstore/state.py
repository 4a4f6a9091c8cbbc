"""The state of a mailbox at the moment a mail arrives in it."""

from __future__ import annotations

from dataclasses import dataclass

MAX_NUMBER = 2**32 - 1
"""The largest UID, UIDVALIDITY and number of messages (RFC 3501, section 2.3.1.1)."""


@dataclass(frozen=True, slots=True)
class MailboxState:
    """A mailbox before a delivery.

    ``name`` is UTF-8 with the namespace's separator. ``uid`` is the UID that the new message gets.
    ``unseen`` counts the unseen messages before the delivery.
    """

    name: str = "INBOX"
    uidvalidity: int = 1
    uid: int = 1
    unseen: int = 0
