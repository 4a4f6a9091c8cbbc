"""PN309 driver-outside-block."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Edit, Fix, Severity
from dovecot_conf.lint.context import Context, gather
from dovecot_conf.lint.fixes.making import CHAIN_GROUP, block, unsafe, within_a_line
from dovecot_conf.lint.rule import Rule
from dovecot_conf.positions import Span
from dovecot_conf.tree import Setting
from dovecot_conf.versions import Version

_SETTING = "push_notification_driver"
_NAME = re.compile(r"[A-Za-z0-9_-]+")


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
    fixes = (Applicability.UNSAFE,)

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for the driver setting at the top level, and for blocks that are only paths."""
        found: list[tuple[tuple[Span, str, str, Fix | None], str]] = []
        for protocol, settings in context.settings.items():
            value = settings.get(_SETTING)
            if value is not None and value.node is not None:
                hint = f"write 'push_notification {value.text or 'NAME'} {{' and '}}' instead"
                text = f"{_SETTING} outside of a block has no effect"
                found.append(((value.node.statement_span, text, hint, _as_block(value.node)), protocol))
            for unread in context.push[protocol].unread:
                name = unread.definition.setting.rpartition("/")[2]
                hint = f"write the settings in 'push_notification {name} {{'"
                found.append(((unread.definition.span, unread.reason, hint, None), protocol))
        for (span, text, hint, fix), _protocols in gather(found):
            yield self.found(span, text, hint=hint, fix=fix)


def _as_block(node: Setting) -> Fix | None:
    """Return the fix that makes a block of a setting that holds the name of a driver and nothing else."""
    if node.key != _SETTING or not _NAME.fullmatch(node.value) or not within_a_line(node.statement_span):
        return None
    lines = block(node, [f"push_notification {node.value} {{", "}"])
    return unsafe("make a block of it", Edit(node.statement_span, lines), group=CHAIN_GROUP)
