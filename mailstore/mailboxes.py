"""A user's mailboxes: which namespace a name belongs to, where it is, and its GUID."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from dovecot_conf.errors import MailboxError
from mailstore.dotlock import LockTimes
from mailstore.guid import UIDLIST, create_maildir, maildir_guid
from mailstore.location import (
    DBOX_DRIVERS,
    INBOX,
    MAILDIR,
    MBOX,
    SEPARATORS,
    MailboxNameError,
    MailboxPaths,
    MailLocation,
    mailbox_paths,
)
from mailstore.metadata import MailboxNotCreatedError, MailboxNotFoundError


class Namespace(NamedTuple):
    """A namespace; ``mailboxes`` holds the settings of the mailboxes named in it, by full name.

    ``separator`` is "" for the one of the layout. Paths of ``location`` are expanded.
    """

    prefix: str
    separator: str
    is_inbox: bool
    location: MailLocation
    mailboxes: Mapping[str, Mapping[str, str]]

    def hierarchy_separator(self) -> str:
        """Return the character between the levels of a name."""
        return self.separator or SEPARATORS.get(self.location.layout, "/")

    def full_name(self, mailbox: str) -> str | None:
        """Return a name with the prefix as it is configured, None for one that isn't below the prefix.

        An INBOX that a prefix begins with has no case: INBOX/Sent is inbox/Sent.
        """
        if mailbox.startswith(self.prefix):
            return mailbox
        rest, length = self.prefix.removeprefix(INBOX), len(INBOX)
        if rest != self.prefix and mailbox[:length].upper() == INBOX and mailbox[length:].startswith(rest):
            return INBOX + mailbox[length:]
        return None


class UserMailboxes(NamedTuple):
    """The mailboxes of one user.

    ``server_settings`` answers for the server's own entries. ``times`` says how long to wait for
    locks, ``below`` maps an absolute path of the configuration to the one to open.
    """

    namespaces: tuple[Namespace, ...]
    server_settings: Mapping[str, str]
    times: LockTimes
    below: Callable[[str], Path]

    def guid(self, mailbox: str) -> str:
        """Return the GUID of a mailbox.

        Raises MailboxNotCreatedError for one that Dovecot would make, MailboxNotFoundError for any
        other missing one, MailboxError when the GUID can't be read.
        """
        namespace, paths = self._find(mailbox)
        driver = namespace.location.driver
        if driver == MAILDIR:
            guid = maildir_guid(paths.control) if _is_folder(paths.mail / "cur") else None
        elif driver != MBOX and driver not in DBOX_DRIVERS:
            raise MailboxError(f"mailboxes of format {driver} can't be read without Dovecot")
        elif paths.index is None:
            raise MailboxError(f"{mailbox} has its index in memory: its GUID changes with every process")
        else:
            from mailstore.index_guid import index_guid  # noqa: PLC0415 - a Maildir needs none of it

            guid = index_guid(paths.index, driver)
        if guid is not None:
            return guid
        message = f"Mailbox doesn't exist: {mailbox}"
        if paths.mail.exists() or mailbox == INBOX or self._is_automatic(namespace, mailbox):
            raise MailboxNotCreatedError(message, paths.mail, can_create=driver == MAILDIR)
        raise MailboxNotFoundError(message)

    def guid_place(self, mailbox: str) -> Path | None:
        """Return the file or folder that keeps a mailbox's GUID, None without one. Raises MailboxError."""
        namespace, paths = self._find(mailbox)
        return paths.control / UIDLIST if namespace.location.driver == MAILDIR else paths.index

    def create(self, mailbox: str) -> str:
        """Make a mailbox that ``guid`` says Dovecot would make; return its GUID.

        Raises MailboxError for other formats than Maildir, and when it can't be made.
        """
        namespace, paths = self._find(mailbox)
        if namespace.location.driver != MAILDIR:
            raise MailboxError(
                f"{mailbox} is no Maildir: only Dovecot can make it (doveadm mailbox create {mailbox})"
            )
        return create_maildir(paths.mail, paths.control, times=self.times)

    def names(self) -> Iterator[str]:
        """Yield the full names of all mailboxes on disk, some of which may have no GUID.

        Raises MailboxError when a folder can't be read.
        """
        from mailstore.mailbox_list import stored_names  # noqa: PLC0415 - one mailbox is found without a list

        for namespace in self.namespaces:
            separator = namespace.hierarchy_separator()
            for stored in stored_names(namespace.location, self.below(namespace.location.path)):
                if stored == INBOX and namespace.is_inbox:
                    yield INBOX
                elif separator == "/" or separator not in stored:
                    yield namespace.prefix + stored.replace("/", separator)

    def setting(self, mailbox: str, name: str) -> str:
        """Return a setting of the server or of the mailbox, "" when it has no value."""
        if name in self.server_settings:
            return self.server_settings[name]
        namespace, full_name = self._namespace(mailbox)
        return namespace.mailboxes.get(full_name, {}).get(name, "")

    def _namespace(self, mailbox: str) -> tuple[Namespace, str]:
        """Return the namespace of a mailbox, and its full name there.

        It is the one with the longest prefix of the name; INBOX has its own, whatever the prefix.
        """
        fitting: list[tuple[Namespace, str]] = []
        for namespace in self.namespaces:
            name = namespace.full_name(mailbox)
            if mailbox == INBOX:
                name = INBOX if namespace.is_inbox else None
            if name is not None:
                fitting.append((namespace, name))
        if not fitting:
            raise MailboxNotFoundError(f"Mailbox doesn't exist: {mailbox}")
        return max(fitting, key=lambda found: len(found[0].prefix))

    def _find(self, mailbox: str) -> tuple[Namespace, MailboxPaths]:
        namespace, full_name = self._namespace(mailbox)
        name = mailbox if mailbox == INBOX else full_name.removeprefix(namespace.prefix)
        separator = namespace.hierarchy_separator()
        if separator != "/" and "/" in name:
            raise MailboxNameError("Character not allowed in mailbox name: '/'")
        paths = mailbox_paths(namespace.location, name.replace(separator, "/"))
        index = self.below(str(paths.index)) if paths.index else None
        return namespace, MailboxPaths(self.below(str(paths.mail)), self.below(str(paths.control)), index)

    def _is_automatic(self, namespace: Namespace, mailbox: str) -> bool:
        automatic = namespace.mailboxes.get(mailbox, {}).get("auto", "no")
        return automatic in ("create", "subscribe")


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise MailboxError(f"{path}: {error.strerror}") from None
