"""PN510 lua-handler-uncalled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dovecot_conf.diagnostics import Diagnostic, Severity
from drivers.lua.entry_points import CALLED, PREFIX
from drivers.lua.source.names import key_of
from drivers.rules.lua.functions import at_top, is_function, meant_function, unread_functions
from drivers.rules.lua.script_rule import ScriptRule

if TYPE_CHECKING:
    from drivers.lua.source.script import ScriptText

_EXAMPLES = "those of RFC 5423's events, such as dovecot_lua_notify_event_message_new"


class LuaHandlerUncalled(ScriptRule):
    """A handler is where Dovecot does not find it.

    It calls global functions only: none that is local or a field of a table, none for an event that
    doesn't exist, and of two with the same name the later one.

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
    function dovecot_lua_notify_event_message_new(context, event) end
    local function dovecot_lua_notify_event_message_append(context, event) end
    function dovecot_lua_notify_end_txn(context, success) end
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
    function dovecot_lua_notify_event_message_new(context, event) end
    function dovecot_lua_notify_event_message_append(context, event) end
    function dovecot_lua_notify_end_txn(context, success) end
    ```

    How to fix:

    Make it a global function: without `local`, outside of tables, with a name of its own.
    """

    code = "PN510"
    name = "lua-handler-uncalled"
    severity = Severity.WARNING

    def check_script(self, script: ScriptText) -> Iterator[Diagnostic]:
        """Look for functions that are named like handlers."""
        yield from self._unknown(script)
        yield from self._local(script)
        yield from self._fields(script)
        yield from self._repeated(script)

    def _unknown(self, script: ScriptText) -> Iterator[Diagnostic]:
        for variable in unread_functions(script):
            if variable.name.startswith(PREFIX) and not meant_function(variable.name):
                text = f"nobody calls '{variable.name}': Dovecot knows no such function"
                yield self.at(script, variable.node, text, hint=f"known are {_EXAMPLES}")

    def _local(self, script: ScriptText) -> Iterator[Diagnostic]:
        for variable in script.names.locals:
            if variable.name in CALLED and is_function(variable) and not variable.reads:
                text = f"nobody calls '{variable.name}': it is a local function"
                yield self.at(script, variable.node, text, hint="remove the word local")

    def _fields(self, script: ScriptText) -> Iterator[Diagnostic]:
        read = {found[1] for node in script.nodes if (found := key_of(node)) and node.role != "name"}
        for node in script.of_kind("function_declaration"):
            name = node.part("name")
            found = key_of(name) if name is not None and name not in script.names.variables else None
            if found is not None and found[1] in CALLED and found[1] not in read and not script.is_dynamic:
                text = f"nobody calls '{name.name if name else ''}': it is a field of a table"
                yield self.at(script, name, text, hint=f"write function {found[1]}(...)")

    def _repeated(self, script: ScriptText) -> Iterator[Diagnostic]:
        for name in CALLED:
            variable = script.function(name)
            if variable is None or len(variable.writes) < 2 or variable.reads:
                continue
            for node in variable.writes[:-1]:
                if at_top(node) and at_top(variable.writes[-1]):
                    text = f"nobody calls this '{name}': it is defined once more below"
                    yield self.at(script, node, text, hint="remove one of the two")
