"""Mailboxes that exist only while they are simulated: messages with UIDs, flags and keywords.

Nothing here raises events; a mailbox is what an action changes and what Dovecot would find afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from dovecot_conf.errors import MailboxError
from mailstore.message import Message
from mailstore.state import MailboxState

ANSWERED, FLAGGED, DELETED, SEEN, DRAFT = SYSTEM_FLAGS = (
    "\\Answered",
    "\\Flagged",
    "\\Deleted",
    "\\Seen",
    "\\Draft",
)
"""The flags of RFC 3501 that a client can set, in the order in which Dovecot names them."""

_SPELLED = {flag.lower(): flag for flag in SYSTEM_FLAGS}

RECENT = "\\Recent"
"""A flag that only the server sets."""

INBOX = "INBOX"


@dataclass(slots=True, eq=False)
class StoredMessage:
    """A message in a mailbox. ``keywords`` are in the mailbox's order.

    It is ``recent`` until the end of the first IMAP session that selects the mailbox (RFC 3501, 2.3.2).
    """

    uid: int
    content: Message
    flags: frozenset[str] = frozenset()
    keywords: tuple[str, ...] = ()
    recent: bool = True


@dataclass(slots=True, eq=False)
class SimulatedMailbox:
    """A mailbox. ``name`` is UTF-8 with the namespace's separator.

    ``other_unseen`` counts unseen messages that are known by number only, ``unsaved`` those at the end of
    ``messages`` that who looks into the mailbox can't see yet. ``keywords`` are all names
    that were used in it, in the order of their first use. ``first_recent_uid`` is that of the first message
    that no IMAP session has taken as new, by default that of the next one; a ``selected`` mailbox's
    messages are all taken, those that are still to come too.
    """

    name: str = INBOX
    uidvalidity: int = 1
    next_uid: int = 1
    other_unseen: int = 0
    messages: list[StoredMessage] = field(default_factory=list)
    unsaved: int = 0
    keywords: list[str] = field(default_factory=list)
    first_recent_uid: int = 0
    selected: bool = False

    def __post_init__(self) -> None:
        self.first_recent_uid = self.first_recent_uid or self.next_uid

    @classmethod
    def of(cls, state: MailboxState) -> SimulatedMailbox:
        """Return an empty mailbox that begins in this state."""
        return cls(state.name, state.uidvalidity, state.uid, state.unseen)

    @property
    def unseen(self) -> int:
        """The number of unseen messages."""
        return self.other_unseen + sum(SEEN not in message.flags for message in self.messages)

    @property
    def recent(self) -> int:
        """The number of messages that are new to whoever looks."""
        return 0 if self.selected else sum(mail.uid >= self.first_recent_uid for mail in self.visible)

    @property
    def visible(self) -> list[StoredMessage]:
        """The messages that who looks into the mailbox can see."""
        return self.messages[: len(self.messages) - self.unsaved]

    def select(self) -> None:
        """Let an IMAP session take all messages as its new ones, until :meth:`unselect`."""
        self.selected = True

    def unselect(self) -> None:
        """End what :meth:`select` began; what comes now is new again."""
        if self.selected:
            self.first_recent_uid, self.selected = self.next_uid, False

    def add(self, content: Message, flags: Iterable[str] = (), keywords: Iterable[str] = ()) -> StoredMessage:
        """Store a message under the next UID."""
        stored = StoredMessage(self.next_uid, content, system_flags(flags), self.known(keywords))
        self.next_uid += 1
        self.messages.append(stored)
        return stored

    def known(self, keywords: Iterable[str]) -> tuple[str, ...]:
        """Return keywords as the mailbox spells them, in its order; new ones are added to it.

        Upper and lower case are the same (RFC 3501, section 2.3.2).
        """
        if not keywords:
            return ()
        places = {name.lower(): place for place, name in enumerate(self.keywords)}
        wanted = []
        for keyword in keywords:
            if keyword.lower() not in places:
                places[keyword.lower()] = len(self.keywords)
                self.keywords.append(keyword)
            wanted.append(places[keyword.lower()])
        return tuple(self.keywords[place] for place in sorted(set(wanted)))

    def numbered(self) -> Iterator[tuple[int, StoredMessage]]:
        """Yield the messages with their sequence numbers, which start with 1."""
        yield from enumerate(self.messages, 1)

    def remove(self, messages: Iterable[StoredMessage]) -> None:
        """Expunge messages."""
        gone = {id(message) for message in messages}
        self.messages = [message for message in self.messages if id(message) not in gone]


@dataclass(slots=True)
class SimulatedMailboxes:
    """All mailboxes of a user, and the names the user is subscribed to.

    ``separator`` is the namespace's, ``storage_separator`` that of the folders on disk if it is
    another one: names can't hold it. New mailboxes get ``uidvalidity``. ``automatic`` are the
    mailboxes that appear when they are first used, and whether the user is then subscribed
    (``auto = create`` and ``auto = subscribe``).
    """

    mailboxes: dict[str, SimulatedMailbox] = field(default_factory=lambda: {INBOX: SimulatedMailbox()})
    subscriptions: set[str] = field(default_factory=set)
    separator: str = "/"
    uidvalidity: int = 1
    storage_separator: str = ""
    automatic: dict[str, bool] = field(default_factory=lambda: {INBOX: False})

    def __getitem__(self, name: str) -> SimulatedMailbox:
        """Return a mailbox. Raises MailboxError if there is none of this name."""
        found = self.mailboxes.get(self.canonical(name))
        if found is None:
            raise MailboxError(f"there is no mailbox {name}")
        return found

    def __contains__(self, name: object) -> bool:
        """Return whether there is a mailbox of this name."""
        return isinstance(name, str) and self.canonical(name) in self.mailboxes

    def canonical(self, name: str) -> str:
        """Return the name as it is stored: INBOX is the same in any case."""
        return _canonical(name, self.separator)

    def below(self, name: str) -> list[str]:
        """Return the names of the mailboxes below ``name``, which needn't be a mailbox itself."""
        beginning = f"{self.canonical(name)}{self.separator}"
        return [found for found in self.mailboxes if found.startswith(beginning)]

    def create(self, name: str) -> SimulatedMailbox:
        """Make an empty mailbox; a separator at the end of its name doesn't count. Raises MailboxError."""
        name = self.canonical(name).removesuffix(self.separator)
        self._check_new(name)
        made = self.mailboxes[name] = SimulatedMailbox(name, self.uidvalidity)
        return made

    def delete(self, name: str) -> SimulatedMailbox:
        """Take a mailbox away; those below it stay. Raises MailboxError."""
        found = self[name]
        if found.name == INBOX:
            raise MailboxError("INBOX can't be deleted")
        return self.mailboxes.pop(found.name)

    def rename(self, old: str, new: str) -> SimulatedMailbox:
        """Rename a mailbox with all below it, or a name that only has mailboxes below it.

        Returns the mailbox under its new name, which isn't among the user's in the second case.
        Raises MailboxError.
        """
        old, new = self.canonical(old), self.canonical(new)
        moving = [name for name in (old, *self.below(old)) if name in self.mailboxes]
        if not moving:
            raise MailboxError(f"there is no mailbox {old}")
        if old == INBOX:
            raise MailboxError("INBOX can't be renamed")
        if new.startswith(f"{old}{self.separator}"):
            raise MailboxError(f"{old} can't be moved below itself")
        self._check_new(new)
        for name in moving:
            mailbox = self.mailboxes.pop(name)
            mailbox.name = f"{new}{name[len(old) :]}"
            self.mailboxes[mailbox.name] = mailbox
        return self.mailboxes.get(new) or SimulatedMailbox(new, self.uidvalidity)

    def _check_new(self, name: str) -> None:
        """Raise MailboxError unless a mailbox can get this name (Dovecot 2.3.19.1, 2.4.1)."""
        parts = name.split(self.separator)
        if not name:
            raise MailboxError("a mailbox needs a name")
        if name in self.mailboxes:
            raise MailboxError(f"the mailbox {name} exists already")
        if not all(parts):
            raise MailboxError(f"a mailbox can't be called {name}: a part of the name is empty")
        if {".", ".."} & set(parts) or name.startswith("~"):
            raise MailboxError(f"a mailbox can't be called {name}: that is the name of a folder elsewhere")
        if any(char < " " or char == "\x7f" for char in name):
            raise MailboxError("a mailbox can't have control characters in its name")
        if self.storage_separator and self.storage_separator in name:
            raise MailboxError(
                f"a mailbox can't be called {name}: {self.storage_separator} separates folders"
            )


@lru_cache(maxsize=64)
def _canonical(name: str, separator: str) -> str:
    first, found, rest = name.partition(separator)
    return f"{INBOX}{found}{rest}" if first.upper() == INBOX else name


def system_flags(names: Iterable[str]) -> frozenset[str]:
    r"""Return system flags as Dovecot spells them. Raises MailboxError for others, such as ``\Recent``."""
    found = set()
    for name in names:
        flag = _SPELLED.get(name.lower())
        if flag is None:
            raise MailboxError(f"{name} is no flag that can be set: there are {', '.join(SYSTEM_FLAGS)}")
        found.add(flag)
    return frozenset(found)
