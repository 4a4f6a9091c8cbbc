"""PN215 plugin-lua-idle."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint.context import Context, gather
from dovecot_conf.lint.rule import Rule
from dovecot_conf.positions import Span

_PLUGIN = "push_notification_lua"
_DRIVER = "lua"


class PluginLuaIdle(Rule):
    """`push_notification_lua` is loaded, but no driver is `lua`.

    The plugin brings the driver `lua` and does nothing else. With other drivers only, no script is
    ever called.

    Bad:

    ```2.3
    mail_plugins = notify mail_lua push_notification push_notification_lua
    plugin {
      push_notification_driver = dlog
    }
    ```

    ```2.4
    mail_plugins = notify mail_lua push_notification push_notification_lua
    push_notification dlog {
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlog
    }
    ```

    ```2.4
    mail_plugins = notify push_notification
    push_notification dlog {
    }
    ```

    How to fix:

    Take `push_notification_lua` out of `mail_plugins`, and `mail_lua` too if nothing else needs it. Or
    add the driver: in 2.3 `lua:file=PATH` as a `push_notification_driver`, in 2.4 a block
    `push_notification lua { }` with `lua_file = PATH`.
    """

    code = "PN215"
    name = "plugin-lua-idle"
    severity = Severity.WARNING

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for chains of which no driver is lua."""
        idle: list[tuple[Span, str]] = []
        for protocol in context.loading(_PLUGIN):
            push = context.push[protocol]
            drivers = [*push.definitions, *push.fallback, *(unread.definition for unread in push.unread)]
            if drivers and not any(
                driver.driver.lower() == _DRIVER or context.unclear_driver(driver, protocol)
                for driver in drivers
            ):
                idle.append((context.plugin_word(protocol, _PLUGIN), protocol))
        for span, protocols in gather(idle):
            text = f"{_PLUGIN} is loaded, but no driver of {context.named(protocols)} is {_DRIVER}"
            yield self.found(span, text, hint=f"take {_PLUGIN} out of mail_plugins, or add a lua driver")
