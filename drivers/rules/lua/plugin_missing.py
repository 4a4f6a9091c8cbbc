"""PN501 lua-plugin-missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dovecot_conf.diagnostics import Applicability, Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.lint.context import PUSH
from dovecot_conf.lint.fixes.making import unsafe
from dovecot_conf.lint.fixes.plugins import plugin_beside
from dovecot_conf.versions import Version
from drivers.rules.definitions import written

_HINTS: Mapping[Version, str] = {
    Version.V23: "add mail_lua push_notification_lua to the same mail_plugins",
    Version.V24: "add 'mail_lua = yes' and 'push_notification_lua = yes' to the same mail_plugins",
}


class LuaPluginMissing(Rule):
    """A `lua` driver is defined where the plugin `push_notification_lua` is not loaded.

    That plugin brings the driver. Without it the name `lua` is unknown: the driver is not loaded, and
    neither are those behind it.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = lua:file=/etc/dovecot/push.lua
    }
    ```

    ```2.4
    mail_plugins = notify push_notification
    push_notification script {
      driver = lua
      lua_file = /etc/dovecot/push.lua
    }
    ```

    ```/etc/dovecot/push.lua
    function dovecot_lua_notify_begin_txn(user) return {} end
    function dovecot_lua_notify_event_message_new(context, event) end
    function dovecot_lua_notify_end_txn(context, success) end
    ```

    Dovecot says:

    ```2.3
    Error: Unknown push notification driver: lua
    ```

    ```2.4
    Error: Unable to identify push notification driver 'script': Name does not match any registered drivers
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
    push_notification script {
      driver = lua
      lua_file = /etc/dovecot/push.lua
    }
    ```

    ```/etc/dovecot/push.lua
    function dovecot_lua_notify_begin_txn(user) return {} end
    function dovecot_lua_notify_event_message_new(context, event) end
    function dovecot_lua_notify_end_txn(context, success) end
    ```

    How to fix:

    Add `mail_lua` and `push_notification_lua` to the same `mail_plugins`.
    """

    code = "PN501"
    name = "lua-plugin-missing"
    severity = Severity.ERROR
    fixes = (Applicability.UNSAFE,)

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for lua drivers in protocols that load push_notification alone."""
        for lua in written(context, "lua"):
            lacking = [
                protocol
                for protocol in lua.protocols
                if "push_notification" in context.plugins(protocol)
                and "push_notification_lua" not in context.plugins(protocol)
            ]
            if lacking:
                where = context.named(lacking)
                text = f"the lua driver needs the plugin push_notification_lua, missing in {where}"
                edit = plugin_beside(context, lacking[0], PUSH, "push_notification_lua", first=False)
                fix = unsafe("load it as well", edit) if edit is not None else None
                yield self.found(lua.span, text, hint=_HINTS[context.version], fix=fix)
