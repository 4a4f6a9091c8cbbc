"""Variables of scripts that nobody sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.lua.lua_globals import DOVECOT_GLOBALS, LUA_GLOBALS, OTHER_LANGUAGES

if TYPE_CHECKING:
    from drivers.lua.source.names import Variable
    from drivers.lua.source.script import ScriptText
    from drivers.lua.source.tree import Node


def is_unset(script: ScriptText, variable: Variable) -> bool:
    """Tell whether neither Lua nor Dovecot nor the script gives a variable a value."""
    known = variable.name in LUA_GLOBALS[script.lua] or variable.name in DOVECOT_GLOBALS
    return variable.is_global and not variable.writes and not known


def is_nil(script: ScriptText, node: Node) -> bool:
    """Tell whether an expression is surely nil: the word itself, or a variable that nobody sets."""
    if node.kind == "nil":
        return True
    variable = script.names.variables.get(node)
    if variable is None or not is_unset(script, variable):
        return False
    return variable.name in OTHER_LANGUAGES or not (script.is_dynamic or script.modules)
