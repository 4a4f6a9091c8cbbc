"""The namespaces of a user, from the blocks of a configuration."""

from __future__ import annotations

from collections.abc import Sequence

from dovecot_conf.errors import MailboxError
from dovecot_conf.versions import Version
from mailstore.attribute_dict import expand_home
from mailstore.location import (
    INBOX,
    MEMORY,
    SETTINGS_24,
    LocationSettingError,
    MailLocation,
    location_from_settings,
    parse_location,
)
from mailstore.mailboxes import Namespace
from mailstore.namespace_checks import (
    DeclaredNamespace,
    NamespaceError,
    alias_target,
    check_namespaces,
    check_storage,
    storage_error,
)
from mailstore.settings import Block, UserSettings
from mailstore.users import User

MAILBOX_SETTINGS = ("special_use", "comment", "auto")
PRIVATE, SHARED = "private", "shared"
YES = ("yes", "y", "1", "on", "true")
# What stands in a prefix for the user whose mailboxes are shared.
_OTHERS = {Version.V23: "%", Version.V24: "$"}


def read_namespaces(reader: UserSettings, blocks: Block) -> tuple[Namespace, ...]:
    """Return the user's private and public namespaces, in the order in which Dovecot looks through them.

    The dict of both is the user's. Without any block there is one without a prefix. Raises NamespaceError for
    what Dovecot refuses about all namespaces, MailboxError for a mail location that can't be understood,
    VariableError.
    """
    found = blocks.of_kind("namespace") or [Block(reader.settings, inbox="yes")]
    declared: list[DeclaredNamespace] = []
    own: list[tuple[DeclaredNamespace, Block]] = []
    for block in found:
        if _is_on(block, "disabled", "no"):
            continue
        kind = block.value("type", "namespace_type", default=PRIVATE)
        try:
            namespace = _declared(reader, block, kind)
        except NamespaceError:
            if _is_on(block, "ignore_on_failure", "no"):
                continue
            raise
        declared.append(namespace)
        if kind != SHARED:
            own.append((namespace, block))
    check_namespaces(declared, reader.version)
    namespaces = [_namespace(reader, one, block, declared) for one, block in own]
    return tuple(sorted(namespaces, key=lambda namespace: len(namespace.prefix)))


def _is_on(block: Block, name: str, default: str) -> bool:
    return block.value(name, f"namespace_{name}", default=default).lower() in YES


def _declared(reader: UserSettings, block: Block, kind: str) -> DeclaredNamespace:
    is_shared = kind == SHARED
    alias = block.value("alias_for", "namespace_alias_for", default="\0")
    no_alias = ("\0",) if reader.version is Version.V23 else ("\0", "")
    namespace = DeclaredNamespace(
        block.name,
        reader.expand(block.value("prefix", "namespace_prefix")),
        block.value("separator", "namespace_separator"),
        _is_on(block, "inbox", "no"),
        _is_on(block, "hidden", "no"),
        block.value("list", "namespace_list", default="yes"),
        _is_on(block, "subscriptions", "yes"),
        None if alias in no_alias else alias,
        None,
        kind,
    )
    try:
        namespace = namespace.replace(location=_location(reader, block))
    except LocationSettingError as error:
        if not is_shared:
            raise storage_error(namespace, f"Unknown setting: {error.name}", reader.version) from None
    except MailboxError:
        if not is_shared:
            raise
    if is_shared and _OTHERS[reader.version] in namespace.prefix:
        namespace = namespace.replace(location=None)
    check_storage(namespace, reader.version)
    return namespace


def _namespace(
    reader: UserSettings, declared: DeclaredNamespace, block: Block, others: Sequence[DeclaredNamespace]
) -> Namespace:
    assert declared.location is not None
    target = alias_target(declared, others, reader.version)
    is_inbox = declared.is_inbox or (target is not None and target.is_inbox)
    mailboxes = {
        INBOX if inner.name.upper() == INBOX else declared.prefix + inner.name: {
            name: inner.value(name, f"mailbox_{name}") for name in MAILBOX_SETTINGS
        }
        for inner in block.of_kind("mailbox")
    }
    return Namespace(
        declared.prefix,
        declared.separator,
        is_inbox,
        declared.location,
        mailboxes,
        is_alias=target is not None,
        kind=declared.kind,
        name=declared.name,
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
    return location.replace(
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
