"""PN505 lua-syntax-error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.positions import Span
from drivers.rules.lua.script_rule import ScriptRule

if TYPE_CHECKING:
    from drivers.lua.source.script import ScriptText


class LuaSyntaxError(ScriptRule):
    """The script of a `lua` driver is no valid Lua.

    Dovecot compiles the script at the start of each session; when that fails the driver is not loaded,
    and neither are those behind it. Here the script is compiled and never run.

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
    function dovecot_lua_notify_begin_txn(user return {} end
    ```

    Dovecot says:

    ```2.3
    Error: lua: lua_load(/etc/dovecot/push.lua) failed: /etc/dovecot/push.lua:1: ')' expected near 'return'
    ```

    ```2.4
    Error: lua: Lua script '/etc/dovecot/push.lua': lua_load(/etc/dovecot/push.lua) failed: /etc/dovecot/push.lua:1: ')' expected near 'return'
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

    Correct the script at the place that the message names; `--lua` says which version of Lua Dovecot
    has.
    """  # noqa: E501 - Dovecot's own line

    code = "PN505"
    name = "lua-syntax-error"
    severity = Severity.ERROR

    def check_script(self, script: ScriptText) -> Iterator[Diagnostic]:
        """Compile the script; the finding is at the line that Lua names."""
        if script.unchecked:
            text = f"nothing can be said about this script: {script.unchecked}"
            yield self.at(script, None, text, severity=Severity.INFO)
        elif script.problem is not None:
            line = script.problem.line
            text = f"Lua can't compile this script: {script.problem.text}"
            yield self.found(Span(script.path, line, 1, line, 1), text)
        elif script.tree is None:
            text = "nothing more can be said about this script: it is nested too deeply"
            yield self.at(script, None, text, severity=Severity.INFO)
