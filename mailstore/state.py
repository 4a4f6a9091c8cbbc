"""The state of a mailbox at the moment a mail arrives in it."""

from __future__ import annotations

from dataclasses import dataclass


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
