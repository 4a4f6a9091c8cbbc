"""The ``dlog`` driver: writes each step of a transaction to the log.

Dovecot writes its lines whether or not debugging is on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from dovecot_conf.push import DriverDefinition
from dovecot_conf.versions import Version
from drivers.events import RFC5423_EVENTS, EventRecord, MailboxEvents, MessageEvents
from drivers.interface import Driver, InitContext
from drivers.log import Log
from drivers.report import Outcome
from drivers.secrets import hide_in_options

if TYPE_CHECKING:
    from drivers.session import UserSession
    from drivers.transaction import DriverTransaction


@dataclass(frozen=True, slots=True)
class _Texts:
    """Prefixes of dlog's lines: for the user, for a mailbox, and if the options are shown."""

    user_prefix: str
    mailbox_prefix: str
    shows_options: bool


_TEXTS: Mapping[Version, _Texts] = {
    Version.V23: _Texts("", "", shows_options=True),
    Version.V24: _Texts("dlog: ", "Mailbox {mailbox}: dlog: ", shows_options=False),
}


class DlogDriver(Driver):
    """Logs what happens; it wants all events, but none of their fields."""

    name: ClassVar[str] = "dlog"
    only_logs: ClassVar[bool] = True

    @classmethod
    def parse(cls, definition: DriverDefinition, context: InitContext) -> str | None:  # noqa: ARG003
        """Return the option text, None without one; dlog accepts anything and uses nothing."""
        return definition.option_text

    def __init__(self, definition: DriverDefinition, context: InitContext) -> None:
        self._texts = _TEXTS[context.version]
        self._log(context.log, "Called init push_notification plugin hook.")
        option_text = self.parse(definition, context)
        if self._texts.shows_options and option_text is not None:
            shown = option_text if context.show_secrets else hide_in_options(option_text)
            self._log(context.log, f"Config string for dlog push_notification driver: {shown}")

    def begin(self, dtxn: DriverTransaction) -> bool:
        """Register all events."""
        self._log_step(dtxn, "Called begin_txn push_notification plugin hook.")
        prefix = self._mailbox_prefix(dtxn)
        for event in RFC5423_EVENTS:
            dtxn.register(event, log_prefix=prefix)
        dtxn.outcome, dtxn.reason = Outcome.LOGGED, ""
        return True

    def process_mailbox(self, dtxn: DriverTransaction, mailbox: MailboxEvents) -> None:
        """Log what happened to a mailbox."""
        self._log_step(dtxn, "Called process_mbox push_notification plugin hook.")
        self._log_step(dtxn, f"Mailbox data: Mailbox [{mailbox.mailbox}]")
        self._log_records(dtxn, mailbox.records)

    def process_message(self, dtxn: DriverTransaction, message: MessageEvents) -> None:
        """Log a message and what was collected about it."""
        self._log_step(dtxn, "Called process_msg push_notification plugin hook.")
        place = f"Mailbox [{message.mailbox}], UID [{message.uid}], UIDVALIDITY [{message.uidvalidity}]"
        self._log_step(dtxn, f"Message data: {place}")
        self._log_records(dtxn, message.records)

    def end(self, dtxn: DriverTransaction, *, success: bool) -> None:  # noqa: ARG002
        """Log the end of a transaction."""
        self._log_step(dtxn, "Called end_txn push_notification plugin hook.")

    def deinit(self, session: UserSession) -> None:
        """Log the end of the session."""
        self._log(session.log, "Called deinit push_notification plugin hook.")

    def cleanup(self, session: UserSession) -> None:
        """Log the cleanup, without a prefix in every version."""
        session.log.write_debug(self.name, "Called cleanup push_notification plugin hook.", forced=True)

    def _log(self, log: Log, text: str) -> None:
        log.write_debug(self.name, f"{self._texts.user_prefix}{text}", forced=True)

    def _log_records(self, dtxn: DriverTransaction, records: Iterable[EventRecord]) -> None:
        for record in records:
            for line in record.debug_lines():
                dtxn.session.log.write_debug(self.name, line, forced=True)

    def _mailbox_prefix(self, dtxn: DriverTransaction) -> str:
        return self._texts.mailbox_prefix.format(mailbox=dtxn.transaction.mailbox.name)

    def _log_step(self, dtxn: DriverTransaction, text: str) -> None:
        dtxn.session.log.write_debug(self.name, f"{self._mailbox_prefix(dtxn)}{text}", forced=True)
