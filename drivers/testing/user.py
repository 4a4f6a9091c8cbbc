"""A user of a test, each of whose actions is a session of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dovecot_conf.errors import PushnotifError
from drivers.process import perform_together
from drivers.testing.account import Account
from drivers.testing.errors import PushError
from drivers.testing.result import Result
from drivers.testing.sessions import SESSIONS, PushSession, Recording, part_of
from drivers.testing.verbs import ACTING, DELIVERING, Act, Verbs
from mailstore.simulated import SimulatedMailboxes

if TYPE_CHECKING:
    from drivers.testing.push import DovecotPush


class PushUser(Verbs[Result]):
    """A user; what the user does returns what follows from it.

    Deliveries come by LMTP, everything else is done in an IMAP session, unless :meth:`via` says
    otherwise. Mailboxes and METADATA are as the action before has left them.
    """

    def __init__(self, push: DovecotPush, account: Account, protocol: str = "") -> None:
        self.push = push
        self.account = account
        self._protocol = protocol

    def __repr__(self) -> str:
        """Return the name."""
        return f"<PushUser {self.account.name}>"

    @property
    def name(self) -> str:
        """The user's name."""
        return self.account.name

    @property
    def mailboxes(self) -> SimulatedMailboxes:
        """The mailboxes with their messages."""
        return self.account.mailboxes

    def metadata(self, mailbox: str = "") -> dict[str, str]:
        """Return all METADATA entries of a mailbox, "" for the server's, and their values."""
        __tracebackhide__ = True
        try:
            return self.account.metadata(mailbox)
        except PushnotifError as error:
            raise PushError(error.message) from None

    def set_metadata(self, entry: str, value: str | None, *, mailbox: str = "") -> None:
        """Set a METADATA entry, or with None take it away; that is no call of anybody's."""
        __tracebackhide__ = True
        try:
            self.account.set_metadata(mailbox, entry, value)
        except PushnotifError as error:
            raise PushError(error.message) from None

    def via(self, protocol: str) -> PushUser:
        """Return the same user, acting by another protocol: ``bob.via("doveadm").expunge()``."""
        __tracebackhide__ = True
        if protocol not in (*DELIVERING, *ACTING):
            raise PushError(f"a protocol is one of {', '.join((*DELIVERING, *ACTING))}, not {protocol!r}")
        return PushUser(self.push, self.account, protocol)

    def session(self, protocol: str = "imap") -> PushSession:
        """Return a session, in which several things are done: ``with bob.session() as session: …``.

        That is an IMAP session, or several mails over one LMTP connection.
        """
        __tracebackhide__ = True
        if protocol not in SESSIONS:
            raise PushError(f"a session is one of {', '.join(SESSIONS)}, not {protocol!r}: use via()")
        return PushSession(self.push, self.account, protocol)

    def _do(self, verb: str, protocols: tuple[str, ...], act: Act) -> Result:
        __tracebackhide__ = True
        protocol = self._protocol or protocols[0]
        if protocol not in protocols:
            raise PushError(f"{protocol} doesn't {verb}: that is for {', '.join(protocols)}")
        recording = Recording(self.push, self.account)
        try:
            part = part_of(self.push, self.account, protocol, lambda actions: act(actions, protocol))
            report = perform_together([[part]], registry=self.push.configured.registry)
        except PushnotifError as error:
            raise PushError(error.message) from None
        return recording.result(report)
