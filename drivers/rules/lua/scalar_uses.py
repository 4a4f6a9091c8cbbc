"""Uses of a value that work with a number or a text and not with a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.lua.source.kinds import arguments
from drivers.lua.source.uses import compared_with_constant

if TYPE_CHECKING:
    from drivers.lua.source.script import ScriptText
    from drivers.lua.source.tree import Node

_OPERATORS = frozenset(
    ("+", "-", "*", "/", "//", "%", "^", "&", "|", "~", "<<", ">>", "..", "<", ">", "<=", ">=")
)
_FLAG_FUNCTIONS = ("has_flag", "set_flag", "clear_flag")


def is_scalar_use(script: ScriptText, node: Node) -> bool:
    """Tell whether a value is calculated with, put into a text, or compared with a constant."""
    parent = node.parent
    if parent is None:
        return False
    if parent.operator in _OPERATORS:
        return parent.kind in {"binary_expression", "unary_expression"}
    if parent.kind == "arguments":
        return _is_flag_argument(script, parent.parent, node)
    return compared_with_constant(node)


def _is_flag_argument(script: ScriptText, call: Node | None, node: Node) -> bool:
    called = call.part("name") if call is not None else None
    if call is None or called is None or node not in arguments(call)[:2]:
        return False
    return any(
        use.expression is called and use.kinds == {"dovecot"} and use.name in _FLAG_FUNCTIONS
        for use in script.uses
    )
