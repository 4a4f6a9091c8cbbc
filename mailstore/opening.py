"""From a configuration to a user's METADATA: ``open_metadata``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dovecot_conf import Configuration
from dovecot_conf.versions import Version
from mailstore.attribute_dict import dict_opener
from mailstore.dict_setting import find_dict_setting
from mailstore.dotlock import LockTimes
from mailstore.mailboxes import UserMailboxes
from mailstore.metadata import Access, Metadata
from mailstore.namespaces import read_namespaces
from mailstore.settings import UserSettings, below_root, read_blocks
from mailstore.user_paths import expand_home
from mailstore.users import User

if TYPE_CHECKING:
    from pathlib import Path

    from mailstore.dict_interface import Dict

SERVER_SETTINGS = ("mail_server_admin", "mail_server_comment")


def open_metadata(
    configuration: Configuration,
    user: User,
    *,
    protocol: str = "doveadm",
    root: Path | None = None,
    data_dir: Path | None = None,
    times: LockTimes | None = None,
    patience: float | None = None,
) -> Metadata:
    """Return the METADATA of a user: the server's, or pushnotif's own without ``mail_attribute_dict``.

    ``root`` is where absolute paths of the configuration are looked up, ``data_dir`` the folder of
    the own store (default: the platform's), ``times`` how long to wait for locks, ``patience`` how many
    seconds at most for an answer of a dict over the network (default: as long as Dovecot). Nothing is read
    from disk before the first use. Raises NamespaceError for namespaces that Dovecot refuses, MailboxError
    for a mail location that can't be understood, VariableError.
    """
    times = times or LockTimes()
    reader = UserSettings(configuration, protocol, user)
    server_settings = {name: reader.text(name) for name in SERVER_SETTINGS}
    blocks = read_blocks(configuration, protocol)
    setting = find_dict_setting(reader, blocks)
    if setting is None:
        from mailstore.own_store import open_own_metadata  # noqa: PLC0415 - not loaded for a server's store

        return open_own_metadata(user.name, data_dir=data_dir, times=times, server_settings=server_settings)
    below = below_root(root)

    def find_owner(name: str) -> User:
        from mailstore.accounts import find_user  # noqa: PLC0415 - only who shares mailboxes asks for others

        return find_user(configuration, name, protocol=protocol, root=root)

    namespaces = read_namespaces(reader, blocks, find_owner)
    inbox = next((namespace for namespace in namespaces.own if namespace.is_inbox), None)
    storage = f"{inbox.location.driver}: " if inbox and reader.version is Version.V24 else ""
    mailboxes = UserMailboxes(namespaces.own, server_settings, times, below, namespaces.others)

    def shared_dict(mailbox: str) -> Callable[[], Dict] | None:
        owner = mailboxes.owner(mailbox)
        if owner is None:
            return None
        theirs = find_dict_setting(UserSettings(configuration, protocol, owner), blocks)
        if theirs is None:
            return None
        # What the setting says is for the owner; ~/ stays the home of who asks.
        return dict_opener(theirs, user, reader.version, below, times, patience, storage)

    access: Access | None = None
    if reader.has_plugin("acl"):
        from mailstore.acl_access import open_access  # noqa: PLC0415 - few configurations have the plugin

        access = open_access(reader, blocks, mailboxes)
    return Metadata(
        mailboxes,
        dict_opener(setting, user, reader.version, below, times, patience, storage),
        expand_home(setting.location, user.home),
        owner=(user.uid, user.gid, ()),
        access=access,
        shared_dict=shared_dict if namespaces.others else None,
    )
