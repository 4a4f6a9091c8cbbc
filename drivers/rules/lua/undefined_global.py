"""PN513 lua-undefined-global."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.near import nearest
from drivers.lua.lua_globals import DOVECOT_GLOBALS, LUA_GLOBALS, OTHER_LANGUAGES, REPLACEMENTS
from drivers.lua.source.uses import is_tested
from drivers.rules.lua.script_rule import ScriptRule
from drivers.rules.lua.unset import is_unset

if TYPE_CHECKING:
    from drivers.lua.source.script import ScriptText


class LuaUndefinedGlobal(ScriptRule):
    """A script reads a global variable that nobody sets.

    Its value is `nil`: calling it or reading a field of it raises an error. `True`, `None` and `null` are
    such names. Where the script loads modules, which may set it, that is reported as an information; a
    name that the script tests (`if json then`) is fine.

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
    """  # noqa: E501 - Dovecot's own line

    code = "PN513"
    name = "lua-undefined-global"
    severity = Severity.WARNING

    def check_script(self, script: ScriptText) -> Iterator[Diagnostic]:
        """Look for names that neither Lua nor Dovecot nor the script gives a value."""
        for name, variable in script.names.globals.items():
            if not is_unset(script, variable):
                continue
            foreign = OTHER_LANGUAGES.get(name)
            if foreign is None and (script.is_dynamic or any(map(is_tested, variable.reads))):
                continue
            text = f"nobody sets the global variable '{name}'"
            severity = Severity.INFO if script.modules and foreign is None else None
            if severity is not None:
                text = f"{text}, unless a module does"
            for node in variable.reads:
                yield self.at(script, node, text, hint=self._hint(script, name), severity=severity)

    def _hint(self, script: ScriptText, name: str) -> str:
        meant = OTHER_LANGUAGES.get(name) or REPLACEMENTS.get(name)
        if meant is not None:
            return f"Lua {script.lua} has {meant}"
        set_here = [other for other, variable in script.names.globals.items() if variable.writes]
        near = nearest(name, (*LUA_GLOBALS[script.lua], *DOVECOT_GLOBALS, *set_here), cutoff=0.75)
        return f"did you mean {near}?" if near else ""
