"""pushnotif's own METADATA store, for a configuration that has none.

The file has Dovecot's format; mailbox GUIDs are made from the names, so every mailbox exists.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from mailstore.dict_file import FileDict
from mailstore.dotlock import LockTimes
from mailstore.metadata import INBOX, Metadata

NAMESPACE = uuid.UUID("6f0bd4f5-4a3e-5d0f-9a07-6d5b1b8e2f10")


@dataclass(frozen=True, slots=True)
class NamedMailboxes:
    """Mailboxes that exist by being named; the GUID follows from user and name."""

    user: str
    server_settings: Mapping[str, str]

    def guid(self, mailbox: str) -> str:
        """Return the same GUID for the same mailbox of the same user, always."""
        return uuid.uuid5(NAMESPACE, f"{_quoted(self.user)}/{_quoted(mailbox)}").hex

    def create(self, mailbox: str) -> str:
        """Return the GUID: there is nothing to make."""
        return self.guid(mailbox)

    def is_inbox(self, mailbox: str) -> bool:
        """Tell whether a mailbox is INBOX."""
        return mailbox == INBOX

    def is_any_inbox(self, mailbox: str) -> bool:
        """Tell whether a mailbox is INBOX: nobody sees those of others here."""
        return self.is_inbox(mailbox)

    def spelling(self, mailbox: str) -> str:
        """Return the name: INBOX has no levels below it here."""
        return mailbox

    def names(self) -> tuple[str, ...]:
        """Return INBOX: which others were named can't be told from their GUIDs."""
        return (INBOX,)

    def setting(self, mailbox: str, name: str) -> str:  # noqa: ARG002 - mailboxes have no settings here
        """Return a setting of the server, "" for those of mailboxes."""
        return self.server_settings.get(name, "")


def open_own_metadata(
    user: str,
    *,
    data_dir: Path | None = None,
    times: LockTimes | None = None,
    server_settings: Mapping[str, str] | None = None,
) -> Metadata:
    """Return the METADATA of ``user`` in pushnotif's own store.

    ``data_dir`` is the folder of the store; by default it is below the platform's folder for the
    data of programs.
    """
    folder = data_dir or _platform_folder()
    # A name is one path component, and neither "." nor "..".
    path = folder / "metadata" / f"{_quoted(user)}.dict"
    store = FileDict(path, times=times or LockTimes())
    mailboxes = NamedMailboxes(user, server_settings or {})
    return Metadata(mailboxes, lambda: store, os.fspath(path), own=True)


def _quoted(text: str) -> str:
    return quote(text, safe="@", errors="surrogateescape")


def _platform_folder() -> Path:
    from platformdirs import user_data_path  # noqa: PLC0415 - only who has no store pays for it

    return user_data_path("pushnotif", appauthor=False)
