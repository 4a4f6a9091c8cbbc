"""What a configuration says of access control lists: whether they count, for whom, and where they are.

Source: the acl plugin of Dovecot 2.3.19.1 (``plugin { acl = vfile:… }``) and 2.4.1 (``acl_driver``,
``acl NAME { }``), and what their servers grant.
"""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.settings import split_list
from dovecot_conf.value import Value
from dovecot_conf.versions import Version
from mailstore.acl_rights import AclLineError, Person, Rule, configured_rule, matches
from mailstore.mailboxes import Namespace
from mailstore.settings import Block, PluginError, UserSettings, is_yes

_BLOCK = "acl"
PRIVATE = "private"
_VFILE = "vfile"
_CACHE_TIME = "cache_secs="
# What a boolean of 2.3's plugin { } begins with when it is false.
_NO = ("n", "N", "0", "f", "F")


class NamespaceAcl(Value):
    """How rights are found in a namespace.

    ``global_path`` is a file, in 2.3 also a folder, with rules for many mailboxes; "" for none. With
    ``only_global`` there are no others. ``from_inbox``: where no rule is about somebody, INBOX's count.
    """

    person: Person
    global_path: str
    only_global: bool
    from_inbox: bool


class AclSettings:
    """The settings of one user."""

    def __init__(self, reader: UserSettings, blocks: Block) -> None:
        self._reader = reader
        self._blocks = {block.name: block for block in blocks.of_kind("namespace")}
        self._top = blocks

    def of(self, namespace: Namespace) -> NamespaceAcl | None:
        """Return how rights are found in a namespace, None where they don't matter.

        Raises PluginError, VariableError.
        """
        if self._reader.version is Version.V23:
            return self._of_23(namespace)
        return self._of_24(namespace)

    def is_ignored(self, namespace: Namespace, mailbox: str) -> bool:
        """Tell whether the rights of a mailbox, by its full name, don't matter though those of others do."""
        found = [*self._layers(namespace, mailbox)]
        values = (block.value("acl_ignore") for block in reversed(found))
        return next((is_yes(value) for value in values if value), False)

    def rules(self, namespace: Namespace, mailbox: str) -> tuple[Rule, ...]:
        """Return the rules of 2.4's ``acl NAME { }`` for a mailbox: the nearest block of a name counts.

        Raises PluginError.
        """
        rights: dict[str, str] = {}
        for layer in self._layers(namespace, mailbox):
            rights |= {block.name: block.value("rights", "acl_rights") for block in layer.of_kind(_BLOCK)}
        try:
            return tuple(configured_rule(name, text) for name, text in rights.items())
        except AclLineError as error:
            raise PluginError(f"acl: {error}") from None

    def _layers(self, namespace: Namespace, mailbox: str) -> Iterator[Block]:
        """Yield the blocks that hold for a mailbox of 2.4, the outermost first."""
        if self._reader.version is Version.V23:
            return
        yield self._top
        block = self._blocks.get(namespace.name)
        if block is None:
            return
        yield block
        if namespace.owner:
            # Names of mailboxes aren't looked at there.
            return
        name = mailbox.removeprefix(namespace.prefix)
        for inner in block.of_kind("mailbox"):
            if matches(name, inner.value("name", "mailbox_name", default=inner.name)):
                yield inner

    def _of_23(self, namespace: Namespace) -> NamespaceAcl | None:
        driver = self._plugin("acl")
        if not driver or self._is_passed_over(namespace):
            return None
        name, _, arguments = driver.partition(":")
        if name != _VFILE:
            raise PluginError(f"Unknown ACL backend: {name}")
        global_path, *parameters = arguments.split(":")
        for parameter in parameters:
            if not parameter.startswith(_CACHE_TIME):
                raise PluginError(f"acl vfile: Unknown parameter: {parameter}")
            if not parameter.removeprefix(_CACHE_TIME).isdecimal():
                seconds = parameter.removeprefix(_CACHE_TIME)
                raise PluginError(f"acl vfile: Invalid cache_secs value: {seconds}")
        user = self._plugin("acl_user")
        groups = self._plugin("acl_groups")
        return NamespaceAcl(
            self._person(
                namespace,
                self._plugin("master_user") if user is None else user,
                frozenset(groups.split(",")) if groups else frozenset(),
            ),
            global_path,
            self._is_on("acl_globals_only"),
            self._is_on("acl_defaults_from_inbox"),
        )

    def _of_24(self, namespace: Namespace) -> NamespaceAcl | None:
        driver = self._value(namespace, "acl_driver")
        if not driver:
            return None
        if driver != _VFILE:
            raise PluginError(f"Unknown ACL backend: {driver}")
        return NamespaceAcl(
            self._person(namespace, self._value(namespace, "acl_user") or None, self._groups(namespace)),
            self._value(namespace, "acl_global_path"),
            is_yes(self._value(namespace, "acl_globals_only")),
            is_yes(self._value(namespace, "acl_defaults_from_inbox")),
        )

    def _person(self, namespace: Namespace, user: str | None, groups: frozenset[str]) -> Person:
        own = self._reader.user.name
        name = own if user is None else user
        return Person(name, groups, is_owner=namespace.kind == PRIVATE and name == own)

    def _plugin(self, name: str) -> str | None:
        """Return a setting of 2.3's ``plugin { }``, which a userdb field overrides; None when unset."""
        fields = self._reader.user.fields
        for field in (name, f"plugin/{name}"):
            if field in fields:
                return self._reader.expand(fields[field])
        found = self._reader.settings.get(f"plugin/{name}")
        if found is None:
            return None
        return found.text if found.literal else self._reader.expand(found.text)

    def _is_on(self, name: str) -> bool:
        value = self._plugin(name)
        return value is not None and not value.startswith(_NO)

    def _is_passed_over(self, namespace: Namespace) -> bool:
        pattern = self._plugin("acl_ignore_namespace")
        number = 2
        while pattern is not None:
            if matches(namespace.prefix, pattern):
                return True
            pattern = self._plugin(f"acl_ignore_namespace{number}")
            number += 1
        return False

    def _value(self, namespace: Namespace, name: str) -> str:
        if name in self._reader.user.fields:
            return self._reader.user.fields[name]
        block = self._blocks.get(namespace.name)
        if block is not None and name in block.values:
            return self._reader.expand(block.value(name))
        return self._reader.text(name)

    def _groups(self, namespace: Namespace) -> frozenset[str]:
        fields = self._reader.user.fields
        if "acl_groups" in fields:
            groups = set(split_list(fields["acl_groups"]))
        else:
            words = self._reader.settings.words
            inner = f"namespace/{namespace.name}/acl_groups"
            groups = set(words(inner) if namespace.name in self._blocks else words("acl_groups"))
        for field, value in fields.items():
            if field.startswith("acl_groups/") and is_yes(value):
                groups.add(field.removeprefix("acl_groups/"))
        return frozenset(self._reader.expand(group) for group in groups)
