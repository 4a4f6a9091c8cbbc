"""PN508 lua-transaction-missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dovecot_conf.diagnostics import Diagnostic, Severity
from drivers.lua.entry_points import BEGIN, END
from drivers.rules.lua.script_rule import ScriptRule

if TYPE_CHECKING:
    from drivers.lua.source.script import ScriptText

_FUNCTIONS = (
    (BEGIN, "user", "it is never called", Severity.ERROR),
    (END, "context, success", "each transaction ends with an error", Severity.WARNING),
)


class LuaTransactionMissing(ScriptRule):
    """A script lacks the function that begins a transaction, or the one that ends it.

    Without `dovecot_lua_notify_begin_txn` the driver is skipped for every transaction. Without
    `dovecot_lua_notify_end_txn` the handlers run, and each transaction ends with an error in the log:
    that is reported as a warning.

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
    function dovecot_lua_notify_event_message_new(context, event) end
    function dovecot_lua_notify_end_txn(context, success) end
    ```

    Dovecot says:

    ```2.3
    Error: lua: Missing function dovecot_lua_notify_begin_txn
    ```

    ```2.4
    Error: lua: Missing function dovecot_lua_notify_begin_txn
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

    Add `function dovecot_lua_notify_begin_txn(user) end`, which may return a context, and `function
    dovecot_lua_notify_end_txn(context, success) end`.
    """

    code = "PN508"
    name = "lua-transaction-missing"
    severity = Severity.ERROR

    def check_script(self, script: ScriptText) -> Iterator[Diagnostic]:
        """Look for the two functions."""
        if script.tree is None or script.is_dynamic:
            return
        for name, parameters, effect, severity in _FUNCTIONS:
            if script.function(name) is not None:
                continue
            text = f"this script has no function {name}"
            if script.modules:
                text = f"{text} of its own: it works only if what it loads defines it"
                yield self.at(script, None, text, severity=Severity.INFO)
            else:
                hint = f"add 'function {name}({parameters}) end'"
                yield self.at(script, None, f"{text}: {effect}", hint=hint, severity=severity)
