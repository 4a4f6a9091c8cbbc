"""PN317 driver-idle."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint.context import PUSH, Context
from dovecot_conf.lint.rule import Rule


class DriverIdle(Rule):
    """A driver is defined for a protocol that doesn't load `push_notification`, though others do.

    A driver in `protocol lda { }` is for `lda` alone. If that doesn't load the plugin, the driver does
    nothing, however many others are loaded elsewhere.

    Bad:

    ```2.3
    protocol lmtp {
      mail_plugins = $mail_plugins notify push_notification
    }
    plugin {
      push_notification_driver = dlog
    }
    protocol lda {
      plugin {
        push_notification_driver2 = dlog:second
      }
    }
    ```

    ```2.4
    protocol lmtp {
      mail_plugins = notify push_notification
    }
    push_notification dlog {
    }
    protocol lda {
      push_notification second {
        driver = dlog
      }
    }
    ```

    Good:

    ```2.3
    protocol lmtp {
      mail_plugins = $mail_plugins notify push_notification
    }
    plugin {
      push_notification_driver = dlog
    }
    protocol lmtp {
      plugin {
        push_notification_driver2 = dlog:second
      }
    }
    ```

    ```2.4
    protocol lmtp {
      mail_plugins = notify push_notification
    }
    push_notification dlog {
    }
    ```

    How to fix:

    Load `notify` and `push_notification` in that protocol, or move the driver into one that loads them.
    If nobody needs it, remove it.
    """

    code = "PN317"
    name = "driver-idle"
    severity = Severity.WARNING

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for drivers that only idle protocols have, and that are not the first of their chain."""
        loading = frozenset(context.loading())
        if not loading:
            return
        firsts = {push.definitions[0].span for push in context.push.values() if push.definitions}
        for definition, protocols in context.definitions:
            if loading.intersection(protocols) or definition.span in firsts:
                continue
            if any(context.unclear_plugins(protocol) for protocol in protocols):
                continue
            where = context.named(protocols)
            text = f"this driver is for {where} only, which does not load {PUSH}"
            yield self.found(definition.span, text, hint=f"load notify and {PUSH} there, or move the driver")
