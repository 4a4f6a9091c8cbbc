"""A user's mailboxes and METADATA, which outlast sessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dovecot_conf.variables import user_values
from drivers.session import MailUser
from drivers.testing.errors import PushError
from drivers.testing.metadata import RecordedMetadata
from mailstore.entries import SERVER_PREFIX, find_built_in, parse_entry
from mailstore.simulated import INBOX, SimulatedMailbox, SimulatedMailboxes

ATTRIBUTES = ("home", "uid", "gid", "session", "hostname", "pid", "lip", "rip", "local_name")
"""What can be said of a user besides the name."""

_DEFAULTS: Mapping[str, str] = {"uid": "1000", "gid": "1000", "hostname": "mail.example.com"}
_TYPES = ("private", "shared")


@dataclass(frozen=True, slots=True)
class Account:
    """A user of a test."""

    name: str
    attributes: Mapping[str, str]
    mailboxes: SimulatedMailboxes
    store: RecordedMetadata = field(default_factory=RecordedMetadata)

    @classmethod
    def new(cls, name: str, uidvalidity: int, attributes: Mapping[str, str]) -> Account:
        """Make an account with an empty INBOX. Raises PushError for an unknown attribute."""
        unknown = next((word for word in attributes if word not in ATTRIBUTES), None)
        if unknown is not None:
            raise PushError(f"a user has no attribute {unknown}: there are {', '.join(ATTRIBUTES)}")
        boxes = SimulatedMailboxes({INBOX: SimulatedMailbox(INBOX, uidvalidity)}, uidvalidity=uidvalidity)
        return cls(name, {"home": f"/home/{name}", **_DEFAULTS, **attributes}, boxes)

    def mail_user(self, protocol: str) -> MailUser:
        """Return the user as a session of a protocol knows it."""
        return MailUser(self.name, user_values(self.name, protocol, **self.attributes))

    def metadata(self, mailbox: str) -> dict[str, str]:
        """Return the entries that are set of a mailbox ("" for the server's), and their values."""
        values, box = self.store.values, self._mailbox(mailbox)
        names = [f"/{kind}/{name}" for kind in _TYPES for name in values.names(box, f"/{kind}/")]
        found = {name: values.get(box, name) for name in names}
        return {name: text for name, text in found.items() if text is not None and _is_own(box, name, text)}

    def set_metadata(self, mailbox: str, entry: str, value: str | None) -> None:
        """Set an entry, or with None take it away. Raises EntryNameError, MailboxError."""
        values, box = self.store.values, self._mailbox(mailbox)
        if value is None:
            values.unset(box, entry)
        else:
            values.set(box, entry, value)

    def _mailbox(self, name: str) -> str:
        return self.mailboxes[name].name if name else ""


def _is_own(mailbox: str, name: str, value: str) -> bool:
    """Tell whether an entry is neither one that Dovecot knows by itself, nor the server's seen in INBOX."""
    entry = parse_entry(name)
    if mailbox and entry.name.startswith(SERVER_PREFIX):
        return False
    stored, is_inbox = (entry, mailbox == INBOX) if mailbox else (entry.below_server(), True)
    return bool(value) or find_built_in(stored, is_inbox=is_inbox) is None
