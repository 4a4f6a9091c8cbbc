"""An LMTP session with several mails, each for several recipients, in one process (2.3.19.1, 2.4.1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from dovecot_conf.push import PushConfig
from drivers.actions import Actions
from drivers.log import Log
from drivers.registry import DriverRegistry
from drivers.report import SimulationReport
from drivers.session import Surroundings, UserSession
from drivers.simulate import MailUser, internal_user, open_session, report_of
from mailstore.simulated import INBOX, SimulatedMailboxes


@dataclass(frozen=True, slots=True)
class Recipient:
    """A user who gets a mail: ``act`` is its delivery into ``mailboxes``."""

    user: MailUser
    mailboxes: SimulatedMailboxes
    surroundings: Surroundings
    act: Callable[[Actions], object]


def perform_lmtp(
    push: PushConfig, mails: Sequence[Sequence[Recipient]], registry: DriverRegistry
) -> list[SimulationReport]:
    """Deliver mails one after the other; return what follows, a report for each recipient.

    The internal user for raw mails lasts for the whole session. The first recipient of a mail stays
    until its last one is done: the others get copies of that user's mail. All share one HTTP client.
    The logs of the reports, put together, are that of the process. Raises MailboxError.
    """
    process = _Process(push, registry)
    for mail in mails:
        process.deliver(mail)
    return process.end()


class _Process:
    """An LMTP process that one client talks to."""

    def __init__(self, push: PushConfig, registry: DriverRegistry) -> None:
        self._push = push
        self._registry = registry
        self._log = Log()
        self._first: UserSession | None = None
        self._reports: list[SimulationReport] = []
        self._internal: UserSession | None = None

    def deliver(self, recipients: Sequence[Recipient]) -> None:
        """Deliver one mail to all its recipients."""
        kept: UserSession | None = None
        for recipient in recipients:
            if self._internal is None:
                internal, log = internal_user(self._push, recipient.user.variables, self._log)
                self._internal = self._open(internal, recipient.surroundings, log)
            session = self._open(recipient.user, recipient.surroundings, self._log)
            actions = Actions(session, recipient.mailboxes)
            recipient.act(actions)
            if kept is None:
                kept = session
            else:
                session.close()
            self._reports.append(report_of(self._push, recipient.user, INBOX, session, actions.transactions))
        if kept is not None:
            kept.close()

    def end(self) -> list[SimulationReport]:
        """End the session; return the reports, each with the lines that came since the one before."""
        if self._internal is not None:
            self._internal.close()
        done = 0
        for place, report in enumerate(self._reports):
            is_last = place == len(self._reports) - 1
            lines = self._log.lines if is_last else report.log
            self._reports[place] = replace(report, log=lines[done:])
            done = len(lines)
        return self._reports

    def _open(self, user: MailUser, surroundings: Surroundings, log: Log) -> UserSession:
        session = open_session(self._push, user, self._registry, surroundings, log)
        if self._first is None:
            self._first = session
        session.share_http_client(self._first)
        return session
