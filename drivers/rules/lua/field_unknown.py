"""PN514 lua-field-unknown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dovecot_conf.diagnostics import Diagnostic, Severity
from drivers.rules.lua.api_texts import advice, described
from drivers.rules.lua.script_rule import ScriptRule

if TYPE_CHECKING:
    from drivers.lua.source.script import ScriptText


class LuaFieldUnknown(ScriptRule):
    """A script reads a field that Dovecot's tables don't have.

    Some exist only in documentation: `event.keywords_set`, `event.keywords_clear`, a user in the events.
    And not every event has every field: MailboxCreate has no `uid_validity`, MessageRead no `subject`.
    The value is `nil`.

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
      dovecot.i_info(event.user .. ": " .. event.mailbox)
    end
    function dovecot_lua_notify_end_txn(context, success) end
    ```

    Dovecot says:

    ```2.3
    Error: lua: lua_pcall(dovecot_lua_notify_event_message_append, 2, 0) failed: /etc/dovecot/push.lua:3: attempt to concatenate a nil value (field 'user')
    ```

    ```2.4
    Error: lua: lua_pcall(dovecot_lua_notify_event_message_append, 2, 0) failed: /etc/dovecot/push.lua:3: attempt to concatenate a nil value (field 'user')
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
    function dovecot_lua_notify_begin_txn(user) return {username = user.username} end
    function dovecot_lua_notify_event_message_append(context, event)
      dovecot.i_info(context.username .. ": " .. event.mailbox)
    end
    function dovecot_lua_notify_end_txn(context, success) end
    ```

    How to fix:

    Use a field that the event has. What only `begin_txn` knows, such as the user, goes into the context
    that it returns.
    """  # noqa: E501 - Dovecot's own line

    code = "PN514"
    name = "lua-field-unknown"
    severity = Severity.WARNING

    def check_script(self, script: ScriptText) -> Iterator[Diagnostic]:
        """Look up what is read of the API's tables."""
        for use in script.uses:
            if use.member is not None or use.name in script.names.fields_set or use.has_substitute:
                continue
            text = f"{described(use.kinds)} no field '{use.name}': it is always nil"
            if use.is_called:
                text = f"{described(use.kinds)} no function '{use.name}'"
            yield self.at(script, use.node, text, hint=advice(use.kinds, use.name))
