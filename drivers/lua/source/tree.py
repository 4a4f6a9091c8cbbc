"""The syntax tree of a script, as tree-sitter's Lua grammar sees it.

Whether a script is valid Lua is for Lua itself to say; this tree is made of scripts that are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from dovecot_conf.positions import Span

MAX_DEPTH = 500
"""Nodes of which each is inside of the one before. Lua's own limit is 200 levels of blocks and brackets."""

_OPERATORS = frozenset(("binary_expression", "unary_expression", "field"))


class NoTreeError(Exception):
    """There is no tree of a script that Lua accepts: it is nested too deeply, or the grammar refuses it."""


@dataclass(eq=False, slots=True)
class Node:
    """A piece of a script, from byte ``first`` to before ``last`` of it.

    ``kind`` is the grammar's name for it and ``role`` its field in the parent ('' for none);
    ``operator`` that of a binary or unary expression, and ``[`` for a field of a table constructor whose
    name is an expression. Places are (row, column in bytes) from 0.
    """

    kind: str
    role: str
    source: bytes
    first: int
    last: int
    start: tuple[int, int]
    end: tuple[int, int]
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)
    operator: str = ""

    @property
    def text(self) -> bytes:
        """What is written."""
        return self.source[self.first : self.last]

    @property
    def name(self) -> str:
        """The text, as that of an identifier."""
        return self.text.decode("utf-8", "surrogateescape")

    def part(self, role: str) -> Node | None:
        """Return the first child with a role, None if there is none."""
        return next((child for child in self.children if child.role == role), None)

    def parts(self, role: str) -> list[Node]:
        """Return all children with a role."""
        return [child for child in self.children if child.role == role]

    def child(self, kind: str) -> Node | None:
        """Return the first child of a kind, None if there is none."""
        return next((child for child in self.children if child.kind == kind), None)

    def walk(self) -> Iterator[Node]:
        """Yield this node and all inside of it, from left to right."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))

    def above(self) -> Iterator[Node]:
        """Yield the nodes around this one, from the inside out."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent


@dataclass(frozen=True, slots=True)
class Tree:
    """A script: its whole tree, and its comments, which stand outside of it."""

    path: str
    root: Node
    comments: tuple[Node, ...]
    lines: tuple[bytes, ...]

    def span(self, node: Node) -> Span:
        """Return where a node stands; of one over several lines the first."""
        row, start = node.start
        last, end = node.end
        line = self.lines[row] if row < len(self.lines) else b""
        if last > row:
            end = len(line.rstrip())
        return Span(self.path, row + 1, _characters(line[:start]) + 1, row + 1, _characters(line[:end]) + 1)


def _characters(line: bytes) -> int:
    return len(line.decode("utf-8", "surrogateescape"))


def parse(source: bytes, path: str) -> Tree:
    """Return the tree of a script. Raises NoTreeError."""
    # Heavy, and only where there is a script.
    import tree_sitter_lua  # noqa: PLC0415
    from tree_sitter import Language, Parser  # noqa: PLC0415

    # A null byte in a text is fine for Lua, and nothing that the grammar knows.
    top = Parser(Language(tree_sitter_lua.language())).parse(source.replace(b"\0", b" ")).root_node
    if top.has_error:
        raise NoTreeError
    cursor = top.walk()
    comments: list[Node] = []
    root: Node | None = None
    above: list[Node] = []
    while True:
        seen = cursor.node
        assert seen is not None
        parent = above[-1] if above else None
        node = Node(
            seen.type,
            cursor.field_name or "",
            source,
            seen.start_byte,
            seen.end_byte,
            (seen.start_point.row, seen.start_point.column),
            (seen.end_point.row, seen.end_point.column),
            parent,
        )
        root = root or node
        if seen.type == "comment":
            comments.append(node)
        elif parent is not None and seen.is_named:
            parent.children.append(node)
        elif parent is not None and _is_operator(seen.type, parent):
            parent.operator = seen.type
        if seen.is_named and seen.type != "comment" and cursor.goto_first_child():
            above.append(node)
            if len(above) > MAX_DEPTH:
                raise NoTreeError
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return Tree(path, root, tuple(comments), tuple(source.split(b"\n")))
            above.pop()


def _is_operator(word: str, parent: Node) -> bool:
    return not parent.operator and parent.kind in _OPERATORS and (parent.kind != "field" or word == "[")
