"""PN509 lua-handler-misspelled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dovecot_conf.diagnostics import Applicability, Diagnostic, Severity
from dovecot_conf.lint.fixes.making import replaced
from dovecot_conf.near import advice
from drivers.rules.lua.functions import meant_function, unread_functions
from drivers.rules.lua.script_rule import ScriptRule

if TYPE_CHECKING:
    from drivers.lua.source.script import ScriptText


class LuaHandlerMisspelled(ScriptRule):
    """The name of a global function is nearly that of a handler.

    Dovecot looks for functions by their exact names, and nobody calls one with another name. An event's
    name is written with `_` and a small letter for each capital: MessageNew is `message_new`.

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
    function dovecot_lua_notify_event_messageexpunge(context, event) end
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
    function dovecot_lua_notify_event_message_expunge(context, event) end
    function dovecot_lua_notify_end_txn(context, success) end
    ```

    How to fix:

    Give the function the exact name of the handler.
    """

    code = "PN509"
    name = "lua-handler-misspelled"
    severity = Severity.WARNING
    fixes = (Applicability.UNSAFE,)

    def check_script(self, script: ScriptText) -> Iterator[Diagnostic]:
        """Compare the functions that nobody in the script calls with the names that Dovecot calls."""
        for variable in unread_functions(script):
            meant = meant_function(variable.name)
            if meant:
                text = f"nobody calls '{variable.name}'"
                fix = None
                if len(variable.writes) == 1 and script.function(meant) is None:
                    span = script.span(variable.writes[0])
                    fix = replaced(span, variable.name, meant, Applicability.UNSAFE)
                yield self.at(script, variable.node, text, hint=advice(meant))._replace(fix=fix)
