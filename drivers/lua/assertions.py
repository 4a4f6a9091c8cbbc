"""What ends a process when a script uses a user or a mailbox at the wrong time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from drivers.lua.versions import LuaTexts

if TYPE_CHECKING:
    from drivers.session import UserSession

Answer = tuple[bool, Any]
"""Whether a call went well, and its value or Dovecot's text."""

ENDED: Answer = (False, b"the process has ended")

_UNOPENED = "file mail-storage.c: line {line} (mailbox_transaction_begin): assertion failed: (box->opened)"
_NO_NAMESPACE = "file mail-namespace.c: line {line} (mail_namespace_find): assertion failed: (ns != NULL)"
_NO_INBOX = (
    "file mail-namespace.c: line {line} (mail_namespace_find_inbox): assertion failed: (namespaces != NULL)"
)


class Assertions:
    """Checks of Dovecot's; where one doesn't hold, ``panic`` ends the process with its text."""

    def __init__(self, texts: LuaTexts, panic: Callable[[str], None]) -> None:
        self._texts = texts
        self._panic = panic

    def is_opened(self, opened: bool) -> bool:
        """Tell whether a mailbox is open."""
        return self._holds(opened, _UNOPENED, self._texts.mail_storage_line)

    def has_namespace(self, session: UserSession) -> bool:
        """Tell whether mailboxes of the user can be named."""
        return self._holds(session.has_namespaces, _NO_NAMESPACE, self._texts.namespace_line)

    def has_inbox(self, session: UserSession) -> bool:
        """Tell whether the user's INBOX can be found."""
        if not session.has_namespaces:
            return self._holds(False, _NO_INBOX, self._texts.inbox_line)
        return self._holds(not session.is_internal, _NO_INBOX, self._texts.internal_inbox_line)

    def _holds(self, condition: bool, text: str, line: int) -> bool:
        if not condition:
            self._panic(text.format(line=line))
        return condition
