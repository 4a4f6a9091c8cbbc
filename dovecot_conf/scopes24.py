"""Where 2.4 keeps settings: a tree of filters and named blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dovecot_conf.condition_index import ConditionIndex
from dovecot_conf.conditions import UNFILTERED, Condition
from dovecot_conf.names import SettingName
from dovecot_conf.scopes import Entry
from dovecot_conf.tree import Section, Setting
from dovecot_conf.value import Value

_NAME_SETTINGS = {
    "acl": "acl_id",
    "crypt_global_private_key": "crypt_private_key_name",
    "crypt_user_key_encryption_key": "crypt_private_key_name",
    "dict_map": "dict_map_pattern",
    "fifo_listener": "fifo_listener_path",
    "fts": "fts_driver",
    "metric_group_by": "metric_group_by_field",
    "metric_group_by_method": "metric_group_by_method_method",
    "mysql": "mysql_host",
    "pgsql": "pgsql_host",
    "sieve_script": "sieve_script_storage",
    "unix_listener": "unix_listener_path",
}


def name_setting(word: str) -> str:
    """Return the setting that holds the name of a named list block."""
    return _NAME_SETTINGS.get(word, f"{word}_name")


class Block(NamedTuple):
    """A named block. ``name`` is None for a named filter (``mail_attribute {``); the word of a group
    starts with ``@``.
    """

    word: str
    name: str | None

    def prefixes(self) -> tuple[str, ...]:
        """Return what is put before a key in this block, in the order in which Dovecot tries it."""
        word = self.word.removeprefix("@")
        if self.name is None:
            return (f"{word}_",)
        return (f"{word}_{self.name.replace('/', '_')}_", f"{word}_")


class ListEntry:
    """A boolean or string list as one scope has it. ``stop``: outer scopes don't add to it.

    ``line`` are the items of the line that set it as a whole, with those that stand there twice.
    """

    def __init__(self) -> None:
        self.items: dict[str, Entry] = {}
        self.stop = False
        self.entry: Entry | None = None
        self.line: Sequence[str] = ()


class GroupUse:
    """``@label = name`` in a scope; the line is where it was written last.

    ``unexpanded`` is the name as ``doveconf -n`` sees it.
    """

    def __init__(self, label: str, name: str, unexpanded: str, node: Setting) -> None:
        self.label = label
        self.name = name
        self.unexpanded = unexpanded
        self.node = node


class Scope24:
    """The settings of one filter or block.

    ``values`` are by full name, ``lists`` the lists, ``names`` the names of list blocks by word in
    file order. ``order`` counts the scopes of a configuration as they are first opened; ``filters`` are
    those of the ``children`` that are no blocks.
    """

    def __init__(
        self,
        parent: Scope24 | None = None,
        condition: Condition = UNFILTERED,
        block: Block | None = None,
        opened: Section | None = None,
    ) -> None:
        self.parent = parent
        self.condition = condition
        self.block = block
        self.opened = opened
        self.order = 0
        self.children: dict[tuple[str, object], Scope24] = {}
        self.filters: ConditionIndex[Scope24] | None = None
        self.values: dict[str, Entry] = {}
        self.lists: dict[str, ListEntry] = {}
        self.names: dict[str, list[str]] = {}
        self.groups: dict[str, GroupUse] = {}
        self.required_seen = False

    @property
    def in_group(self) -> bool:
        """Whether the scope is a group or stands in one."""
        scope: Scope24 | None = self
        while scope is not None:
            if scope.block is not None and scope.block.word.startswith("@"):
                return True
            scope = scope.parent
        return False

    @property
    def is_local(self) -> bool:
        """Whether a filter or a named filter is around: not only list blocks."""
        scope: Scope24 | None = self
        while scope is not None:
            if scope.block is None:
                return scope.parent is not None
            if scope.block.name is None:
                return True
            scope = scope.parent
        return False


class ScopeTree:
    """All scopes of a configuration; ``scopes`` are in the order in which they were first opened."""

    def __init__(self) -> None:
        self.root = Scope24()
        self.scopes = [self.root]

    def filter(
        self, parent: Scope24, key: tuple[str, object], condition: Condition, node: Section
    ) -> Scope24:
        """Return the scope of a filter in ``parent``, a new one when it wasn't opened before."""
        child = parent.children.get(key)
        if child is None:
            child = self._add(key, Scope24(parent, condition, opened=node))
        return child

    def block(self, parent: Scope24, block: Block, node: Section | None) -> Scope24:
        """Return the scope of a block in ``parent``; ``node`` is None for one that is part of a path."""
        child = parent.children.get(block)
        if child is None:
            child = self._add(block, Scope24(parent, parent.condition, block, opened=node))
        elif child.opened is None:
            child.opened = node
        return child

    def _add(self, key: tuple[str, object], scope: Scope24) -> Scope24:
        scope.order = len(self.scopes)
        self.scopes.append(scope)
        if scope.parent is not None:
            scope.parent.children[key] = scope
            if scope.block is None:
                if scope.parent.filters is None:
                    scope.parent.filters = ConditionIndex()
                scope.parent.filters.add(scope)
        return scope


class Frame24:
    """An open section. ``word`` is set in a list such as ``mail_plugins {``, whose keys are items;
    ``definition`` in a named block. ``void``: the opening line is an error, nothing counts.
    """

    def __init__(self, scope: Scope24, outer: Frame24 | None, *, void: bool = False) -> None:
        self.scope = scope
        self.outer = outer
        self.word = ""
        self.definition: SettingName | None = None
        self.void = void


class Match(Value):
    """A scope that holds, and its rank: the highest rank wins."""

    rank: tuple[int, int, tuple[int, ...]]
    scope: Scope24


def matching(root: Scope24, asked: Condition, blocks: frozenset[Block]) -> list[Scope24]:
    """Return the scopes that hold for ``asked`` inside of ``blocks``, the one that wins last.

    Rank (``config_parser_filter_cmp`` of 2.4.1): more named list blocks around, then more named
    filters, then opened later. What a group gives counts as written just before the scope using it.
    """
    found = list(_visit(root, root, asked, blocks, (0, 0, ())))
    found.sort(key=lambda match: match.rank)
    return [match.scope for match in found]


def _visit(
    scope: Scope24,
    root: Scope24,
    asked: Condition,
    blocks: frozenset[Block],
    rank: tuple[int, int, tuple[int, ...]],
) -> Iterator[Match]:
    lists, filters, user = rank
    for use in scope.groups.values():
        group = root.children.get((f"@{use.label}", use.name))
        if group is not None and not user:
            yield from _visit(group, root, asked, blocks, (lists, filters, (scope.order, 0)))
    yield Match((lists, filters, (*user, scope.order) if user else (scope.order, 1)), scope)
    if scope.filters is not None:
        for child in scope.filters.matching(asked):
            yield from _visit(child, root, asked, blocks, rank)
    for block in blocks:
        inside = scope.children.get(block)
        if inside is not None:
            inner = (lists + (block.name is not None), filters + (block.name is None), user)
            yield from _visit(inside, root, asked, blocks, inner)
