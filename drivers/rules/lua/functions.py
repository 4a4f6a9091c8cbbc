"""Functions of a script that look as if Dovecot were to call them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dovecot_conf.near import nearest
from drivers.lua.entry_points import CALLED, PREFIX

if TYPE_CHECKING:
    from drivers.lua.source.names import Variable
    from drivers.lua.source.script import ScriptText
    from drivers.lua.source.tree import Node

_FUNCTIONS = ("function_declaration", "function_definition")
_NEAR, _NEAR_EVENT = 0.9, 0.85
_EVENT_PREFIX = f"{PREFIX}event_"


def unread_functions(script: ScriptText) -> Iterator[Variable]:
    """Yield the global functions that the script itself doesn't read, without those that Dovecot calls."""
    if script.is_dynamic:
        return
    for name, variable in script.names.globals.items():
        if name not in CALLED and is_function(variable) and not variable.reads:
            yield variable


def is_function(variable: Variable) -> bool:
    """Tell whether all that a variable is given are functions."""
    nodes = [origin.node for origin in variable.origins if not origin.parameter]
    return bool(nodes) and all(node is not None and node.kind in _FUNCTIONS for node in nodes)


def meant_function(name: str) -> str:
    """Return the function that Dovecot calls and whose name is nearly this one, '' if none is."""
    flat = {_flat(called): called for called in CALLED}
    if _flat(name) in flat:
        return flat[_flat(name)]
    for prefix in (_EVENT_PREFIX, PREFIX):
        if name.startswith(prefix):
            ends = [called.removeprefix(prefix) for called in CALLED if called.startswith(prefix)]
            near = nearest(name.removeprefix(prefix), ends, cutoff=_NEAR_EVENT)
            return f"{prefix}{near}" if near else ""
    return nearest(name, CALLED, cutoff=_NEAR)


def at_top(node: Node) -> bool:
    """Tell whether a statement always runs: it is in no function, loop or condition."""
    kinds = [above.kind for above in node.above()]
    return set(kinds) <= {"chunk", "function_declaration", "assignment_statement", "variable_list"} and (
        kinds.count("function_declaration") <= 1
    )


def _flat(name: str) -> str:
    return name.replace("_", "").lower()
