"""The settings of 2.4 as doveconf holds them for printing: a tree of filters and blocks.

For printing, 2.4.1 keeps a setting such as ``ssl_server_cert_file`` in the block ``ssl_server``, unlike
the daemons; and ``-f`` merges the filters that hold into what is around them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from dovecot_conf import file_values24
from dovecot_conf.assign24 import Assigner, _Line, can_be, can_prefix
from dovecot_conf.conditions import Condition
from dovecot_conf.default_sections import default_sections
from dovecot_conf.evaluate import Problems, Surroundings
from dovecot_conf.evaluate24 import Evaluator24
from dovecot_conf.names import Kind, names
from dovecot_conf.reading import Reading
from dovecot_conf.scopes import Entry
from dovecot_conf.scopes24 import Block, Frame24, Scope24, ScopeTree
from dovecot_conf.tree import Setting
from dovecot_conf.value_checks import ValueChecker
from dovecot_conf.versions import Version


class WrittenAssigner(Assigner):
    """Assigns as doveconf does: without ``-x`` only a setting's reference to itself is replaced."""

    def __init__(
        self, surroundings: Surroundings, problems: Problems, tree: ScopeTree, *, expanding: bool
    ) -> None:
        super().__init__(surroundings, problems, tree)
        self._expanding = expanding
        self._checker = ValueChecker(Version.V24, problems, expanding=expanding)
        blocks = (name for name, known in names(Version.V24).items() if known.kind is Kind.FILTER)
        self._blocks = sorted(blocks, key=len, reverse=True)

    def _expand(self, node: Setting, frame: Frame24) -> tuple[str, str] | None:
        if self._expanding:
            return super()._expand(node, frame)
        text = self._expander().expand_own(node, frame)
        return None if text is None else (text, text)

    def _store(self, frame: Frame24, key: str, line: _Line) -> None:
        scope, key = self._follow_path(frame.scope, key)
        while word := self._block_around(scope, key):
            scope, key = self._follow_path(scope, f"{word}/{key}")
        for prefix in scope.block.prefixes() if scope.block is not None else ():
            if can_prefix(self._names, prefix + key):
                self._put(frame, scope, prefix + key, line)
                return
        if can_be(self._names, key):
            self._put(frame, scope, key, line)

    def _value_of_file(self, node: Setting, frame: Frame24) -> tuple[str, str]:
        if self._expanding:
            return super()._value_of_file(node, frame)
        return f"<{node.value}", ""

    def _take_file(self, line: _Line, text: str) -> None:
        if self._expanding and not line.path:
            line.text = file_values24.completed(text, line.node.document.path, self._surroundings.files)

    def _block_around(self, scope: Scope24, key: str) -> str:
        """Return the longest word of a block that the key begins with, '' when the scope is that block."""
        for word in self._blocks:
            if key.startswith(f"{word}_"):
                return "" if scope.block is not None and _joined(scope.block) == word else word
        return ""


def _joined(block: Block) -> str:
    return block.word if block.name is None else f"{block.word}_{block.name}"


@dataclass(slots=True)
class ShownList:
    """A list. ``stop``: it was replaced as a whole, by the items of a ``line``."""

    items: dict[str, str] = field(default_factory=dict)
    stop: bool = False
    line: Sequence[str] = ()

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield each item with its value; of one that stands twice in the line, only the first can change."""
        left = dict(self.items)
        for item in self.line:
            yield item, left.pop(item, "yes")
        yield from left.items()


@dataclass(slots=True, eq=False)
class Node24:
    """A filter (one condition of it), a block, or the settings outside of all."""

    condition: Condition
    block: Block | None = None
    words: tuple[str, object] | None = None
    values: dict[str, str] = field(default_factory=dict)
    lists: dict[str, ShownList] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    children: list[Node24] = field(default_factory=list)
    dropped: bool = False

    @property
    def is_group(self) -> bool:
        """Whether this defines a group."""
        return self.block is not None and self.block.word.startswith("@")

    def child_like(self, other: Node24) -> Node24 | None:
        """Return the child that is the same filter or block as ``other``."""
        for child in self.children:
            if child.block == other.block and child.words == other.words:
                return child
        return None

    def merge(self, other: Node24, *, overwrite: bool, drop: bool) -> None:
        """Take over what ``other`` and its children have; ``drop`` marks them as used up."""
        for key, text in other.values.items():
            if overwrite or key not in self.values:
                self.values[key] = text
        for word, found in other.lists.items():
            if overwrite or word not in self.lists:
                self.lists[word] = found
        self.groups = self.groups | other.groups if overwrite else other.groups | self.groups
        other.dropped = other.dropped or drop
        for child in other.children:
            if child.dropped:
                continue
            target = self.child_like(child)
            if target is None:
                target = Node24(child.condition, child.block, child.words)
                self.children.append(target)
            target.merge(child, overwrite=overwrite, drop=drop)


_SAID_BY_MANAGESIEVE = ("managesieve_notify_capability", "managesieve_sieve_capability")
"""Lists whose captured items are no defaults: managesieve gives them where the configuration has none."""


@dataclass(frozen=True, slots=True)
class Shown24:
    """A configuration as written."""

    tree: ScopeTree
    surroundings: Surroundings

    def root(self) -> Node24:
        """Return the settings outside of all filters, with everything below.

        Dovecot looks at its own groups only where another one of the same name is defined.
        """
        default = default_tree()
        root = self.node(self.tree.root, None, default)
        root.children = [node for node in root.children if not (node.is_group and default.child_like(node))]
        return root

    def node(self, scope: Scope24, words: tuple[str, object] | None, default: Node24 | None) -> Node24:
        """Return a scope; ``words`` is its filter, ``default`` the same block without a configuration."""
        node = Node24(scope.condition, scope.block, words)
        node.values = {key: self._text(entry) for key, entry in scope.values.items()}
        node.groups = {use.label: use.name for use in scope.groups.values()}
        for word, entries in scope.lists.items():
            items = {name: self._text(entry) for name, entry in entries.items.items()}
            adds = word not in _SAID_BY_MANAGESIEVE and not entries.stop
            if adds and default is not None and word in default.lists:
                items = default.lists[word].items | items
            node.lists[word] = ShownList(items, entries.stop, entries.line)
        for key, child in scope.children.items():
            known = None
            filter_words = None if child.block is not None else key
            if default is not None and child.block is not None:
                known = default.child_like(Node24(child.condition, child.block))
            node.children.append(self.node(child, filter_words, known))
        return node

    def _text(self, entry: Entry) -> str:
        return self.surroundings.content(entry.path) if entry.path else entry.text


def evaluate_as_written(reading: Reading, surroundings: Surroundings, *, expanding: bool) -> Shown24:
    """Return a configuration with the values that doveconf prints, with ``-x`` if expanding."""
    evaluator = Evaluator24(surroundings)
    evaluator._assigner = WrittenAssigner(
        surroundings, evaluator.problems, evaluator.tree, expanding=expanding
    )
    evaluator.run(reading)
    return Shown24(evaluator.tree, surroundings)


@cache
def default_tree() -> Node24:
    """Return the lists and blocks that exist without a configuration."""
    reading, surroundings = default_sections(Version.V24)
    shown = evaluate_as_written(reading, surroundings, expanding=False)
    return _without_empty_lists(shown.node(shown.tree.root, None, None))


def _without_empty_lists(node: Node24) -> Node24:
    node.lists = {word: found for word, found in node.lists.items() if found.items}
    for child in node.children:
        _without_empty_lists(child)
    return node


def apply_groups(node: Node24, root: Node24) -> None:
    """Put what groups give into the scopes that use them."""
    for label, name in node.groups.items():
        for group in root.children:
            if group.block == Block(f"@{label}", name):
                node.merge(group, overwrite=False, drop=False)
    node.groups = {}
    for child in list(node.children):
        apply_groups(child, root)


def apply_filters(root: Node24, asked: Condition) -> None:
    """Merge the filters that hold for ``asked`` into what is around them, and drop those that don't."""
    queue = list(_all_filters(root))
    for node, parent in queue:
        if node.dropped or node.block is not None:
            continue
        holds = _holds(node, asked)
        if holds is None:
            continue
        if not holds:
            node.dropped = True
            continue
        known = {id(found) for found, _ in queue}
        parent.merge(node, overwrite=True, drop=True)
        queue += [pair for pair in _all_filters(parent) if id(pair[0]) not in known]


def _all_filters(node: Node24) -> Iterator[tuple[Node24, Node24]]:
    for child in node.children:
        if not child.dropped:
            yield child, node
            yield from _all_filters(child)


def _holds(node: Node24, asked: Condition) -> bool | None:
    """Return whether the innermost filter of a node holds; None when ``asked`` says nothing about it."""
    word = node.words[0] if node.words is not None else ""
    if getattr(asked, word) is None:
        return None
    own = {key: getattr(node.condition, key) if key == word else None for key in _WORDS}
    return Condition(**own).matches(asked)


_WORDS = ("protocol", "local_name", "local", "remote")
