"""The short forms of `pushnotif simulate`: one mailbox action for each RFC 5423 event that Dovecot raises."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Flag, auto
from typing import NamedTuple

from drivers.actions import Actions
from drivers.events import UNSUPPORTED_EVENTS
from drivers.flag_changes import StoreMode
from mailstore.message import Envelope, Message
from mailstore.simulated import (
    DELETED,
    FLAGGED,
    INBOX,
    SEEN,
    SimulatedMailbox,
    SimulatedMailboxes,
    system_flags,
)
from mailstore.state import MailboxState

DELIVERING = ("lmtp", "lda")
ACTING = ("imap", "doveadm")


class Wants(Flag):
    """What a form can be told besides the mailbox."""

    NOTHING = 0
    MAIL = auto()
    """the message: its text, UID, flags, and the unseen ones around it"""
    ARRIVAL = auto()
    """the message is not in the mailbox before the action"""
    NEW_NAME = auto()


@dataclass(frozen=True, slots=True)
class Given:
    """What the options say. ``flags`` and ``keywords`` are None when they aren't given.

    ``state`` is the mailbox before the action, with the UID that the message has or gets. ``arrives``: the
    message is not in the mailbox yet. ``envelope`` is that of an LMTP delivery.
    """

    state: MailboxState
    mail: Message
    flags: tuple[str, ...] | None = None
    keywords: tuple[str, ...] | None = None
    new_name: str = ""
    arrives: bool = False
    envelope: Envelope | None = None

    def after(self, number: int) -> Given:
        """Return what there is after so many mails: each has a UID of its own, and arrivals are unseen."""
        if not number:
            return self
        unseen = number if self.arrives and SEEN not in system_flags(self.flags or ()) else 0
        state = self.state
        return replace(self, state=replace(state, uid=state.uid + number, unseen=state.unseen + unseen))

    @property
    def changed(self) -> dict[str, tuple[str, ...]]:
        """The flags and keywords that an action sets or clears: \\Flagged where nothing is given."""
        flags = (FLAGGED,) if self.flags is None and self.keywords is None else self.flags or ()
        return {"flags": flags, "keywords": self.keywords or ()}

    @property
    def present(self) -> dict[str, tuple[str, ...]]:
        """The flags and keywords that the message has."""
        return {"flags": self.flags or (), "keywords": self.keywords or ()}


class Form(NamedTuple):
    """A short form: what it is for people, the protocols that do it, the mailboxes before it, the action."""

    name: str
    about: str
    protocols: tuple[str, ...]
    wants: Wants
    prepare: Callable[[Given], SimulatedMailboxes]
    act: Callable[[Actions, Given], object]
    names_mailbox: bool = False


def _around(*mailboxes: SimulatedMailbox, uidvalidity: int) -> SimulatedMailboxes:
    """Return the mailboxes of a user, of which INBOX is always one."""
    inbox = SimulatedMailbox(INBOX, uidvalidity)
    return SimulatedMailboxes({box.name: box for box in (inbox, *mailboxes)}, uidvalidity=uidvalidity)


def _empty(given: Given) -> SimulatedMailboxes:
    return _around(SimulatedMailbox.of(given.state), uidvalidity=given.state.uidvalidity)


def _without(given: Given) -> SimulatedMailboxes:
    return _around(uidvalidity=given.state.uidvalidity)


def _subscribed(given: Given) -> SimulatedMailboxes:
    mailboxes = _empty(given)
    mailboxes.subscriptions.add(mailboxes.canonical(given.state.name))
    return mailboxes


def _with_message(given: Given, *, without: str = "", also: str = "") -> SimulatedMailboxes:
    """Return a mailbox with the message in it, which is counted among the unseen ones."""
    flags = {*given.present["flags"], *([also] if also else [])} - {without}
    return _holding(given, flags, given.present["keywords"])


def _with_changed(given: Given) -> SimulatedMailboxes:
    return _holding(given, **given.changed)


def _holding(given: Given, flags: Iterable[str], keywords: Iterable[str]) -> SimulatedMailboxes:
    box = SimulatedMailbox.of(given.state)
    message = box.add(given.mail, flags, keywords)
    if SEEN not in message.flags:
        box.other_unseen = max(0, box.other_unseen - 1)
    return _around(box, uidvalidity=given.state.uidvalidity)


def _with_plain_message(given: Given) -> SimulatedMailboxes:
    return _with_message(Given(given.state, given.mail))


FORMS = (
    Form(
        "message-new",
        "Deliver a mail as LMTP or the LDA would.",
        DELIVERING,
        Wants.MAIL | Wants.ARRIVAL,
        _empty,
        lambda actions, given: actions.deliver(
            given.state.name,
            given.mail,
            flags=given.flags or (),
            keywords=given.keywords or (),
            envelope=given.envelope,
        ),
    ),
    Form(
        "message-append",
        "Store a mail as IMAP APPEND or `doveadm save` would.",
        ACTING,
        Wants.MAIL | Wants.ARRIVAL,
        _empty,
        lambda actions, given: actions.append(given.state.name, given.mail, **given.present),
    ),
    Form(
        "message-read",
        "Set the flag \\Seen of a message that doesn't have it.",
        ACTING,
        Wants.MAIL,
        lambda given: _with_message(given, without=SEEN),
        lambda actions, given: actions.store(given.state.name, [1], StoreMode.ADD, flags=[SEEN]),
    ),
    Form(
        "message-trash",
        "Set the flag \\Deleted of a message that doesn't have it.",
        ACTING,
        Wants.MAIL,
        lambda given: _with_message(given, without=DELETED),
        lambda actions, given: actions.store(given.state.name, [1], StoreMode.ADD, flags=[DELETED]),
    ),
    Form(
        "message-expunge",
        "Expunge a message that has the flag \\Deleted.",
        ACTING,
        Wants.MAIL,
        lambda given: _with_message(given, also=DELETED),
        lambda actions, given: actions.expunge(given.state.name),
    ),
    Form(
        "flags-set",
        "Set flags and keywords of a message that doesn't have them (\\Flagged if none are named).",
        ACTING,
        Wants.MAIL,
        _with_plain_message,
        lambda actions, given: actions.store(given.state.name, [1], StoreMode.ADD, **given.changed),
    ),
    Form(
        "flags-clear",
        "Clear flags and keywords of a message that has them (\\Flagged if none are named).",
        ACTING,
        Wants.MAIL,
        _with_changed,
        lambda actions, given: actions.store(given.state.name, [1], StoreMode.REMOVE, **given.changed),
    ),
    Form(
        "mailbox-create",
        "Make a mailbox.",
        ACTING,
        Wants.NOTHING,
        _without,
        lambda actions, given: actions.create(given.state.name),
        names_mailbox=True,
    ),
    Form(
        "mailbox-delete",
        "Delete an empty mailbox.",
        ACTING,
        Wants.NOTHING,
        _empty,
        lambda actions, given: actions.delete(given.state.name),
        names_mailbox=True,
    ),
    Form(
        "mailbox-rename",
        "Give a mailbox another name.",
        ACTING,
        Wants.NEW_NAME,
        _empty,
        lambda actions, given: actions.rename(given.state.name, given.new_name),
        names_mailbox=True,
    ),
    Form(
        "mailbox-subscribe",
        "Subscribe to a mailbox.",
        ACTING,
        Wants.NOTHING,
        _empty,
        lambda actions, given: actions.subscribe(given.state.name),
    ),
    Form(
        "mailbox-unsubscribe",
        "Take the subscription to a mailbox back.",
        ACTING,
        Wants.NOTHING,
        _subscribed,
        lambda actions, given: actions.unsubscribe(given.state.name),
    ),
)
"""Every event that Dovecot raises, by the action that raises it."""


def unsupported(name: str) -> str | None:
    """Return why there is no form for an event of RFC 5423, None for what is none."""
    wanted = name.replace("-", "").lower()
    found = next((event for event in UNSUPPORTED_EVENTS if event.lower() == wanted), None)
    if found is None:
        return None
    return f"RFC 5423 has the event {found}, but Dovecot never raises it: no driver can be told of it"
