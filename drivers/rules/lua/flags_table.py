"""PN515 lua-flags-table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dovecot_conf.diagnostics import Diagnostic, Severity
from drivers.lua.source.uses import compared_with_constant
from drivers.rules.lua.scalar_uses import is_scalar_use
from drivers.rules.lua.script_rule import ScriptRule

if TYPE_CHECKING:
    from drivers.lua.source.script import ScriptText

_ARRAY = frozenset(("strings",))


class LuaFlagsAreTable(ScriptRule):
    """Flags or keywords of an event are used like a number or a text.

    Documentation of Dovecot calls `event.flags` a bitmask. It is a table: an array of names such as
    `\\Seen`. Calculating with it raises an error, and it is equal to no number.

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
      if dovecot.has_flag(event.flags, 8) then return end
    end
    function dovecot_lua_notify_end_txn(context, success) end
    ```

    Dovecot says:

    ```2.3
    Error: lua: lua_pcall(dovecot_lua_notify_event_message_append, 2, 0) failed: /etc/dovecot/push.lua:3: bad argument #1 to 'has_flag' (number expected, got table)
    ```

    ```2.4
    Error: lua: lua_pcall(dovecot_lua_notify_event_message_append, 2, 0) failed: /etc/dovecot/push.lua:3: bad argument #1 to 'has_flag' (number expected, got table)
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
      for _, flag in ipairs(event.flags) do
        if flag == "\\\\Seen" then return end
      end
    end
    function dovecot_lua_notify_end_txn(context, success) end
    ```

    How to fix:

    Go through the table with `ipairs()`, or put it together with `table.concat()`.
    """  # noqa: E501 - Dovecot's own line

    code = "PN515"
    name = "lua-flags-table"
    severity = Severity.ERROR

    def check_script(self, script: ScriptText) -> Iterator[Diagnostic]:
        """Look at what is done with the arrays of the API."""
        for node in script.nodes:
            if script.kinds.of(node) != _ARRAY or not is_scalar_use(script, node):
                continue
            text = f"'{node.name}' is a table, an array of names"
            severity = Severity.WARNING if compared_with_constant(node) else None
            hint = "go through it with ipairs(), or put it together with table.concat()"
            yield self.at(script, node, text, hint=hint, severity=severity)
