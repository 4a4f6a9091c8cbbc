"""PN309 driver-outside-block."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint.context import Context, gather
from dovecot_conf.lint.rule import Rule
from dovecot_conf.positions import Span
from dovecot_conf.versions import Version

_SETTING = "push_notification_driver"


class DriverOutsideBlock(Rule):
    """A 2.4 driver is set without a block `push_notification NAME { }`, and has no effect.

    Dovecot 2.4 makes drivers of blocks only. `push_notification_driver = …` outside of any block is
    accepted and ignored, and so is a block that is only written as paths
    (`push_notification/ox/url = …`).

    Bad:

    ```2.4
    mail_plugins = notify push_notification
    push_notification_driver = dlog
    ```

    Good:

    ```2.4
    mail_plugins = notify push_notification
    push_notification dlog {
    }
    ```

    How to fix:

    Write a block: `push_notification NAME {`, the options on lines of their own, `}`.
    """

    code = "PN309"
    name = "driver-outside-block"
    severity = Severity.ERROR
    versions = (Version.V24,)

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for the driver setting at the top level, and for blocks that are only paths."""
        found: list[tuple[tuple[Span, str, str], str]] = []
        for protocol, settings in context.settings.items():
            value = settings.get(_SETTING)
            if value is not None and value.node is not None:
                hint = f"write 'push_notification {value.text or 'NAME'} {{' and '}}' instead"
                text = f"{_SETTING} outside of a block has no effect"
                found.append(((value.node.statement_span, text, hint), protocol))
            for unread in context.push[protocol].unread:
                name = unread.definition.setting.rpartition("/")[2]
                hint = f"write the settings in 'push_notification {name} {{'"
                found.append(((unread.definition.span, unread.reason, hint), protocol))
        for (span, text, hint), _protocols in gather(found):
            yield self.found(span, text, hint=hint)
