"""PN316 driver-cleared."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint.context import PUSH, Context
from dovecot_conf.lint.rule import Rule
from dovecot_conf.tree import Setting
from dovecot_conf.versions import Version

_KEYS = ("driver", f"{PUSH}_driver")


class DriverCleared(Rule):
    """An empty `driver` in a `push_notification` block switches nothing off.

    2.4 takes the name of the block then, as if there was no such line. In 2.3 an empty
    `push_notification_driver` switched the driver off for a protocol; in 2.4 it stays, or, if its name
    is that of no driver, is unknown and not loaded, nor are those behind it.

    Bad:

    ```2.4
    mail_plugins = notify push_notification
    push_notification dlog {
    }
    protocol doveadm {
      push_notification dlog {
        driver =
      }
    }
    ```

    Good:

    ```2.4
    mail_plugins = notify push_notification
    push_notification dlog {
    }
    protocol doveadm {
      mail_plugins {
        push_notification = no
      }
    }
    ```

    How to fix:

    Remove the line, or name the driver in it that is meant. To switch push off in a protocol, write
    `push_notification = no` in a block `mail_plugins { }` of that `protocol`.
    """

    code = "PN316"
    name = "driver-cleared"
    severity = Severity.WARNING
    versions = (Version.V24,)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for the empty setting."""
        for node, enclosing in context.configuration.walk():
            if isinstance(node, Setting) and node.key in _KEYS and not node.raw and enclosing:
                block = enclosing[-1]
                if block.word == PUSH:
                    text = f"an empty driver means the name of the block: the driver is '{block.name}'"
                    hint = f"to switch push off in a protocol, set '{PUSH} = no' in its mail_plugins {{ }}"
                    yield self.found(node.statement_span, text, hint=hint)
