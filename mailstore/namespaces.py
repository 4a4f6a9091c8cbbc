"""The namespaces of a user, from the blocks of a configuration."""

from __future__ import annotations

from collections.abc import Sequence

from dovecot_conf.errors import MailboxError, VariableError
from dovecot_conf.versions import Version
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
from mailstore.settings import Block, UserSettings, overridden
from mailstore.user_paths import UnknownPathError, absolute_path, expand_any_home, expand_home, is_in_home

MAILBOX_SETTINGS = ("special_use", "comment", "auto")
YES = ("yes", "y", "1", "on", "true")
# The paths of a mail location, and what errors call them.
_PATHS_23 = {"path": "mail root dir", "inbox": "INBOX", "index": "INDEX", "control": "CONTROL"}
_PATHS_24 = ("mail_path", "mail_inbox_path", "mail_index_path", "mail_control_path")
_UNPARSED_24 = "mail_storage settings: Failed to parse configuration: "
_NO_HOME_24 = (
    f"{_UNPARSED_24}Invalid setting {{name}}={{path}}: "
    "{name} setting used home directory (~/) but there is no mail_home and userdb didn't return it"
)
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
        is_shared = block.value("type", "namespace_type", default="private") == "shared"
        try:
            namespace = _declared(reader, block, is_shared=is_shared)
        except NamespaceError:
            if _is_on(block, "ignore_on_failure", "no"):
                continue
            raise
        declared.append(namespace)
        if not is_shared:
            own.append((namespace, block))
    check_namespaces(declared, reader.version)
    namespaces = [_namespace(reader, one, block, declared) for one, block in own]
    return tuple(sorted(namespaces, key=lambda namespace: len(namespace.prefix)))


def _is_on(block: Block, name: str, default: str) -> bool:
    return block.value(name, f"namespace_{name}", default=default).lower() in YES


def _declared(reader: UserSettings, block: Block, *, is_shared: bool) -> DeclaredNamespace:
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
    )
    try:
        namespace = namespace.replace(location=_location(reader, block))
    except LocationSettingError as error:
        if not is_shared:
            raise storage_error(namespace, f"Unknown setting: {error.name}", reader.version) from None
    except UnknownPathError as error:
        if not is_shared:
            raise storage_error(namespace, str(error), reader.version) from None
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
    )


def _location(reader: UserSettings, block: Block) -> MailLocation:
    """Return where a namespace keeps its mailboxes, with all paths expanded. Raises UnknownPathError."""
    if reader.version is Version.V24:
        return _location_24(reader, block)
    own = reader.expand(block.value("location"))
    asked = overridden(reader.settings, "mail") or overridden(reader.settings, "mail_location")
    text = own or asked or reader.text("mail") or reader.text("mail_location")
    location = parse_location(text)
    arguments = text.partition(":")[2]
    found = {}
    for field, name in _PATHS_23.items():
        path = getattr(location, field)
        try:
            found[field] = _absolute(expand_any_home(path, reader.user.home), reader.user.home)
        except UnknownPathError as error:
            raise UnknownPathError(f"{error} for {name} in: {arguments}") from None
    return location.replace(**found)


def _location_24(reader: UserSettings, block: Block) -> MailLocation:
    values = {}
    for name in (*SETTINGS_24, "mailbox_list_utf8", "mailbox_directory_name_legacy"):
        try:
            values[name] = reader.expand(block.value(name)) if name in block.values else reader.text(name)
        except VariableError as error:
            raise UnknownPathError(
                f"{_UNPARSED_24}Failed to expand {name} setting variables: {error}"
            ) from None
    home = reader.user.home
    for name in _PATHS_24:
        if is_in_home(values[name]) and not home:
            raise UnknownPathError(_NO_HOME_24.format(name=name, path=values[name]))
    location = location_from_settings(values)
    path = _absolute(location.path, home)
    # Where INBOX is, is said from the root of the mailboxes.
    inbox = expand_home(location.inbox, home)
    return location.replace(
        path=path,
        inbox=f"{path}/{inbox}" if inbox and not inbox.startswith("/") else inbox,
        index=_absolute(location.index, home),
        control=_absolute(location.control, home),
    )


def _absolute(path: str, home: str) -> str:
    """Return a path of a mail location from the root, one that isn't set as it is."""
    return path if path in ("", MEMORY) else absolute_path(path, home)
