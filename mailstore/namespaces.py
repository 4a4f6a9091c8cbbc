"""The namespaces of a user, from the blocks of a configuration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dovecot_conf.errors import VariableError
from dovecot_conf.value import Value
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
from mailstore.mailboxes import SHARED, Namespace
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
from mailstore.users import User

if TYPE_CHECKING:
    from mailstore.others import OthersNamespace, Pattern

MAILBOX_SETTINGS = ("special_use", "comment", "auto")
FindUser = Callable[[str], User]
YES = ("yes", "y", "1", "on", "true")
# The paths of a mail location, and what errors call them.
_PATHS_23 = {"path": "mail root dir", "inbox": "INBOX", "index": "INDEX", "control": "CONTROL"}
_PATHS_24 = ("mail_path", "mail_inbox_path", "mail_index_path", "mail_control_path")
_UNPARSED_24 = "mail_storage settings: Failed to parse configuration: "
_NO_HOME_24 = (
    f"{_UNPARSED_24}Invalid setting {{name}}={{path}}: "
    "{name} setting used home directory (~/) but there is no mail_home and userdb didn't return it"
)
# What begins a variable in a prefix, where the user's name stands whose mailboxes are shared.
_VARIABLE = {Version.V23: "%", Version.V24: "$"}


class UserNamespaces(Value):
    """The namespaces of a user: ``own`` in the order in which Dovecot looks through them, public ones
    and those at a fixed place among them; ``others`` give the mailboxes of any other user.
    """

    own: tuple[Namespace, ...]
    others: tuple[OthersNamespace, ...] = ()


def read_namespaces(reader: UserSettings, blocks: Block, find_user: FindUser) -> UserNamespaces:
    """Return the namespaces of a user.

    Without any block there is one without a prefix. ``find_user`` asks the userdb. Raises NamespaceError for
    what Dovecot refuses about all namespaces, MailboxError for a mail location that can't be understood,
    VariableError.
    """
    found = blocks.of_kind("namespace") or [Block(reader.settings, inbox="yes")]
    declared: list[DeclaredNamespace] = []
    own: list[tuple[DeclaredNamespace, Block]] = []
    for block in found:
        if _is_on(block, "disabled", "no"):
            continue
        try:
            namespace = _declared(reader, block)
        except NamespaceError:
            if _is_on(block, "ignore_on_failure", "no"):
                continue
            raise
        declared.append(namespace)
        own.append((namespace, block))
    check_namespaces(declared, reader.version)
    namespaces = [_namespace(reader, one, block, declared) for one, block in own if one.pattern is None]
    others = [
        _others(reader, one, one.pattern, block, find_user) for one, block in own if one.pattern is not None
    ]
    by_length = sorted(namespaces, key=lambda namespace: len(namespace.prefix))
    return UserNamespaces(tuple(by_length), tuple(others))


def _is_on(block: Block, name: str, default: str) -> bool:
    return block.value(name, f"namespace_{name}", default=default).lower() in YES


def _declared(reader: UserSettings, block: Block) -> DeclaredNamespace:
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
        block.value("type", "namespace_type", default="private"),
    )
    if namespace.kind == SHARED and (pattern := _pattern(reader, namespace, block)) is not None:
        return namespace.replace(prefix=pattern.start, pattern=pattern)
    try:
        namespace = namespace.replace(location=_location(reader, block))
    except LocationSettingError as error:
        raise storage_error(namespace, f"Unknown setting: {error.name}", reader.version) from None
    except UnknownPathError as error:
        raise storage_error(namespace, str(error), reader.version) from None
    check_storage(namespace, reader.version)
    return namespace


def _pattern(reader: UserSettings, namespace: DeclaredNamespace, block: Block) -> Pattern | None:
    """Return what a prefix with a place for a user's name looks like, None for other namespaces."""
    version = reader.version
    if version is Version.V23:
        location = _location_text(reader, block)
        driver, colon, _ = location.partition(":")
        is_one = _VARIABLE[version] in namespace.prefix + location
        driver = driver if colon else ""
    else:
        own = block.value("mail_driver") if "mail_driver" in block.values else None
        driver = reader.text("mail_driver") if own is None else reader.expand(own)
        is_one = _VARIABLE[version] in namespace.prefix
    if not is_one:
        return None
    from mailstore.others import check_others  # noqa: PLC0415 - few configurations share mailboxes

    return check_others(namespace, driver, version)


def _others(
    reader: UserSettings, declared: DeclaredNamespace, pattern: Pattern, block: Block, find_user: FindUser
) -> OthersNamespace:
    from mailstore.others import OthersNamespace  # noqa: PLC0415 - as above

    separator = declared.hierarchy_separator()
    is_explicit = reader.text("mail_shared_explicit_inbox").lower() in YES

    def make(owner: User, prefix: str) -> Namespace:
        location = _location(reader.for_mailboxes_of(owner), block)
        return Namespace(
            prefix,
            separator,
            False,
            location,
            {},
            kind=SHARED,
            name=declared.name,
            owner=owner.name,
            prefix_is_inbox=not is_explicit,
        )

    return OthersNamespace(pattern, separator, reader.user.name, find_user, make)


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
    """Return where a namespace keeps its mailboxes, with all paths expanded. Raises UnknownPathError."""
    if reader.version is Version.V24:
        return _location_24(reader, block)
    text = _location_text(reader, block)
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


def _location_text(reader: UserSettings, block: Block) -> str:
    own = reader.expand(block.value("location"))
    asked = overridden(reader.settings, "mail") or overridden(reader.settings, "mail_location")
    text = own or asked or reader.text("mail") or reader.text("mail_location")
    return text if reader.owner is None else reader.expand_for_owner(text)


def _absolute(path: str, home: str) -> str:
    """Return a path of a mail location from the root, one that isn't set as it is."""
    return path if path in ("", MEMORY) else absolute_path(path, home)
