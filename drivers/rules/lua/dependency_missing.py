"""PN502 lua-dependency-missing."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Severity
from dovecot_conf.lint import Context, Rule, gather
from dovecot_conf.lint.fixes.making import safe
from dovecot_conf.lint.fixes.plugins import plugin_beside

_PLUGIN = "push_notification_lua"
_NEEDED = ("mail_lua", "push_notification")


class LuaDependencyMissing(Rule):
    """`push_notification_lua` is loaded without `mail_lua` or without `push_notification`.

    It uses functions of both. A process that loads it without one of them does not start: no mail is
    delivered, nobody can log in. `doveconf` does not notice.

    Bad:

    ```2.3
    mail_plugins = notify push_notification push_notification_lua
    plugin {
      push_notification_driver = dlog
    }
    ```

    ```2.4
    mail_plugins = notify mail_lua push_notification_lua
    ```

    Dovecot says:

    ```2.3
    Fatal: Couldn't load required plugin /usr/lib/dovecot/modules/lib22_push_notification_lua_plugin.so: dlopen() failed: /usr/lib/dovecot/modules/lib22_push_notification_lua_plugin.so: undefined symbol: dlua_dovecot_register
    ```

    ```2.4
    Fatal: Couldn't load required plugin /usr/lib/dovecot/modules/lib22_push_notification_lua_plugin.so: dlopen() failed: /usr/lib/dovecot/modules/lib22_push_notification_lua_plugin.so: undefined symbol: push_notification_get_events
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification mail_lua push_notification_lua
    plugin {
      push_notification_driver = lua:file=/etc/dovecot/push.lua
    }
    ```

    ```2.4
    mail_plugins = notify push_notification mail_lua push_notification_lua
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

    Add the missing plugin to the same `mail_plugins`.
    """  # noqa: E501 - Dovecot's own line

    code = "PN502"
    name = "lua-dependency-missing"
    severity = Severity.ERROR
    fixes = (Applicability.SAFE,)

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look at the effective list of each protocol."""
        found = [
            ((context.plugin_word(protocol, _PLUGIN), needed), protocol)
            for protocol in context.loading(_PLUGIN)
            for needed in _NEEDED
            if needed not in context.plugins(protocol) and not context.unclear_plugins(protocol)
        ]
        for (span, needed), protocols in gather(found):
            text = f"{_PLUGIN} is loaded without {needed}: no process of {context.named(protocols)} starts"
            edit = plugin_beside(context, protocols[0], _PLUGIN, needed)
            fix = safe(f"load {needed} as well", edit) if edit is not None else None
            yield self.found(span, text, hint=f"add {needed} to the same mail_plugins", fix=fix)
