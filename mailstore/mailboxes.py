"""A user's mailboxes: which namespace a name belongs to, where it is, and its GUID."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from dovecot_conf.errors import MailboxError
from dovecot_conf.paths import exists
from dovecot_conf.value import Value
from mailstore.dotlock import LockTimes
from mailstore.guid import UIDLIST, create_maildir, maildir_guid
from mailstore.location import (
    DBOX_DRIVERS,
    INBOX,
    MAILDIR,
    MAILDIR_LAYOUT,
    MBOX,
    SEPARATORS,
    MailboxPaths,
    MailLocation,
    mailbox_paths,
    root_paths,
)
from mailstore.mailbox_name import MailboxNameError, check_stored_name
from mailstore.metadata import MailboxNotCreatedError, MailboxNotFoundError

if TYPE_CHECKING:
    from mailstore.others import OthersNamespace
    from mailstore.users import User


SHARED = "shared"


class Namespace(Value):
    """A namespace; ``mailboxes`` holds the settings of the mailboxes named in it, by full name.

    ``separator`` is "" for the one of the layout. Paths of ``location`` are expanded. ``is_inbox`` tells that
    the user's INBOX is looked for here, as in an alias of the namespace that has it. The mailboxes of an
    alias are those of another namespace; its INBOX is a mailbox of its own in 2.3. ``kind`` is private,
    public or shared, ``name`` what the configuration calls it. ``owner`` is whose mailboxes these are when
    they are another user's, who has an INBOX here, for which with ``prefix_is_inbox`` the prefix stands, too.
    """

    prefix: str
    separator: str
    is_inbox: bool
    location: MailLocation
    mailboxes: Mapping[str, Mapping[str, str]]
    is_alias: bool = False
    kind: str = "private"
    name: str = ""
    owner: str = ""
    prefix_is_inbox: bool = False

    def hierarchy_separator(self) -> str:
        """Return the character between the levels of a name."""
        return self.separator or SEPARATORS.get(self.location.layout, "/")

    def full_name(self, mailbox: str) -> str | None:
        """Return a name as it is in this namespace, None for one that isn't below its prefix.

        INBOX at the beginning has no case: INBOX/Sent is inbox/Sent. The prefix is a mailbox itself.
        """
        separator = self.hierarchy_separator()
        if mailbox.upper().startswith(INBOX + separator):
            mailbox = INBOX + mailbox[len(INBOX) :]
        is_prefix = bool(self.prefix) and mailbox + separator == self.prefix
        return mailbox if is_prefix or mailbox.startswith(self.prefix) else None

    def is_users_inbox(self, full_name: str) -> bool:
        """Tell whether a full name is that of the user's INBOX, which needs no prefix but may have it."""
        return self.is_inbox and full_name in (INBOX, self.prefix + INBOX)

    def is_owners_inbox(self, full_name: str) -> bool:
        """Tell whether a full name is that of another user's INBOX."""
        is_prefix = self.prefix_is_inbox and full_name + self.separator == self.prefix
        return bool(self.owner) and (is_prefix or full_name == self.prefix + INBOX)


class UserMailboxes(Value):
    """The mailboxes of one user.

    ``server_settings`` answers for the server's own entries. ``times`` says how long to wait for
    locks, ``below`` maps an absolute path of the configuration to the one to open. ``others`` lead to the
    mailboxes of other users.
    """

    namespaces: tuple[Namespace, ...]
    server_settings: Mapping[str, str]
    times: LockTimes
    below: Callable[[str], str]
    others: tuple[OthersNamespace, ...] = ()

    def guid(self, mailbox: str) -> str:
        """Return the GUID of a mailbox.

        Raises MailboxNotCreatedError for one that Dovecot would make, MailboxNotFoundError for any
        other missing one, MailboxError when the GUID can't be read.
        """
        namespace, paths, mailbox = self.find(mailbox)
        driver, is_inbox = namespace.location.driver, namespace.is_users_inbox(mailbox)
        if driver == MAILDIR:
            # Dovecot makes the folders of INBOX anew, and keeps its list.
            is_there = is_inbox or _is_folder(f"{paths.mail}/cur")
            guid = maildir_guid(paths.control) if is_there else None
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
        is_root = not is_inbox and paths.mail == self.below(namespace.location.path)
        # Elsewhere a folder without mails of its own only holds other mailboxes.
        is_made = driver != MAILDIR or is_there or namespace.location.layout == MAILDIR_LAYOUT
        is_there = is_made and not is_root and _exists(paths.mail)
        if is_there or is_inbox or self._is_automatic(namespace, mailbox):
            raise MailboxNotCreatedError(message, paths.mail, can_create=driver == MAILDIR)
        raise MailboxNotFoundError(message)

    def is_inbox(self, mailbox: str) -> bool:
        """Tell whether a name is that of the user's INBOX."""
        try:
            namespace, full_name = self.namespace_of(mailbox)
        except MailboxError:
            return False
        return namespace.is_users_inbox(full_name)

    def is_any_inbox(self, mailbox: str) -> bool:
        """Tell whether a name is that of the user's INBOX, or of another user's."""
        try:
            namespace, full_name = self.namespace_of(mailbox)
        except MailboxError:
            return False
        return namespace.is_users_inbox(full_name) or namespace.is_owners_inbox(full_name)

    def spelling(self, mailbox: str) -> str:
        """Return a name as messages spell it: INBOX at its beginning has no case."""
        try:
            return self.namespace_of(mailbox)[1]
        except MailboxError:
            return mailbox

    def owner(self, mailbox: str) -> User | None:
        """Return the other user whose mailbox it is, None for the user's own ones and those of nobody.

        Raises what ``namespace_of`` raises.
        """
        namespace, _ = self.namespace_of(mailbox)
        found = (others.owners.get(namespace.prefix) for others in self.others)
        return next((owner for owner in found if owner is not None), None) if namespace.owner else None

    def guid_place(self, mailbox: str) -> str | None:
        """Return the file or folder that keeps a mailbox's GUID, None without one. Raises MailboxError."""
        namespace, paths, _ = self.find(mailbox)
        return f"{paths.control}/{UIDLIST}" if namespace.location.driver == MAILDIR else paths.index

    def create(self, mailbox: str) -> str:
        """Make a mailbox that ``guid`` says Dovecot would make; return its GUID.

        Raises MailboxError for other formats than Maildir, and when it can't be made.
        """
        namespace, paths, _ = self.find(mailbox)
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

        # INBOX comes first.
        for namespace in sorted(self.namespaces, key=lambda namespace: not namespace.is_inbox):
            if namespace.is_alias:
                continue
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
        namespace, full_name = self.namespace_of(mailbox)
        return namespace.mailboxes.get(full_name, {}).get(name, "")

    def namespace_of(self, mailbox: str) -> tuple[Namespace, str]:
        """Return the namespace of a mailbox, and its full name there.

        It is the one with the longest prefix of the name; INBOX has its own, whatever the prefix: the first.
        Raises MailboxNotFoundError outside of all namespaces, MailboxError when a user can't be looked up.
        """
        fitting: list[tuple[Namespace | OthersNamespace, str]] = []
        for namespace in self.namespaces:
            if mailbox == INBOX:
                if namespace.is_inbox:
                    return namespace, INBOX
            elif (name := namespace.full_name(mailbox)) is not None:
                fitting.append((namespace, name))
        fitting += [(others, mailbox) for others in self.others if others.has(mailbox)]
        if not fitting:
            raise MailboxNotFoundError(f"Mailbox doesn't exist: {mailbox}")
        found, full_name = max(fitting, key=lambda found: len(found[0].prefix))
        return found if isinstance(found, Namespace) else found.namespace_of(full_name), full_name

    def find(self, mailbox: str) -> tuple[Namespace, MailboxPaths, str]:
        """Return a mailbox's namespace, its paths, and its full name.

        Raises MailboxNotFoundError outside of all namespaces, MailboxNameError, MailboxError for an unknown
        layout.
        """
        namespace, full_name = self.namespace_of(mailbox)
        paths = self._paths(namespace, full_name)
        index = self.below(paths.index) if paths.index else None
        below = MailboxPaths(self.below(paths.mail), self.below(paths.control), index)
        return namespace, below, full_name

    def _paths(self, namespace: Namespace, full_name: str) -> MailboxPaths:
        location, separator = namespace.location, namespace.hierarchy_separator()
        has_inbox = (namespace.is_inbox and not namespace.is_alias) or bool(namespace.owner)
        if full_name == INBOX or namespace.is_owners_inbox(full_name):
            return mailbox_paths(location, INBOX, has_inbox=has_inbox)
        if namespace.prefix and full_name == namespace.prefix:
            raise MailboxNameError(f"Invalid mailbox name '{full_name}': Ends with hierarchy separator")
        if full_name + separator == namespace.prefix:
            return root_paths(location)
        name = full_name.removeprefix(namespace.prefix)
        layouts = SEPARATORS.get(location.layout, separator)
        check_stored_name(name, separator, layouts, location.reserved_names())
        return mailbox_paths(location, name.replace(separator, "/"), has_inbox=has_inbox)

    def _is_automatic(self, namespace: Namespace, mailbox: str) -> bool:
        automatic = namespace.mailboxes.get(mailbox, {}).get("auto", "no")
        return automatic in ("create", "subscribe")


def _exists(path: str) -> bool:
    try:
        return exists(path)
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return False
        raise


def _is_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return False
        raise MailboxError(f"{path}: {error.strerror}") from None
