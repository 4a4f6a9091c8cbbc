"""Whether a user may have METADATA on a mailbox, by the access control lists of the acl plugin.

Source: ``acl-attributes.c``, ``acl-mailbox.c`` and ``acl-backend-vfile.c`` of Dovecot 2.3.19.1 and 2.4.1.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from dovecot_conf.paths import join_path
from dovecot_conf.versions import Version
from mailstore.acl_files import FILE_NAME, file_rules, global_file_rules, rules_for
from mailstore.acl_rights import LOOKUP, Rule, may_have_metadata, rights_of
from mailstore.acl_settings import AclSettings, NamespaceAcl
from mailstore.location import INBOX, MBOX, MailboxPaths, mailbox_paths
from mailstore.mailbox_name import MailboxNameError
from mailstore.mailboxes import Namespace, UserMailboxes
from mailstore.metadata import EntryRefusedError, MailboxNotFoundError, NoPermissionError
from mailstore.settings import Block, UserSettings

# Entries below this name are the lists themselves, which only dsync may see.
ACL_ENTRIES = "vendor/vendor.dovecot/pvt/acl/"
_DENIED = "Permission denied"


def open_access(reader: UserSettings, blocks: Block, mailboxes: UserMailboxes) -> AclAccess:
    """Return who may do what in a user's mailboxes. Raises PluginError, VariableError."""
    settings = AclSettings(reader, blocks)
    for namespace in mailboxes.namespaces:
        settings.of(namespace)
    return AclAccess(mailboxes, settings, reader.version)


class AclAccess:
    """Answers for one user's mailboxes."""

    def __init__(self, mailboxes: UserMailboxes, settings: AclSettings, version: Version) -> None:
        self._mailboxes = mailboxes
        self._settings = settings
        self._version = version

    def require(self, mailbox: str, *, opens: bool) -> None:
        """Raise MailboxNotFoundError for a mailbox that the user may not see.

        NoPermissionError where the user may not have METADATA, AclFileError when nobody can tell.
        MailboxNameError for a name that no mailbox can have, if the user may see it or ``opens`` it at once.
        """
        try:
            namespace, paths, name = self._mailboxes.find(mailbox)
        except MailboxNameError:
            if not opens:
                namespace, name = self._mailboxes.namespace_of(mailbox)
                self._check(namespace, name, None)
            raise
        self._check(namespace, name, paths)

    def _check(self, namespace: Namespace, name: str, paths: MailboxPaths | None) -> None:
        acl = self._acl(namespace, name)
        if acl is None:
            return
        rights = self._rights(acl, namespace, name, paths)
        if LOOKUP not in rights:
            raise MailboxNotFoundError(f"Mailbox doesn't exist: {name}")
        if not may_have_metadata(rights):
            raise NoPermissionError(_DENIED)

    def require_entry(self, mailbox: str, name: str) -> None:
        """Raise EntryRefusedError for an entry that is one of the lists themselves."""
        if name.startswith(ACL_ENTRIES):
            namespace, _, full_name = self._mailboxes.find(mailbox)
            if self._acl(namespace, full_name) is not None:
                raise EntryRefusedError(_DENIED)

    def _acl(self, namespace: Namespace, name: str) -> NamespaceAcl | None:
        acl = self._settings.of(namespace)
        return None if acl is None or self._settings.is_ignored(namespace, name) else acl

    def _rights(
        self, acl: NamespaceAcl, namespace: Namespace, name: str, paths: MailboxPaths | None
    ) -> frozenset[str]:
        is_inbox = namespace.is_users_inbox(name) or namespace.is_owners_inbox(name)
        if paths is None:
            own = tuple(self._nameless_rules(acl))
        elif name + namespace.hierarchy_separator() == namespace.prefix and not is_inbox:
            own = self._root_rules(acl, namespace)
        else:
            own = self._mailbox_rules(
                acl, namespace, _listed(namespace, name), self._folder(namespace, paths)
            )
        rights = rights_of(acl.person, own)
        if rights is None:
            rights = rights_of(acl.person, self._usual_rules(acl, namespace))
        return acl.person.usual_rights() if rights is None else rights

    def _usual_rules(self, acl: NamespaceAcl, namespace: Namespace) -> tuple[Rule, ...]:
        """Return the rules that count where those of a mailbox say nothing about a person."""
        if acl.from_inbox and namespace.kind != "public":
            inbox = self._inbox(namespace)
            return self._mailbox_rules(acl, namespace, _listed(namespace, namespace.prefix + INBOX), inbox)
        return self._root_rules(acl, namespace)

    def _mailbox_rules(
        self, acl: NamespaceAcl, namespace: Namespace, name: str, folder: str
    ) -> tuple[Rule, ...]:
        return (*self._settings.rules(namespace, name), *self._file_rules(acl, name, folder))

    def _root_rules(self, acl: NamespaceAcl, namespace: Namespace) -> tuple[Rule, ...]:
        """Return the rules of the folder that all mailboxes of a namespace are in."""
        location = namespace.location
        root = self._mailboxes.below(location.path)
        if location.driver == MBOX:
            root = self._mailboxes.below(location.control or location.path)
        elif location.mailbox_root:
            root = join_path(root, location.mailbox_root)
        # Patterns have to fit the prefix without its end.
        name = namespace.prefix[:-1]
        configured = self._settings.rules(namespace, name) if name else ()
        # Otherwise they would be those of INBOX alone.
        folder = None if root == self._inbox(namespace) else root
        return (*configured, *self._file_rules(acl, name, folder, is_root=True))

    def _inbox(self, namespace: Namespace) -> str:
        has_inbox = namespace.is_inbox or bool(namespace.owner)
        paths = mailbox_paths(namespace.location, INBOX, has_inbox=has_inbox)
        return self._mailboxes.below(paths.mail)

    def _folder(self, namespace: Namespace, paths: MailboxPaths) -> str:
        # A mailbox that is a file has no folder of its own.
        return paths.control if namespace.location.driver == MBOX else paths.mail

    def _file_rules(
        self, acl: NamespaceAcl, name: str, folder: str | None, *, is_root: bool = False
    ) -> Iterator[Rule]:
        may_be_folder = self._version is Version.V23
        if acl.global_path:
            yield from self._global_rules(acl.global_path, name, is_root=is_root)
        if folder is not None and not acl.only_global:
            yield from file_rules(f"{folder}/{FILE_NAME}", may_be_folder=may_be_folder)

    def _nameless_rules(self, acl: NamespaceAcl) -> Iterator[Rule]:
        """Yield the rules for a name that no mailbox can have."""
        if acl.global_path and self._is_file(place := self._mailboxes.below(acl.global_path)):
            yield from rules_for(global_file_rules(place), "")

    def _global_rules(self, path: str, name: str, *, is_root: bool) -> Iterator[Rule]:
        place = self._mailboxes.below(path)
        if self._is_file(place):
            yield from rules_for(global_file_rules(place), name)
        else:
            file = place if is_root else f"{place}/{name}"
            yield from file_rules(file, is_global=True, may_be_folder=True)

    def _is_file(self, place: str) -> bool:
        """Tell whether global rules are in one file, as they always are in 2.4."""
        return self._version is Version.V24 or os.path.isfile(place)


def _listed(namespace: Namespace, name: str) -> str:
    """Return the name that patterns of lists have to fit: an INBOX has one, whatever it is called."""
    if namespace.is_users_inbox(name):
        return INBOX
    if namespace.prefix_is_inbox and namespace.is_owners_inbox(name):
        return namespace.prefix.removesuffix(namespace.separator)
    return name
