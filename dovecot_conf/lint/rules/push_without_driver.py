"""PN202 push-without-driver."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint.context import PUSH, Context, gather
from dovecot_conf.lint.rule import Rule
from dovecot_conf.versions import Version

_HINTS = {
    Version.V23: "set push_notification_driver in plugin { }, or take push_notification out of mail_plugins",
    Version.V24: "add a block 'push_notification NAME {', or take push_notification out of mail_plugins",
}


class PushWithoutDriver(Rule):
    """`push_notification` is loaded, but no driver is defined.

    The plugin loads, finds nothing to do and says nothing. No notification is ever sent.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    ```

    ```2.4
    mail_plugins = notify push_notification
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

    Define a driver: in 2.3 `push_notification_driver` in `plugin { }`, in 2.4 a block
    `push_notification NAME { }`. Or take `push_notification` out of `mail_plugins`.
    """

    code = "PN202"
    name = "push-without-driver"
    severity = Severity.WARNING

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for protocols that load the plugin and have an empty chain."""
        idle = []
        for protocol in context.loading():
            push = context.push[protocol]
            if not (push.definitions or push.fallback or push.unread):
                idle.append((context.plugin_word(protocol, PUSH), protocol))
        for span, protocols in gather(idle):
            where = context.named(protocols, "any protocol")
            text = f"push_notification is loaded, but there is no driver for {where}"
            yield self.found(span, text, hint=_HINTS[context.version])
