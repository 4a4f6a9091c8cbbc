"""Calls that wait, and how each is kept from waiting for long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from drivers.lua.source.names import constant, key_of

if TYPE_CHECKING:
    from drivers.lua.source.names import Variable
    from drivers.lua.source.script import ScriptText
    from drivers.lua.source.tree import Node

_LIBRARY = ("os.execute", "io.popen")
_MODULE_CALLS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "socket.http": ("TIMEOUT", ("request",)),
    "ssl.https": ("TIMEOUT", ("request",)),
    "socket.smtp": ("TIMEOUT", ("send",)),
    "socket.ftp": ("TIMEOUT", ("get", "put")),
    "socket": ("settimeout", ("tcp", "tcp4", "tcp6", "connect", "connect4", "connect6")),
}
"""By module: the field or method of which one is enough, and the functions that wait without it."""

_HINTS: Mapping[str, str] = {
    "TIMEOUT": "set {module}.TIMEOUT (seconds) before",
    "settimeout": "call settimeout(SECONDS) before it connects",
}


def blocking_call(script: ScriptText, call: Node) -> str:
    """Return the name of what a call waits for (``os.execute``, ``socket.http.request``), '' if nothing."""
    library = script.called(call)
    if library in _LIBRARY:
        return library
    called = call.part("name")
    found = key_of(called) if called is not None else None
    module = _module(script, found[0]) if found is not None else None
    if found is None or module is None or module not in _MODULE_CALLS:
        return ""
    limit, functions = _MODULE_CALLS[module]
    if found[1] not in functions or _sets(script, limit):
        return ""
    return f"{module}.{found[1]}"


def timeout_hint(name: str) -> str:
    """Return what keeps a call from waiting for long."""
    module = name.rpartition(".")[0]
    return _HINTS[_MODULE_CALLS[module][0]].format(module=module)


def _module(script: ScriptText, node: Node) -> str | None:
    """Return the module that a variable holds, or that is loaded right there."""
    variable: Variable | None = script.names.variables.get(node)
    if variable is not None:
        if len(variable.origins) != 1 or variable.origins[0].parameter:
            return None
        node = variable.origins[0].node or node
    if node.kind != "function_call" or script.called(node) != "require":
        return None
    given = node.part("arguments")
    return constant(given.children[0]) if given is not None and given.children else None


def _sets(script: ScriptText, limit: str) -> bool:
    """Tell whether the script sets a field of this name, or calls a method, of whatever table."""
    if limit in script.names.fields_set:
        return True
    return any(
        (found := key_of(node)) is not None and found[1] == limit
        for node in script.of_kind("method_index_expression")
    )
