"""What Dovecot refuses about the namespaces of a user, with its words.

Source: ``namespaces_check`` of Dovecot 2.3.19.1 and 2.4.1, and what their servers say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dovecot_conf.errors import MailboxError
from dovecot_conf.value import Value
from dovecot_conf.versions import Version
from mailstore.location import MAILDIR_LAYOUT, SEPARATORS, MailLocation

if TYPE_CHECKING:
    from mailstore.others import Pattern

DRIVERS = frozenset(
    {"maildir", "mbox", "dbox", "sdbox", "mdbox", "mdbox_deleted", "imapc", "pop3c", "raw", "fail", "shared"}
    | {"virtual"}
)
LAYOUTS = frozenset({"maildir++", "fs", "index", "imapdir", "imapc", "none", "shared"})
# All namespaces with one root are one store there, and others can't be aliases of it.
UNIQUE_ROOT = frozenset({"mdbox", "mdbox_deleted", "imapc"})
# Formats that keep no mailboxes in a folder.
ROOTLESS = frozenset({"imapc", "pop3c", "raw", "fail", "shared"})
# Layouts of 2.3 that need no folder either.
ROOTLESS_LAYOUTS = {Version.V23: frozenset({"index", "imapc", "none"}), Version.V24: frozenset[str]()}
_NO_ROOT = {Version.V23: ("",), Version.V24: ("", "/")}
_UNKNOWN_LAYOUT = {
    Version.V23: "Mailbox list driver {layout}: Unknown driver name",
    Version.V24: "mailbox_list_layout {layout}: Unknown driver name",
}
_NO_DIRECTORY = {
    Version.V23: "Mailbox list driver {layout}: maildir_name not supported by this driver",
    Version.V24: "mailbox_list_layout {layout}: mailbox_directory_name not supported by this driver",
}


class NamespaceError(MailboxError):
    """The namespaces of the configuration make no sense: nobody has mail."""


class DeclaredNamespace(Value):
    """A namespace as the configuration declares it.

    ``listed`` is yes, no or children. ``alias_for`` is None for one that is no alias, in 2.3 the prefix of
    another one, in 2.4 its name. ``kind`` is private, public or shared. One for the mailboxes of any other
    user has a ``pattern`` of prefixes, of which ``prefix`` is the beginning, and no ``location``.
    """

    name: str
    prefix: str
    separator: str
    is_inbox: bool
    hidden: bool
    listed: str
    subscriptions: bool
    alias_for: str | None
    location: MailLocation | None
    kind: str = "private"
    pattern: Pattern | None = None

    def hierarchy_separator(self) -> str:
        """Return the character between the levels of a name."""
        return self.separator or SEPARATORS.get(self.location.layout if self.location else "", "/")

    def shown(self, version: Version) -> str:
        """Return what messages call it."""
        return self.prefix if version is Version.V23 else self.name


def check_storage(namespace: DeclaredNamespace, version: Version) -> None:
    """Raise NamespaceError for a mailbox format or layout that Dovecot doesn't know, or doesn't combine."""
    location = namespace.location
    if location is None:
        return
    if location.driver.lower() not in DRIVERS:
        raise storage_error(namespace, f"Unknown mail storage driver {location.driver}", version)
    # 2.4 drops a slash at the end first.
    is_rootless = location.driver in ROOTLESS or location.layout in ROOTLESS_LAYOUTS[version]
    if location.path in _NO_ROOT[version] and not is_rootless:
        raise storage_error(namespace, "Root mail directory not given", version)
    if location.layout not in LAYOUTS:
        raise storage_error(namespace, _UNKNOWN_LAYOUT[version].format(layout=location.layout), version)
    if location.layout == MAILDIR_LAYOUT and location.mailbox_directory:
        raise storage_error(namespace, _NO_DIRECTORY[version].format(layout=location.layout), version)


def storage_error(namespace: DeclaredNamespace, why: str, version: Version) -> NamespaceError:
    """Return the error about where a namespace keeps its mailboxes."""
    quote = "'" if version is Version.V23 else ""
    return NamespaceError(f"Namespace {quote}{namespace.shown(version)}{quote}: {why}")


def check_namespaces(namespaces: Sequence[DeclaredNamespace], version: Version) -> None:
    """Raise NamespaceError with the first thing that makes no sense of all namespaces together."""
    for why in _complaints(namespaces, version):
        raise NamespaceError(f"namespace configuration error: {why}")


def alias_target(
    namespace: DeclaredNamespace, namespaces: Sequence[DeclaredNamespace], version: Version
) -> DeclaredNamespace | None:
    """Return the namespace that another one is an alias for."""
    wanted = namespace.alias_for
    return None if wanted is None else next((one for one in namespaces if _key(one, version) == wanted), None)


def _key(namespace: DeclaredNamespace, version: Version) -> str:
    return namespace.prefix if version is Version.V23 else namespace.name


def _complaints(namespaces: Sequence[DeclaredNamespace], version: Version) -> Iterator[str]:
    separator = ""
    has_inbox = False
    for number, namespace in enumerate(namespaces):
        if any(other.prefix == namespace.prefix for other in namespaces[number + 1 :]):
            yield f'Duplicate namespace prefix: "{namespace.prefix}"'
        if namespace.is_inbox and has_inbox:
            yield "There can be only one namespace with inbox=yes"
        has_inbox = has_inbox or namespace.is_inbox
        if namespace.alias_for is not None:
            yield from _of_alias(namespace, namespaces, version)
        if namespace.listed != "no":
            yield from _of_prefix(namespace)
            separator = separator or namespace.hierarchy_separator()
            if namespace.hierarchy_separator() != separator:
                yield "All list=yes namespaces must use the same separator"
    yield from _missing(namespaces)


def _missing(namespaces: Sequence[DeclaredNamespace]) -> Iterator[str]:
    if not any(namespace.is_inbox for namespace in namespaces):
        yield "inbox=yes namespace missing"
    if not any(namespace.listed == "yes" for namespace in namespaces):
        yield "list=yes namespace missing"
    if all(namespace.hidden for namespace in namespaces):
        yield "hidden=no namespace missing"
    if not any(namespace.subscriptions for namespace in namespaces):
        yield "subscriptions=yes namespace missing"


def _of_prefix(namespace: DeclaredNamespace) -> Iterator[str]:
    prefix, separator = namespace.prefix, namespace.hierarchy_separator()
    if prefix and not prefix.endswith(separator):
        yield f"list=yes requires prefix={prefix} to end with separator {separator}"
    if prefix.startswith(separator):
        yield f"list=yes requires prefix={prefix} not to start with separator"


def _of_alias(
    namespace: DeclaredNamespace, namespaces: Sequence[DeclaredNamespace], version: Version
) -> Iterator[str]:
    target = alias_target(namespace, namespaces, version)
    if target is None:
        yield f"Invalid namespace alias_for: {namespace.alias_for}"
        return
    if target.alias_for is not None:
        # 2.3 finds this already when it reads the configuration.
        yield f"Chained namespace alias_for: {namespace.alias_for} -> {target.alias_for}"
    if namespace.location is None or target.location is None:
        return
    formats = namespace.location.driver, target.location.driver
    start = f"Namespace {namespace.shown(version)} can't have alias_for={target.prefix}"
    if formats[0] != formats[1]:
        yield f"{start} to a different storage type ({formats[0]} vs {formats[1]})"
    if formats[0] in UNIQUE_ROOT and namespace.location.path != target.location.path:
        yield f"{start} to a different storage (different root dirs)"
