"""PN516 lua-call-blocking."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.versions import Version
from drivers.lua.http_settings import TIMEOUTS
from drivers.rules.lua.blocking import blocking_call, timeout_hint
from drivers.rules.lua.http_tables import has_other_fields, http_settings_tables, named_fields
from drivers.rules.lua.script_rule import ScriptRule

if TYPE_CHECKING:
    from drivers.lua.source.script import ScriptText

_EXAMPLES = {Version.V23: "request_timeout_msecs = 5000", Version.V24: 'request_timeout = "5s"'}
_COMMANDS = ("os.execute", "io.popen")


class LuaCallBlocking(ScriptRule):
    """A script waits for something outside of Dovecot, without a limit of its own.

    The process of the mail user waits as long: a delivery, or a session of IMAP. A
    `dovecot.http.client` waits a minute for an answer unless a timeout is set; LuaSocket waits a minute,
    or for ever. `os.execute` and `io.popen` wait for their command, which is reported as an
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
    local client = dovecot.http.client({})
    function dovecot_lua_notify_begin_txn(user) return {} end
    function dovecot_lua_notify_event_message_new(context, event) end
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
    local settings = dovecot.tabescape and {request_timeout = "5s"} or {request_timeout_msecs = 5000}
    local client = dovecot.http.client(settings)
    function dovecot_lua_notify_begin_txn(user) return {} end
    function dovecot_lua_notify_event_message_new(context, event) end
    function dovecot_lua_notify_end_txn(context, success) end
    ```

    How to fix:

    Set a timeout for requests: `request_timeout_msecs = 5000` in 2.3, `request_timeout = "5s"` in 2.4.
    Leave slow work to another program.
    """

    code = "PN516"
    name = "lua-call-blocking"
    severity = Severity.WARNING

    def check_script(self, script: ScriptText) -> Iterator[Diagnostic]:
        """Look at clients without a timeout, and at calls that have none."""
        yield from self._clients(script)
        yield from self._calls(script)

    def _clients(self, script: ScriptText) -> Iterator[Diagnostic]:
        timeouts = TIMEOUTS[script.version]
        for table in http_settings_tables(script):
            names = {name for name, _field in named_fields(table)} | script.names.fields_set
            if names.isdisjoint(timeouts) and not has_other_fields(table):
                text = f"this HTTP client has no {timeouts[0]}: a request can keep the process for a minute"
                yield self.at(script, table, text, hint=f"add {_EXAMPLES[script.version]}")

    def _calls(self, script: ScriptText) -> Iterator[Diagnostic]:
        for call in script.of_kind("function_call"):
            name = blocking_call(script, call)
            if name in _COMMANDS:
                text = f"{name} waits until the command ends, and the process with it"
                yield self.at(script, call.part("name"), text, severity=Severity.INFO)
            elif name:
                text = f"{name} has no timeout here: it can keep the process for long"
                yield self.at(script, call.part("name"), text, hint=timeout_hint(name))
