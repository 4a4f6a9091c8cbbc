"""PN511 lua-call-version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dovecot_conf.diagnostics import Diagnostic, Severity
from drivers.lua.versions import DEFAULT_APIS
from drivers.rules.lua.script_rule import ScriptRule

if TYPE_CHECKING:
    from drivers.lua.source.script import ScriptText

_HINTS = {
    "plugin_getenv": "2.4 gives what stands in lua_settings to script_init(settings)",
}


class LuaCallOfOtherVersion(ScriptRule):
    """A script uses a part of the API that its Dovecot version doesn't have.

    `user:plugin_getenv` and `user.mail_debug` exist only in 2.3 (2.4 gives `lua_settings` to
    `script_init`); `dovecot.dict`, `dovecot.tabescape`, `dovecot.gettimeofday` and others only in 2.4.
    Calling one that is missing raises an error; in `begin_txn` the process dies of it at the end of its
    session. `dovecot.base64` and `dovecot.var_expand` exist from 2.4.2 on, `set_event` and `get_event` of
    requests from 2.4.3 on: a warning for 2.4. A script that tests for it (`if user.plugin_getenv then`) is
    fine.

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
    function dovecot_lua_notify_begin_txn(user)
      return {endpoint = user:plugin_getenv("push_url"), begun = dovecot.gettimeofday()}
    end
    function dovecot_lua_notify_event_message_new(context, event) end
    function dovecot_lua_notify_end_txn(context, success) end
    ```

    Dovecot says:

    ```2.3
    Error: lua: lua_pcall(dovecot_lua_notify_begin_txn, 1, 1) failed: /etc/dovecot/push.lua:2: attempt to call a nil value (field 'gettimeofday')
    Panic: file mail-user.c: line 258 (mail_user_deinit): assertion failed: ((*user)->refcount == 1)
    ```

    ```2.4
    Error: lua: lua_pcall(dovecot_lua_notify_begin_txn, 1, 1) failed: /etc/dovecot/push.lua:2: attempt to call a nil value (method 'plugin_getenv')
    Panic: file mail-user.c: line 185 (mail_user_deinit): assertion failed: ((*user)->refcount == 1)
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
    function dovecot_lua_notify_begin_txn(user)
      if user.plugin_getenv then return {endpoint = user:plugin_getenv("push_url")} end
      return {endpoint = "http://127.0.0.1/"}
    end
    function dovecot_lua_notify_event_message_new(context, event) end
    function dovecot_lua_notify_end_txn(context, success) end
    ```

    How to fix:

    Use what the version has instead, or test for it first (`if user.plugin_getenv then`).
    """  # noqa: E501 - Dovecot's own line

    code = "PN511"
    name = "lua-call-version"
    severity = Severity.ERROR

    def check_script(self, script: ScriptText) -> Iterator[Diagnostic]:
        """Look up what is read of the API's tables."""
        lacking = [
            use
            for use in script.uses
            if use.member is not None
            and not use.member.available(script.version)
            and use.name not in script.names.fields_set
        ]
        tested = {use.name for use in lacking if use.is_tested}
        for use in lacking:
            if use.name in tested:
                continue
            severity = None if use.is_called or use.is_indexed else Severity.WARNING
            text = f"'{use.name}' does not exist in Dovecot {script.version}"
            since = use.member.since if use.member is not None else ""
            if since and use.member is not None and use.member.only is script.version:
                # The server may be of a later version than the one that the configuration stands for.
                text = f"'{use.name}' exists from Dovecot {since} on, not in {DEFAULT_APIS[script.version]}"
                severity = Severity.WARNING
            yield self.at(script, use.node, text, hint=_HINTS.get(use.name, ""), severity=severity)
