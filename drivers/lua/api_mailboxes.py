"""What a script can do with a user's mailboxes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from drivers.lua.assertions import Answer, Assertions
from drivers.lua.machine import LuaMachine, decode, encode

if TYPE_CHECKING:
    from drivers.session import UserSession


class LuaMailboxes:
    """The calls of mailbox objects, in the session that ``entered`` gives."""

    def __init__(
        self, machine: LuaMachine, entered: Callable[[], UserSession], assertions: Assertions
    ) -> None:
        self._machine = machine
        self._entered = entered
        self._assertions = assertions

    @property
    def calls(self) -> tuple[Callable[..., Any], ...]:
        """The functions for ``api.lua``, by their names."""
        return (
            self.find_namespace, self.mailbox_names, self.mailbox_open, self.mailbox_close,
            self.mailbox_sync, self.mailbox_status,
        )  # fmt: skip

    def find_namespace(self) -> bool:
        """Tell whether mailboxes can be named; if not, the process ends."""
        return self._assertions.has_namespace(self._entered())

    def mailbox_names(self, name: bytes) -> tuple[bytes, bytes]:
        """Return the shown name of a mailbox, and that in its storage."""
        return name, name

    def mailbox_open(self, name: bytes) -> Answer:
        """Open a mailbox."""
        return self._opened(name, "mailbox_open(%s) failed: %s")

    def mailbox_sync(self, name: bytes) -> Answer:
        """Look for changes in a mailbox."""
        return self._opened(name, "mailbox_sync(%s) failed: %s")

    def mailbox_close(self, name: bytes) -> Answer:  # noqa: ARG002
        """Close a mailbox."""
        return True, None

    def mailbox_status(self, name: bytes, *items: int) -> Answer:
        """Return a table with the state of a mailbox; what isn't among the items is 0."""
        wanted = 0
        for item in items:
            wanted |= item & 0xFFFFFFFF
        ok, problem = self._opened(name, f"mailbox_get_status(%s, {wanted}) failed: %s")
        if not ok:
            return ok, problem
        box = self._entered().mailboxes[decode(name)]
        # Heavy, and not every script asks.
        from drivers.lua.mailbox_status import status_fields  # noqa: PLC0415

        fields: dict[bytes, Any] = dict(status_fields(box, wanted))
        if isinstance(fields.get(b"keywords"), list):
            fields[b"keywords"] = self._machine.array(fields[b"keywords"])
        return True, self._machine.table(fields)

    def _opened(self, name: bytes, text: str) -> Answer:
        shown = decode(name)
        if shown in self._entered().mailboxes:
            return True, None
        return False, encode(text % (shown, f"Mailbox doesn't exist: {shown}"))
