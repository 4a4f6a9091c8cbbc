"""A Dovecot under test: its configuration, its users, the network around it, and the time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from dovecot_conf.errors import PushnotifError
from drivers.testing.account import Account
from drivers.testing.answers import HttpAnswers
from drivers.testing.clock import FakeClock
from drivers.testing.configured import Configured
from drivers.testing.errors import PushError
from drivers.testing.files import PushFiles
from drivers.testing.result import Result
from drivers.testing.user import PushUser

_ANY_USER = "user@example.org"


class DovecotPush:
    """What ``dovecot_push(script="push.lua")`` returns.

    ``http`` is told how servers answer, ``clock`` is the time, ``results`` is all that was done so far.
    """

    def __init__(self, configured: Configured, files: PushFiles) -> None:
        self.configured = configured
        self.files = files
        self.clock = FakeClock()
        self.http = HttpAnswers(self.clock)
        self.results: list[Result] = []
        self._users: dict[str, PushUser] = {}
        account = Account.new(_ANY_USER, int(self.clock.now()), {})
        configured.check_script("lmtp", account.mail_user("lmtp").variables)

    def user(
        self,
        name: str,
        *,
        metadata: Mapping[str, str] | None = None,
        mailboxes: Iterable[str] = (),
        **attributes: str,
    ) -> PushUser:
        """Make a user, who has INBOX and ``mailboxes``.

        ``metadata`` are the server's entries (``doveadm mailbox metadata set -s ""``) and their values.
        ``attributes`` are what %variables stand for, and what scripts see of the user: ``home``,
        ``uid``, ``gid``, ``hostname`` … Raises PushError for what can't be, and a name that is taken.
        """
        __tracebackhide__ = True
        if not name or name in self._users:
            raise PushError(f"there is a user {name} already" if name else "a user needs a name")
        try:
            account = Account.new(name, int(self.clock.now()), attributes)
            for mailbox in mailboxes:
                account.mailboxes.create(mailbox)
            user = self._users[name] = PushUser(self, account)
            for entry, value in (metadata or {}).items():
                account.set_metadata("", entry, value)
        except PushnotifError as error:
            raise PushError(error.message) from None
        return user

    def find(self, path: str | Path) -> Path:
        """Return a file that a test names. Raises PushError when there is none."""
        return self.files.find(path)
