"""PN707 push-variable-unknown."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Severity
from dovecot_conf.lint.context import PUSH, Context
from dovecot_conf.lint.rule import Rule
from dovecot_conf.lint.user_variables import why_unknown
from dovecot_conf.tree import Setting
from dovecot_conf.versions import Version

_CONSEQUENCES = {
    PUSH: "the driver is not loaded",
    "mail_attribute": "METADATA can't be read or set",
}
"""What happens, by the word of the block."""


class PushVariableUnknown(Rule):
    """A `%{variable}` in a driver's block or in the dict of METADATA is unknown to 2.4.

    2.4 dropped long names of 2.3: `%{username}` is `%{user | username}` now, `%{rip}` is
    `%{remote_ip}`. A driver whose settings can't be expanded is not loaded, and without its dict nobody
    is switched on. `doveconf` does not look. (In `plugin { }` of 2.3 this is PN308.)

    Bad:

    ```2.4
    mail_plugins = notify mail_lua push_notification push_notification_lua
    push_notification lua {
      lua_file = /etc/dovecot/push.lua
      lua_settings {
        name = %{username}
      }
    }
    ```

    ```/etc/dovecot/push.lua
    function dovecot_lua_notify_begin_txn(user) return {} end
    function dovecot_lua_notify_event_message_new(context, event) end
    function dovecot_lua_notify_end_txn(context, success) end
    ```

    Dovecot says:

    ```2.4
    Error: lua: dlua settings: Failed to parse configuration: Failed to expand lua_settings/name setting variables: username: No value to get username from
    ```

    Good:

    ```2.4
    mail_plugins = notify mail_lua push_notification push_notification_lua
    push_notification lua {
      lua_file = /etc/dovecot/push.lua
      lua_settings {
        name = %{user | username}
      }
    }
    ```

    ```/etc/dovecot/push.lua
    function dovecot_lua_notify_begin_txn(user) return {} end
    function dovecot_lua_notify_event_message_new(context, event) end
    function dovecot_lua_notify_end_txn(context, success) end
    ```

    How to fix:

    Write the variable with its name of 2.4: `%{user | username}` instead of `%{username}`,
    `%{user | domain}` instead of `%{domain}`, `%{remote_ip}` instead of `%{rip}`.
    """  # noqa: E501 - Dovecot's own line

    code = "PN707"
    name = "push-variable-unknown"
    severity = Severity.ERROR
    versions = (Version.V24,)
    fixes = (Applicability.UNSAFE,)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Expand each value in these blocks for a made-up user."""
        for node, enclosing in context.configuration.walk():
            if not isinstance(node, Setting):
                continue
            words = [section.word for section in enclosing if section.word in _CONSEQUENCES]
            wrong = why_unknown(context, node) if words else None
            if wrong is not None:
                text = f"{node.key} can't be expanded: {wrong.reason}: {_CONSEQUENCES[words[0]]}"
                yield self.found(node.value_span, text, hint=wrong.hint, fix=wrong.fix)
