"""From a configuration to a user's METADATA: ``open_metadata``."""

from __future__ import annotations

from pathlib import Path

from dovecot_conf import Configuration
from dovecot_conf.errors import MailboxError
from dovecot_conf.versions import Version
from mailstore.attribute_dict import dict_opener, expand_home
from mailstore.dict_setting import find_dict_setting
from mailstore.dotlock import LockTimes
from mailstore.location import (
    INBOX,
    MEMORY,
    SETTINGS_24,
    MailLocation,
    location_from_settings,
    parse_location,
)
from mailstore.mailboxes import Namespace, UserMailboxes
from mailstore.metadata import Metadata
from mailstore.settings import Block, UserSettings, below_root, read_blocks
from mailstore.users import User

SERVER_SETTINGS = ("mail_server_admin", "mail_server_comment")
MAILBOX_SETTINGS = ("special_use", "comment", "auto")
YES = ("yes", "y", "1", "on", "true")


def open_metadata(
    configuration: Configuration,
    user: User,
    *,
    protocol: str = "doveadm",
    root: Path | None = None,
    data_dir: Path | None = None,
    times: LockTimes | None = None,
) -> Metadata:
    """Return the METADATA of a user: the server's, or pushnotif's own without ``mail_attribute_dict``.

    ``root`` is where absolute paths of the configuration are looked up, ``data_dir`` the folder of
    the own store (default: the platform's), ``times`` how long to wait for locks. Nothing is read
    from disk before the first use. Raises MailboxError for a mail location that can't be
    understood, VariableError.
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
    mailboxes = UserMailboxes(_namespaces(reader, blocks), server_settings, times, below)
    return Metadata(
        mailboxes,
        dict_opener(setting, user, reader.version, below, times),
        expand_home(setting.location, user.home),
        owner=(user.uid, user.gid),
    )


def _namespaces(reader: UserSettings, blocks: Block) -> tuple[Namespace, ...]:
    """Return the user's private namespaces; without any block there is one without a prefix."""
    found = blocks.of_kind("namespace") or [Block(reader.settings, inbox="yes")]
    return tuple(_namespace(reader, block) for block in found if _is_private(block))


def _is_private(block: Block) -> bool:
    kind = block.value("type", "namespace_type", default="private")
    return kind == "private" and block.value("disabled", "namespace_disabled") not in YES


def _namespace(reader: UserSettings, block: Block) -> Namespace:
    prefix = reader.expand(block.value("prefix", "namespace_prefix"))
    mailboxes = {
        INBOX if inner.name.upper() == INBOX else prefix + inner.name: {
            name: inner.value(name, f"mailbox_{name}") for name in MAILBOX_SETTINGS
        }
        for inner in block.of_kind("mailbox")
    }
    return Namespace(
        prefix,
        block.value("separator", "namespace_separator"),
        block.value("inbox", "namespace_inbox") in YES,
        _location(reader, block),
        mailboxes,
    )


def _location(reader: UserSettings, block: Block) -> MailLocation:
    """Return where a namespace keeps its mailboxes, with all paths expanded."""
    if reader.version is Version.V23:
        own = reader.expand(block.value("location"))
        location = parse_location(own or reader.text("mail") or reader.text("mail_location"))
    else:
        values = {
            name: reader.expand(block.value(name)) if name in block.values else reader.text(name)
            for name in (*SETTINGS_24, "mailbox_list_utf8", "mailbox_directory_name_legacy")
        }
        location = location_from_settings(values)
    return location._replace(
        path=_absolute(reader.user, location.path),
        inbox=_absolute(reader.user, location.inbox),
        index=_absolute(reader.user, location.index),
        control=_absolute(reader.user, location.control),
    )


def _absolute(user: User, path: str) -> str:
    """Return a path of a mail location from the root; a relative one is below the home folder."""
    if not path or path == MEMORY or path.startswith("/"):
        return path
    if not user.home:
        raise MailboxError(f"user {user.name} has no home folder: can't tell where {path} is")
    return expand_home(path if path.startswith("~") else f"~/{path}", user.home)
