"""PN507 lua-handler-missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dovecot_conf.diagnostics import Diagnostic, Severity
from drivers.lua.entry_points import HANDLERS
from drivers.rules.lua.script_rule import ScriptRule

if TYPE_CHECKING:
    from drivers.lua.source.script import ScriptText


class LuaHandlerMissing(ScriptRule):
    """A script has no event handler.

    Dovecot then skips the script, `begin_txn` and `end_txn` included, and nobody is notified. A handler
    is a global function named after its event: `dovecot_lua_notify_event_message_new` for MessageNew. If
    the script makes global variables in ways that can't be seen in its text, that is reported as an
    information.

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
    function on_message_new(context, event) end
    function dovecot_lua_notify_end_txn(context, success) end
    ```

    Dovecot says:

    ```2.3
    Debug: lua: No event handlers found in script
    ```

    ```2.4
    Debug: lua: No event handlers found in script
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
    function dovecot_lua_notify_end_txn(context, success) end
    ```

    How to fix:

    Define at least one global function such as `dovecot_lua_notify_event_message_new(context, event)`.
    """

    code = "PN507"
    name = "lua-handler-missing"
    severity = Severity.ERROR

    def check_script(self, script: ScriptText) -> Iterator[Diagnostic]:
        """Look for a global function with the name of a handler."""
        if script.tree is None or any(script.function(name) for name in HANDLERS.values()):
            return
        text = "this script has no event handler"
        if script.is_dynamic or script.modules:
            text = f"{text} of its own: it works only if what it loads defines one"
            yield self.at(script, None, text, severity=Severity.INFO)
            return
        hint = f"define at least one function such as {HANDLERS['MessageNew']}(context, event)"
        yield self.at(script, None, f"{text}: it is never called", hint=hint)
