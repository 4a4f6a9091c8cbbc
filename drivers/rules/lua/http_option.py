"""PN512 lua-http-option."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.near import nearest
from dovecot_conf.versions import Version
from drivers.lua.http_settings import HTTP_SETTINGS
from drivers.rules.lua.http_tables import http_settings_tables, named_fields, renamed, wrong_value
from drivers.rules.lua.script_rule import ScriptRule
from drivers.rules.lua.unset import is_nil

if TYPE_CHECKING:
    from drivers.lua.source.script import ScriptText
    from drivers.lua.source.tree import Node

_UNKNOWN = {
    Version.V23: ("it is ignored", Severity.WARNING),
    Version.V24: ("the call raises an error", Severity.ERROR),
}


class LuaHttpOption(ScriptRule):
    """A setting in the table for `dovecot.http.client` is unknown, or of the wrong type.

    2.3 takes `request_timeout_msecs = 500` and the like, and raises an error for a wrong type; a name that
    it doesn't know is ignored, which is reported as a warning. An `event_parent` ends its process. 2.4 takes
    the names of its `http_client_*` settings without that prefix, with values as in a configuration
    (`request_timeout = "500ms"`), and raises an error for every other name; `true`, `false` or a table as a
    value end its process. A setting whose value is `nil` isn't there at all.

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
    local client = dovecot.http.client({request_timeout_msecs = "1s"})
    function dovecot_lua_notify_begin_txn(user) return {} end
    function dovecot_lua_notify_event_message_new(context, event) end
    function dovecot_lua_notify_end_txn(context, success) end
    ```

    Dovecot says:

    ```2.3
    Error: lua: lua_pcall(/etc/dovecot/push.lua) failed: Invalid HTTP client setting: request_timeout_msecs: non-negative number expected
    ```

    ```2.4
    Error: lua: lua_pcall(/etc/dovecot/push.lua) failed: Invalid HTTP client setting: request_timeout_msecs is unknown setting
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
    local timeout = dovecot.tabescape and "request_timeout" or "request_timeout_msecs"
    local client = dovecot.http.client({user_agent = "push", [timeout] = dovecot.tabescape and "5s" or 5000})
    function dovecot_lua_notify_begin_txn(user) return {} end
    function dovecot_lua_notify_event_message_new(context, event) end
    function dovecot_lua_notify_end_txn(context, success) end
    ```

    How to fix:

    Use the names and values of the version: `request_timeout_msecs = 500` in 2.3, `request_timeout =
    "500ms"` in 2.4.
    """  # noqa: E501 - Dovecot's own line

    code = "PN512"
    name = "lua-http-option"
    severity = Severity.ERROR

    def check_script(self, script: ScriptText) -> Iterator[Diagnostic]:
        """Look at the table of each call, where it is written out."""
        known = HTTP_SETTINGS[script.version]
        for table in http_settings_tables(script):
            for name, field in named_fields(table):
                value = field.part("value")
                if name in script.names.fields_set or (value is not None and is_nil(script, value)):
                    continue
                if name not in known:
                    yield self._unknown(script, name, field)
                    continue
                problem = wrong_value(script, known[name], name, value)
                if problem:
                    yield self.at(script, field, f"'{name}': {problem}")

    def _unknown(self, script: ScriptText, name: str, field: Node) -> Diagnostic:
        other = name.removeprefix("http_client_")
        known = HTTP_SETTINGS[script.version]
        meant = renamed(name, script.version) or (other if other in known else nearest(name, known))
        effect, severity = _UNKNOWN[script.version]
        hint = f"did you mean {meant}?" if meant else ""
        text = f"Dovecot {script.version} has no HTTP client setting '{name}': {effect}"
        return self.at(script, field.part("name"), text, hint=hint, severity=severity)
