"""What can be done to mailboxes, by users and in their sessions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypedDict, TypeVar, Unpack

from drivers.actions import Actions
from drivers.flag_changes import StoreMode
from drivers.mail_source import make_mail
from drivers.testing.errors import PushError
from mailstore.address import first_address
from mailstore.message import Envelope, Message, read_message
from mailstore.simulated import DELETED, INBOX

if TYPE_CHECKING:
    from drivers.testing.account import Account
    from drivers.testing.push import DovecotPush

R_co = TypeVar("R_co", covariant=True)
Act = Callable[[Actions, str], object]
"""Does something in a session of the protocol that is named."""

Numbers = int | Iterable[int]
"""The number of a message in its mailbox, from 1 on, or several."""

DELIVERING = ("lmtp", "lda")
ACTING = ("imap", "doveadm")


class MailParts(TypedDict, total=False):
    """A mail: ``message`` is all of it, as bytes, text or the path of a file; or it is made up of parts."""

    message: bytes | str | Path
    from_: str
    to: str
    subject: str
    body: str


class Verbs(ABC, Generic[R_co]):
    """Actions, each of which returns what :meth:`_do` makes of it.

    All raise PushError for what isn't possible: a mailbox that isn't there, a message that can't be
    read. Mails are given as ``message`` (bytes, text or the path of a file), or made up of ``from_``,
    ``to``, ``subject`` and ``body``, each of which has a default. Messages are named by their numbers.
    """

    push: DovecotPush
    account: Account

    @abstractmethod
    def _do(self, verb: str, protocols: tuple[str, ...], act: Act) -> R_co:
        """Do something in a session of one of ``protocols``. Raises PushError."""

    def deliver(
        self,
        mailbox: str = INBOX,
        *,
        flags: Iterable[str] = (),
        keywords: Iterable[str] = (),
        **mail: Unpack[MailParts],
    ) -> R_co:
        """Deliver a mail, into another mailbox than INBOX as Sieve's ``fileinto`` does."""
        __tracebackhide__ = True
        words = {"flags": tuple(flags), "keywords": tuple(keywords)}

        def act(actions: Actions, protocol: str) -> object:
            made, says_yes = self._message(mail), self.push.configured.says_yes
            return actions.deliver(
                mailbox,
                made,
                envelope=self._envelope(made) if protocol == "lmtp" else None,
                autocreate=says_yes("lda_mailbox_autocreate", protocol),
                autosubscribe=says_yes("lda_mailbox_autosubscribe", protocol),
                **words,
            )

        return self._do("deliver", DELIVERING, act)

    def append(
        self,
        mailbox: str = INBOX,
        *,
        flags: Iterable[str] = (),
        keywords: Iterable[str] = (),
        **mail: Unpack[MailParts],
    ) -> R_co:
        """Store a mail as IMAP APPEND and ``doveadm save`` do."""
        __tracebackhide__ = True
        words = {"flags": tuple(flags), "keywords": tuple(keywords)}
        return self._act("append", lambda actions: actions.append(mailbox, self._message(mail), **words))

    def copy(self, messages: Numbers, target: str, *, mailbox: str = INBOX) -> R_co:
        """Copy messages of ``mailbox`` to another."""
        __tracebackhide__ = True
        return self._act("copy", lambda actions: actions.copy(mailbox, _numbers(messages), target))

    def move(self, messages: Numbers, target: str, *, mailbox: str = INBOX) -> R_co:
        """Move messages of ``mailbox`` to another."""
        __tracebackhide__ = True
        return self._act("move", lambda actions: actions.move(mailbox, _numbers(messages), target))

    def store(
        self,
        messages: Numbers,
        mode: str = "add",
        *,
        flags: Iterable[str] = (),
        keywords: Iterable[str] = (),
        mailbox: str = INBOX,
    ) -> R_co:
        """Add, remove or replace flags and keywords, as ``mode`` says."""
        __tracebackhide__ = True
        if mode not in tuple(StoreMode):
            raise PushError(f"mode is one of {', '.join(StoreMode)}, not {mode!r}")
        words = {"flags": tuple(flags), "keywords": tuple(keywords)}
        numbers = _numbers(messages)
        return self._act("store", lambda actions: actions.store(mailbox, numbers, StoreMode(mode), **words))

    def fetch_body(self, messages: Numbers, *, mailbox: str = INBOX) -> R_co:
        r"""Read messages as FETCH BODY[] does, which sets the flag ``\Seen``."""
        __tracebackhide__ = True
        return self._act("fetch_body", lambda actions: actions.fetch_body(mailbox, _numbers(messages)))

    def expunge(self, messages: Numbers | None = None, *, mailbox: str = INBOX) -> R_co:
        r"""Expunge messages, by default all with the flag ``\Deleted``; IMAP expunges no others."""
        __tracebackhide__ = True

        def act(actions: Actions, protocol: str) -> None:
            numbers = None if messages is None else _numbers(messages)
            if numbers is not None and protocol == "imap":
                stored = dict(actions.mailboxes[mailbox].numbered())
                numbers = [one for one in numbers if one not in stored or DELETED in stored[one].flags]
            actions.expunge(mailbox, numbers)

        return self._do("expunge", ACTING, act)

    def create(self, mailbox: str) -> R_co:
        """Make a mailbox."""
        __tracebackhide__ = True
        return self._act("create", lambda actions: actions.create(mailbox))

    def delete(self, mailbox: str) -> R_co:
        """Delete a mailbox."""
        __tracebackhide__ = True
        return self._act("delete", lambda actions: actions.delete(mailbox))

    def rename(self, old: str, new: str) -> R_co:
        """Rename a mailbox."""
        __tracebackhide__ = True
        return self._act("rename", lambda actions: actions.rename(old, new))

    def subscribe(self, mailbox: str) -> R_co:
        """Subscribe to a mailbox."""
        __tracebackhide__ = True
        return self._act("subscribe", lambda actions: actions.subscribe(mailbox))

    def unsubscribe(self, mailbox: str) -> R_co:
        """Take a subscription back."""
        __tracebackhide__ = True
        return self._act("unsubscribe", lambda actions: actions.unsubscribe(mailbox))

    def _act(self, verb: str, act: Callable[[Actions], object]) -> R_co:
        __tracebackhide__ = True
        return self._do(verb, ACTING, lambda actions, _protocol: act(actions))

    def _message(self, mail: MailParts) -> Message:
        """Return a mail. Raises PushError, MessageError."""
        unknown = next((name for name in mail if name not in MailParts.__annotations__), None)
        if unknown is not None:
            raise PushError(f"a mail has no {unknown}: there are {', '.join(MailParts.__annotations__)}")
        if "message" not in mail:
            made_up = (mail.get("from_"), mail.get("to"), mail.get("subject"), mail.get("body"))
            return make_mail(self.account.name, *made_up)
        if len(mail) > 1:
            raise PushError("message excludes from_, to, subject and body: they are in it")
        given = mail["message"]
        if isinstance(given, Path):
            return read_message(self.push.find(given))
        return Message.from_bytes(
            given.encode("utf-8", "surrogateescape") if isinstance(given, str) else given
        )

    def _envelope(self, message: Message) -> Envelope:
        """Return how a mail comes by LMTP: from its From address."""
        attributes: Mapping[str, str] = self.account.attributes
        sender = first_address(message.header("From") or b"").address
        date = formatdate(self.push.clock.now())
        return Envelope(sender, self.account.name, attributes["hostname"], date)


def _numbers(messages: Numbers) -> list[int]:
    return [messages] if isinstance(messages, int) else list(messages)
