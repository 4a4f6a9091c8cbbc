"""PN201 notify-missing."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Severity
from dovecot_conf.lint.context import PUSH, Context, gather
from dovecot_conf.lint.fixes.making import safe
from dovecot_conf.lint.fixes.plugins import plugin_beside
from dovecot_conf.lint.rule import Rule


class NotifyMissing(Rule):
    """`push_notification` is loaded without `notify`.

    The push plugin hears of events from the `notify` plugin. Without it in the same `mail_plugins`
    the process does not start: no mail is delivered, nobody can log in. `doveconf` does not notice.

    Bad:

    ```2.3
    protocol lmtp {
      mail_plugins = $mail_plugins push_notification
    }
    plugin {
      push_notification_driver = dlog
    }
    ```

    ```2.4
    mail_plugins {
      push_notification = yes
    }
    push_notification dlog {
    }
    ```

    Dovecot says:

    ```2.3
    Fatal: Couldn't load required plugin /usr/lib/dovecot/modules/lib20_push_notification_plugin.so: Plugin notify must be loaded also
    ```

    ```2.4
    Fatal: Couldn't load required plugin /usr/lib/dovecot/modules/lib20_push_notification_plugin.so: Plugin notify must be loaded also
    ```

    Good:

    ```2.3
    protocol lmtp {
      mail_plugins = $mail_plugins notify push_notification
    }
    plugin {
      push_notification_driver = dlog
    }
    ```

    ```2.4
    mail_plugins {
      notify = yes
      push_notification = yes
    }
    push_notification dlog {
    }
    ```

    How to fix:

    Add `notify` to the same `mail_plugins`: in 2.3 as a word, in 2.4 as `notify = yes`.
    """  # noqa: E501 - Dovecot's own line

    code = "PN201"
    name = "notify-missing"
    severity = Severity.ERROR
    fixes = (Applicability.SAFE,)

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look at the effective list of each protocol."""
        lacking = [
            (context.plugin_word(protocol, PUSH), protocol)
            for protocol in context.loading()
            if "notify" not in context.plugins(protocol)
        ]
        for span, protocols in gather(lacking):
            where = context.named(protocols)
            if any(context.unclear_plugins(protocol) for protocol in protocols):
                text = f"can't tell whether {where} loads notify, which push_notification needs"
                yield self.found(span, text, severity=Severity.INFO)
            else:
                edit = plugin_beside(context, protocols[0], PUSH, "notify")
                fix = safe("load notify as well", edit) if edit is not None else None
                text = f"push_notification is loaded without notify: no process of {where} starts"
                yield self.found(span, text, hint="add notify to the same mail_plugins", fix=fix)
