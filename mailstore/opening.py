"""From a configuration to a user's METADATA: ``open_metadata``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from dovecot_conf import Configuration, Settings
from dovecot_conf.errors import MailboxError
from dovecot_conf.variables import expand, user_values
from dovecot_conf.versions import Version
from mailstore.attribute_dict import dict_opener, expand_home, find_dict_setting
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
from mailstore.own_store import open_own_metadata
from mailstore.settings import Block, below_root, read_blocks, text_of
from mailstore.users import User

SERVER_SETTINGS = ("mail_server_admin", "mail_server_comment")
MAILBOX_SETTINGS = ("special_use", "comment", "auto")
YES = ("yes", "y", "1", "on", "true")


@dataclass(frozen=True, slots=True)
class _Reader:
    """The settings as one user has them."""

    configuration: Configuration
    protocol: str
    user: User

    @property
    def version(self) -> Version:
        return self.configuration.version

    @property
    def settings(self) -> Settings:
        return self.configuration.settings(self.protocol)

    def text(self, name: str, default: str = "") -> str:
        return text_of(self.settings, name, self.user.fields, default)

    def expand(self, text: str) -> str:
        user = self.user
        ids = {"uid": str(user.uid or ""), "gid": str(user.gid or "")}
        values = user_values(user.name, self.protocol, home=user.home or None, **ids)
        return expand(text, values, self.version)


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
    reader = _Reader(configuration, protocol, user)
    server_settings = {name: reader.text(name) for name in SERVER_SETTINGS}
    blocks = read_blocks(configuration, protocol)
    setting = find_dict_setting(reader.settings, blocks, reader.version, user.fields, reader.expand)
    if setting is None:
        return open_own_metadata(user.name, data_dir=data_dir, times=times, server_settings=server_settings)
    below = below_root(root)
    mailboxes = UserMailboxes(_namespaces(reader, blocks), server_settings, times, below)
    return Metadata(
        mailboxes,
        dict_opener(setting, user.home, below, times),
        expand_home(setting.location, user.home),
        owner=(user.uid, user.gid),
    )


def _namespaces(reader: _Reader, blocks: Block) -> tuple[Namespace, ...]:
    """Return the user's private namespaces; without any block there is one without a prefix."""
    found = blocks.of_kind("namespace") or [Block(reader.settings, values={"inbox": "yes"})]
    return tuple(_namespace(reader, block) for block in found if _is_private(block))


def _is_private(block: Block) -> bool:
    kind = block.value("type", "namespace_type", default="private")
    return kind == "private" and block.value("disabled", "namespace_disabled") not in YES


def _namespace(reader: _Reader, block: Block) -> Namespace:
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


def _location(reader: _Reader, block: Block) -> MailLocation:
    """Return where a namespace keeps its mailboxes, with all paths expanded."""
    if reader.version is Version.V23:
        text = block.value("location") or reader.text("mail") or reader.text("mail_location")
        location = parse_location(text)
    else:
        names = (*SETTINGS_24, "mailbox_list_utf8")
        values = {name: block.value(name) if name in block.values else reader.text(name) for name in names}
        location = location_from_settings(values)
    return replace(
        location,
        path=_path(reader, location.path),
        inbox=_path(reader, location.inbox),
        index=_path(reader, location.index),
        control=_path(reader, location.control),
    )


def _path(reader: _Reader, text: str) -> str:
    """Expand a path of a mail location; a relative one is below the home folder, as ``~/`` is."""
    path = reader.expand(text)
    if not path or path == MEMORY or path.startswith("/"):
        return path
    if not reader.user.home:
        raise MailboxError(f"user {reader.user.name} has no home folder: can't expand {text}")
    path = path if path.startswith("~") else f"~/{path}"
    return expand_home(path, reader.user.home)
