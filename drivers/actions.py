"""What one does in a mailbox, with the transactions and events that Dovecot makes of it (2.3.19.1, 2.4.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dovecot_conf.errors import MailboxError
from drivers.events import MessageChange, Trigger
from drivers.flag_changes import StoreMode, change, changed
from drivers.session import UserSession
from drivers.transaction import Transaction
from mailstore.message import Envelope, Message
from mailstore.simulated import (
    DELETED,
    INBOX,
    SEEN,
    SimulatedMailbox,
    SimulatedMailboxes,
    StoredMessage,
    system_flags,
)

Numbered = Sequence[tuple[int, StoredMessage]]
"""Messages with their sequence numbers."""


_SELECTING = "imap"
"""The protocol in which one has to select a mailbox before its messages have numbers."""


class Place(NamedTuple):
    """Where a delivery puts a mail, and with what; see :meth:`Actions.deliver`."""

    mailbox: str = INBOX
    flags: Iterable[str] = ()
    keywords: Iterable[str] = ()
    autocreate: bool = False
    autosubscribe: bool = False


class Actions:
    """The actions of one user session on the user's mailboxes.

    ``transactions`` are all that were begun, in that order. Actions that fail raise MailboxError, and
    raise no event.
    """

    def __init__(self, session: UserSession, mailboxes: SimulatedMailboxes) -> None:
        self._session = session
        session.mailboxes = mailboxes
        self.mailboxes = mailboxes
        self.transactions: list[Transaction] = []
        self._selected: list[SimulatedMailbox] = []

    def deliver(
        self,
        mailbox: str,
        message: Message,
        *,
        flags: Iterable[str] = (),
        keywords: Iterable[str] = (),
        autocreate: bool = False,
        autosubscribe: bool = False,
        envelope: Envelope | None = None,
    ) -> StoredMessage:
        """Store a mail as a delivery does: in INBOX if the mailbox isn't there.

        With an ``envelope`` it has LMTP's trace fields. ``autocreate`` and ``autosubscribe`` are the
        settings ``lda_mailbox_autocreate`` and ``lda_mailbox_autosubscribe``: the mailbox is made.
        """
        place = Place(mailbox, flags, keywords, autocreate, autosubscribe)
        return self.deliver_into([place], message, envelope)[0]

    def deliver_into(
        self, places: Iterable[Place], message: Message, envelope: Envelope | None = None
    ) -> list[StoredMessage]:
        """Store a mail in several places, as a Sieve script with ``fileinto`` and ``keep`` does.

        All transactions begin before the first ends. ``places`` are in Sieve's order: ``keep`` is the last.
        """
        content = message.stored(self._session.protocol, envelope.trace() if envelope else b"")
        begun: dict[SimulatedMailbox, Transaction] = {}
        stored: list[StoredMessage] = []
        for place in places:
            box = self._destination(place)
            transaction = begun[box] = begun.get(box) or self._transaction(box)
            stored.append(self._arrive(transaction, Trigger.SAVE, content, place.flags, place.keywords))
        for transaction in begun.values():
            transaction.commit()
        return stored

    def _destination(self, place: Place) -> SimulatedMailbox:
        """Return the mailbox of a delivery, which is made or replaced by INBOX if it isn't there."""
        name = self.mailboxes.canonical(place.mailbox)
        if name in self.mailboxes or name in self.mailboxes.automatic:
            return self.open(name)
        if not place.autocreate:
            return self.open(INBOX)
        self.create(name)
        if place.autosubscribe:
            self.subscribe(name)
        return self.mailboxes[name]

    def append(
        self, mailbox: str, message: Message, *, flags: Iterable[str] = (), keywords: Iterable[str] = ()
    ) -> StoredMessage:
        """Store a mail as IMAP APPEND and ``doveadm save`` do."""
        return self.append_all(mailbox, [(message, flags, keywords)])[0]

    def append_all(
        self, mailbox: str, mails: Iterable[tuple[Message, Iterable[str], Iterable[str]]]
    ) -> list[StoredMessage]:
        """Store several mails, each with flags and keywords, in one transaction (MULTIAPPEND, RFC 3502)."""
        return self._save(Trigger.APPEND, mailbox, mails)

    def open(self, mailbox: str) -> SimulatedMailbox:
        """Return a mailbox as SELECT finds it; make one that appears when it is used. Raises MailboxError."""
        name = self.mailboxes.canonical(mailbox)
        if name in self.mailboxes.automatic and name not in self.mailboxes:
            self.create(name)
            if self.mailboxes.automatic[name]:
                self.subscribe(name)
        return self.mailboxes[name]

    def select(self, mailbox: str) -> SimulatedMailbox:
        """Let an IMAP client select a mailbox: nobody else finds its messages new. Raises MailboxError."""
        box = self.open(mailbox)
        self._select(box)
        return box

    def copy(self, source: str, numbers: Iterable[int], target: str) -> list[StoredMessage]:
        """Copy messages, of which the source hears nothing."""
        found = self._numbered(self.open(source), numbers)
        return self._save(
            Trigger.APPEND, target, [(mail.content, mail.flags, mail.keywords) for _, mail in found]
        )

    def move(self, source: str, numbers: Iterable[int], target: str) -> list[StoredMessage]:
        """Move messages: both transactions begin before the target's ends, and the source's is the last."""
        box = self.open(source)
        found = self._numbered(box, numbers)
        into = self.open(target)
        if not found:
            return []
        leaving, arriving = self._transaction(box), self._transaction(into)
        moved = []
        for number, mail in found:
            moved.append(self._arrive(arriving, Trigger.APPEND, mail.content, mail.flags, mail.keywords))
            leaving.message(Trigger.EXPUNGE, number, MessageChange(mail))
        arriving.commit()
        box.remove(mail for _, mail in found)
        leaving.commit()
        return moved

    def store(
        self,
        mailbox: str,
        numbers: Iterable[int],
        mode: StoreMode,
        *,
        flags: Iterable[str] = (),
        keywords: Iterable[str] = (),
    ) -> None:
        """Change flags and keywords; a message that has them already is left alone."""
        box = self.open(mailbox)
        wanted, words = system_flags(flags), box.known(keywords)
        transaction = self._transaction(box)
        for number, mail in self._numbered(box, numbers):
            kept = changed(frozenset(mail.keywords), frozenset(words), mode)
            change(transaction, number, mail, changed(mail.flags, wanted, mode), box.known(kept))
        transaction.commit()

    def fetch_body(self, mailbox: str, numbers: Iterable[int]) -> None:
        """Read messages as ``FETCH BODY[]`` does, which sets the flag Seen."""
        self.store(mailbox, numbers, StoreMode.ADD, flags=[SEEN])

    def expunge(self, mailbox: str, numbers: Iterable[int] | None = None) -> None:
        """Expunge messages, all with the flag Deleted if none are named."""
        box = self.open(mailbox)
        found = (
            [(number, mail) for number, mail in box.numbered() if DELETED in mail.flags]
            if numbers is None
            else self._numbered(box, numbers)
        )
        self._expunge(box, found)

    def create(self, mailbox: str) -> None:
        """Make a mailbox; for those above it there is no event."""
        self._mailbox_event(Trigger.CREATE, self.mailboxes.create(mailbox))

    def delete(self, mailbox: str) -> None:
        """Delete a mailbox; what is in it is expunged first."""
        box = self.mailboxes[mailbox]
        self.mailboxes.delete(mailbox)
        self._expunge(box, list(box.numbered()))
        self._mailbox_event(Trigger.DELETE, box)

    def rename(self, old: str, new: str) -> None:
        """Rename a mailbox; those below it get no event."""
        old = self.mailboxes.canonical(old)
        self._mailbox_event(Trigger.RENAME, self.mailboxes.rename(old, new), old_name=old)

    def subscribe(self, mailbox: str) -> None:
        """Subscribe to a mailbox that there is; nothing happens if the user is subscribed already."""
        box = self.mailboxes[mailbox]
        if box.name not in self.mailboxes.subscriptions:
            self.mailboxes.subscriptions.add(box.name)
            self._mailbox_event(Trigger.SUBSCRIBE, box)

    def unsubscribe(self, mailbox: str) -> None:
        """Take a subscription back, also of a mailbox that is gone; nothing happens if there is none."""
        name = self.mailboxes.canonical(mailbox)
        if name in self.mailboxes.subscriptions:
            box = self.mailboxes.mailboxes.get(name) or SimulatedMailbox(name)
            self.mailboxes.subscriptions.discard(name)
            self._mailbox_event(Trigger.UNSUBSCRIBE, box)

    def _transaction(self, mailbox: SimulatedMailbox) -> Transaction:
        return Transaction(self._session, mailbox, on_begin=self.transactions.append)

    def _mailbox_event(self, trigger: Trigger, mailbox: SimulatedMailbox, *, old_name: str = "") -> None:
        transaction = self._transaction(mailbox)
        transaction.mailbox_event(trigger, old_name=old_name)
        transaction.commit()

    def _save(
        self,
        trigger: Trigger,
        mailbox: str,
        mails: Iterable[tuple[Message, Iterable[str], Iterable[str]]],
    ) -> list[StoredMessage]:
        transaction = self._transaction(self.open(mailbox))
        stored = [self._arrive(transaction, trigger, *mail) for mail in mails]
        transaction.commit()
        return stored

    def _arrive(
        self,
        transaction: Transaction,
        trigger: Trigger,
        content: Message,
        flags: Iterable[str],
        keywords: Iterable[str],
    ) -> StoredMessage:
        stored = transaction.mailbox.add(content, flags, keywords)
        transaction.message(trigger, len(transaction.mailbox.messages), MessageChange(stored))
        return stored

    def _expunge(self, box: SimulatedMailbox, found: Numbered) -> None:
        transaction = self._transaction(box)
        for number, mail in found:
            transaction.message(Trigger.EXPUNGE, number, MessageChange(mail))
        box.remove(mail for _, mail in found)
        transaction.commit()

    def finish(self) -> None:
        """End the session for the mailboxes: what an IMAP client has selected is recent no more."""
        for box in self._selected:
            box.unselect()
            for mail in box.messages:
                mail.recent = False

    def _select(self, box: SimulatedMailbox) -> None:
        if not box.selected:
            for other in self._selected:
                other.unselect()
            self._selected.append(box)
            box.select()

    def _numbered(self, box: SimulatedMailbox, numbers: Iterable[int]) -> Numbered:
        if self._session.protocol == _SELECTING:
            self._select(box)
        wanted = sorted(set(numbers))
        if wanted and not 1 <= wanted[0] <= wanted[-1] <= len(box.messages):
            raise MailboxError(f"{box.name} has {len(box.messages)} messages, not {wanted[-1]}")
        return [(number, box.messages[number - 1]) for number in wanted]
