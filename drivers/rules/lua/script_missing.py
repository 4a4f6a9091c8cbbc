"""PN503 lua-script-missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.versions import Version
from drivers.lua.entry_points import CREATED
from drivers.lua.settings import SCRIPT_SETTING, SHARED_SETTING
from drivers.rules.lua.script_rule import DEFAULT_READER
from drivers.rules.lua.scripts import scripts

_HINTS: Mapping[Version, str] = {
    Version.V23: f"write lua:file=/PATH.lua, or set {SCRIPT_SETTING} in plugin {{ }}",
    Version.V24: "add lua_file = /PATH.lua to the block",
}


class LuaScriptMissing(Rule):
    """A `lua` driver has no script.

    Dovecot 2.3 looks for `push_notification_lua_script_file`, then for the option `file=`, then for the
    script of the `mail_lua` plugin (`mail_lua_script`), which it takes only if that script defines
    `mail_user_created`. 2.4 reads `lua_file`.

    Bad:

    ```2.3
    mail_plugins = notify mail_lua push_notification push_notification_lua
    plugin {
      push_notification_driver = lua
    }
    ```

    ```2.4
    mail_plugins = notify mail_lua push_notification push_notification_lua
    push_notification lua {
    }
    ```

    Dovecot says:

    ```2.3
    Error: lua: No file in config and no push_notification_lua_script_file set
    ```

    ```2.4
    Error: lua: lua_file setting is empty
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

    Name the script: in 2.3 with `lua:file=/PATH.lua` or `push_notification_lua_script_file` in `plugin
    { }`, in 2.4 with `lua_file = /PATH.lua` in the block.
    """

    code = "PN503"
    name = "lua-script-missing"
    severity = Severity.ERROR

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for drivers whose script no setting names."""
        yield from self._check_shared(context)
        for script in scripts(context):
            if script.path is not None:
                continue
            if script.driver.unclear:
                text = "can't tell whether this driver has a script"
                yield self.found(script.span, text, severity=Severity.INFO)
            else:
                text = f"{script.driver.definition.setting}: the lua driver has no script, and is not loaded"
                yield self.found(script.span, text, hint=_HINTS[context.version])

    def _check_shared(self, context: Context) -> Iterator[Diagnostic]:
        for script, text in context.once(DEFAULT_READER):
            if not script.shared or text.tree is None or text.function(CREATED) is not None:
                continue
            lead = f"the lua driver has no script but that of {SHARED_SETTING}"
            if text.may_define(CREATED):
                message = f"{lead}, which is shared only if what it loads defines {CREATED}"
                yield self.found(script.span, message, severity=Severity.INFO)
            else:
                message = f"{lead}, which is not shared without a function {CREATED}: it is not loaded"
                hint = f"add 'function {CREATED}(user) return 0 end' to it, or name a script for the driver"
                yield self.found(script.span, message, hint=hint)
