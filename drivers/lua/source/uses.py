"""Where a script reads fields of Dovecot's API, and how."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from drivers.lua.api_names import TYPES, Member
from drivers.lua.source.kinds import KindFinder, Kinds
from drivers.lua.source.names import constant, name_node
from drivers.lua.source.tree import Node

_INDEXED = ("dot_index_expression", "bracket_index_expression", "method_index_expression")
_CONDITIONS = ("if_statement", "elseif_statement", "while_statement", "repeat_statement")
_CHOICES = ("and", "or", "not", "==", "~=")
_LITERALS = ("string", "number", "nil", "true", "false", "table_constructor")


class Use(NamedTuple):
    """A field that is read: of which tables, by which name, and what it is (None: there is no such one).

    ``node`` is the place of the name, ``expression`` the whole of ``table.name``.
    """

    node: Node
    expression: Node
    kinds: Kinds
    name: str
    member: Member | None

    @property
    def is_called(self) -> bool:
        """Tell whether it is called."""
        parent = self.expression.parent
        return parent is not None and parent.kind == "function_call" and self.expression.role == "name"

    @property
    def is_indexed(self) -> bool:
        """Tell whether a field of it is read."""
        return self.expression.role == "table"

    @property
    def is_tested(self) -> bool:
        """Tell whether the script looks whether it is there."""
        return is_tested(self.expression)

    @property
    def has_substitute(self) -> bool:
        """Tell whether something else than a constant is taken where it is not there."""
        parent = self.expression.parent
        if parent is None or parent.operator != "or" or self.expression.role != "left":
            return False
        other = parent.part("right")
        return other is not None and other.kind not in _LITERALS


def uses_of_api(nodes: Iterable[Node], finder: KindFinder) -> tuple[Use, ...]:
    """Return all reads of fields of the API's tables, in the order of the text."""
    found = []
    for node in nodes:
        if node.kind not in _INDEXED or is_target(node):
            continue
        table = finder.member(node)
        if table is None:
            continue
        kinds, name = table
        members = [member for kind in sorted(kinds) if (member := TYPES[kind].get(name)) is not None]
        found.append(Use(name_node(node), node, kinds, name, members[0] if members else None))
    return tuple(found)


def is_tested(node: Node) -> bool:
    """Tell whether an expression is asked whether it is nil."""
    parent = node.parent
    while parent is not None and parent.kind == "parenthesized_expression":
        node, parent = parent, parent.parent
    if parent is None:
        return False
    if parent.kind in _CONDITIONS:
        return node.role == "condition"
    if parent.kind == "arguments":
        call = parent.parent
        called = call.part("name") if call is not None else None
        return called is not None and called.name == "type"
    return parent.operator in _CHOICES


def compared_with_constant(node: Node) -> bool:
    """Tell whether an expression is compared with a number or text that is written out."""
    parent = node.parent
    if parent is None or parent.operator not in {"==", "~="}:
        return False
    other = parent.part("right" if node.role == "left" else "left")
    return other is not None and (other.kind == "number" or constant(other) is not None)


def is_target(node: Node) -> bool:
    """Tell whether a variable or field is set there, not read."""
    parent = node.parent
    return (
        parent is not None
        and node.role == "name"
        and parent.kind in {"variable_list", "function_declaration"}
    )
