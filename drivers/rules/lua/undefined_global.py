"""PN513 lua-undefined-global."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.near import nearest
from drivers.lua.lua_globals import (
    DOVECOT_GLOBALS,
    LUA_GLOBALS,
    OTHER_LANGUAGES,
    lua_name,
    replacement,
)
from drivers.lua.lua_libraries import COMPATIBILITY, KNOWN_FIELDS, LIBRARIES
from drivers.lua.source.names import name_node
from drivers.lua.source.uses import is_target, is_tested
from drivers.rules.lua.script_rule import ScriptRule
from drivers.rules.lua.unset import is_unset

if TYPE_CHECKING:
    from drivers.lua.source.script import ScriptText
    from drivers.lua.source.tree import Node

_OTHER_LUA = "another version of Lua has it: --lua says which one Dovecot has"


class LuaUndefinedGlobal(ScriptRule):
    """A script reads a global variable that nobody sets, or a field that a table of Lua's hasn't.

    Its value is `nil`: calling it or reading a field of it raises an error. `True`, `None` and `null` are
    such names, and those of other versions of Lua (`unpack`, `table.getn`; `--lua` says which version
    Dovecot has). Where the script loads modules, which may set it, that is reported as an information, and
    so is what only some builds of that Lua have; a name that the script tests (`if json then`) is fine.

    Bad:

    ```2.3
    mail_plugins = notify mail_lua push_notification push_notification_lua
    plugin {
      push_notification_driver = lua:file=/etc/dovecot/push.lua
    }
    ```

    ```2.4
    mail_plugins = notify mail_lua push_notification push_notification_lua
    push_notification lua {
      lua_file = /etc/dovecot/push.lua
    }
    ```

    ```/etc/dovecot/push.lua
    function dovecot_lua_notify_begin_txn(user) return {} end
    function dovecot_lua_notify_event_message_append(context, event)
      if event.subject ~= None then log(event.subject) end
    end
    function dovecot_lua_notify_end_txn(context, success) end
    ```

    Dovecot says:

    ```2.3
    Error: lua: lua_pcall(dovecot_lua_notify_event_message_append, 2, 0) failed: /etc/dovecot/push.lua:3: attempt to call a nil value (global 'log')
    ```

    ```2.4
    Error: lua: lua_pcall(dovecot_lua_notify_event_message_append, 2, 0) failed: /etc/dovecot/push.lua:3: attempt to call a nil value (global 'log')
    ```

    Good:

    ```2.3
    mail_plugins = notify mail_lua push_notification push_notification_lua
    plugin {
      push_notification_driver = lua:file=/etc/dovecot/push.lua
    }
    ```

    ```2.4
    mail_plugins = notify mail_lua push_notification push_notification_lua
    push_notification lua {
      lua_file = /etc/dovecot/push.lua
    }
    ```

    ```/etc/dovecot/push.lua
    function dovecot_lua_notify_begin_txn(user) return {} end
    function dovecot_lua_notify_event_message_append(context, event)
      if event.subject ~= nil then dovecot.i_info(event.subject) end
    end
    function dovecot_lua_notify_end_txn(context, success) end
    ```

    How to fix:

    Correct the name, set the variable, or test for it first (`if json then`).
    """  # noqa: E501 - Dovecot's own line

    code = "PN513"
    name = "lua-undefined-global"
    severity = Severity.WARNING

    def check_script(self, script: ScriptText) -> Iterator[Diagnostic]:
        """Look for names that neither Lua nor Dovecot nor the script gives a value."""
        yield from self._globals(script)
        if not script.is_dynamic:
            yield from self._fields(script)

    def _globals(self, script: ScriptText) -> Iterator[Diagnostic]:
        for name, variable in script.names.globals.items():
            if not is_unset(script, variable):
                continue
            foreign = OTHER_LANGUAGES.get(name)
            if foreign is None and (script.is_dynamic or any(map(is_tested, variable.reads))):
                continue
            text = f"nobody sets the global variable '{name}'"
            severity = None
            if name in COMPATIBILITY.get(script.lua, ()):
                text, severity = _of_some_builds(script, name), Severity.INFO
            elif script.modules and foreign is None:
                text, severity = f"{text}, unless a module does", Severity.INFO
            for node in variable.reads:
                yield self.at(script, node, text, hint=self._hint(script, name), severity=severity)

    def _fields(self, script: ScriptText) -> Iterator[Diagnostic]:
        """Look for fields of Lua's own tables that are not there."""
        for name, nodes in _unknown_fields(script).items():
            text = f"{lua_name(script.lua)} has no '{name}'"
            severity = None
            if name in COMPATIBILITY.get(script.lua, ()):
                text, severity = _of_some_builds(script, name), Severity.INFO
            elif script.modules:
                text, severity = f"{text}, unless a module adds it", Severity.INFO
            for node in nodes:
                hint = self._hint_for_field(script, name)
                yield self.at(script, name_node(node), text, hint=hint, severity=severity)

    def _hint(self, script: ScriptText, name: str) -> str:
        meant = OTHER_LANGUAGES.get(name) or replacement(name, script.lua)
        if meant:
            return f"{lua_name(script.lua)} has {meant}"
        if any(name in names for names in LUA_GLOBALS.values()):
            return _OTHER_LUA
        set_here = [other for other, variable in script.names.globals.items() if variable.writes]
        near = nearest(name, (*LUA_GLOBALS[script.lua], *DOVECOT_GLOBALS, *set_here), cutoff=0.75)
        return f"did you mean {near}?" if near else ""

    def _hint_for_field(self, script: ScriptText, name: str) -> str:
        meant = replacement(name, script.lua)
        if meant:
            return f"{lua_name(script.lua)} has {meant}"
        table, _, field = name.partition(".")
        if field in KNOWN_FIELDS[table]:
            return _OTHER_LUA
        near = nearest(field, LIBRARIES[script.lua][table], cutoff=0.75)
        return f"did you mean {table}.{near}?" if near else ""


def _of_some_builds(script: ScriptText, name: str) -> str:
    return (
        f"'{name}' is there only if {lua_name(script.lua)} is built with its options for compatibility,"
        " as Debian's is"
    )


def _unknown_fields(script: ScriptText) -> dict[str, list[Node]]:
    """Return where fields are read that Lua's tables don't have, and the script neither sets nor tests."""
    tables = LIBRARIES[script.lua]
    found: dict[str, list[Node]] = {}
    fine: set[str] = set(script.names.fields_set)
    for node in script.of_kind("dot_index_expression", "bracket_index_expression"):
        name = script.dotted(node)
        table, _, field = name.partition(".")
        if table not in tables or "." in field or field in tables[table]:
            continue
        if is_target(node) or is_tested(node):
            fine.add(field)
        found.setdefault(name, []).append(node)
    return {name: nodes for name, nodes in found.items() if name.partition(".")[2] not in fine}
