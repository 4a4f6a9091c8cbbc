"""PN506 lua-option-unread."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.lint.fixes.chain import option_name, option_removal
from dovecot_conf.lint.fixes.making import replaced, unsafe
from dovecot_conf.near import advice, nearest
from dovecot_conf.versions import Version
from drivers.lua.settings import SCRIPT_SETTING
from drivers.rules.definitions import written

_OPTION = "file"


class LuaOptionUnread(Rule):
    """An option of a `lua` driver has no effect.

    The only option is `file`; others are ignored without a word. And `file` itself is not looked at
    when `push_notification_lua_script_file` is set, which wins for every `lua` driver.

    Bad:

    ```2.3
    mail_plugins = notify mail_lua push_notification push_notification_lua
    plugin {
      push_notification_lua_script_file = /etc/dovecot/push.lua
      push_notification_driver = lua:file=/etc/dovecot/other.lua
    }
    ```

    ```/etc/dovecot/push.lua
    function dovecot_lua_notify_begin_txn(user) return {} end
    function dovecot_lua_notify_event_message_new(context, event) end
    function dovecot_lua_notify_end_txn(context, success) end
    ```

    Dovecot says:

    ```2.3
    Debug: lua: Loading /etc/dovecot/push.lua
    ```

    Good:

    ```2.3
    mail_plugins = notify mail_lua push_notification push_notification_lua
    plugin {
      push_notification_driver = lua:file=/etc/dovecot/push.lua
    }
    ```

    ```/etc/dovecot/push.lua
    function dovecot_lua_notify_begin_txn(user) return {} end
    function dovecot_lua_notify_event_message_new(context, event) end
    function dovecot_lua_notify_end_txn(context, success) end
    ```

    How to fix:

    Remove the option, or the setting that wins over it.
    """

    code = "PN506"
    name = "lua-option-unread"
    severity = Severity.WARNING
    versions = (Version.V23,)
    fixes = (Applicability.UNSAFE,)

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Compare the options with what is read."""
        for lua in written(context, "lua"):
            winner = context.settings[lua.protocols[0]].value(f"plugin/{SCRIPT_SETTING}")
            has_file = any(option.name == _OPTION for option in lua.definition.options)
            for option in lua.definition.options:
                if option.name != _OPTION:
                    near = nearest(option.name.lower(), (_OPTION,))
                    hint = advice(near) or f"the only option of lua is {_OPTION}"
                    text = f"option '{option.name}' is unknown to the lua driver and ignored"
                    span = option_name(option) if near and not has_file else None
                    fix = (
                        replaced(span, option.name, near, Applicability.UNSAFE) if span is not None else None
                    )
                    yield self.found(option.span, text, hint=hint, fix=fix)
                elif winner and winner != option.value:
                    text = f"{SCRIPT_SETTING} wins over file=: this script is never loaded"
                    edit = option_removal(lua.definition, option)
                    fix = unsafe("remove the option", edit) if edit is not None else None
                    hint = f"remove one of the two; {SCRIPT_SETTING} is {winner}"
                    yield self.found(option.span, text, hint=hint, fix=fix)
