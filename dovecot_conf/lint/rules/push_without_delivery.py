"""PN217 push-without-delivery."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint.context import PUSH, Context
from dovecot_conf.lint.rule import Rule

_DELIVERING = ("lmtp", "lda")
_SIEVE_IN_IMAP = frozenset(("imap_sieve", "imap_filter_sieve"))
"""With these a script of the user delivers in the process of IMAP."""

_NEW_MAIL_ONLY = ("ox",)
"""Drivers that hear of nothing but new mail."""


class PushWithoutDelivery(Rule):
    """`push_notification` is loaded, but not where mail is delivered.

    The event MessageNew comes from `lmtp` and `lda`, and in `imap` only from a Sieve script that
    `imap_sieve` or `imap_filter_sieve` runs. What clients upload is MessageAppend, and the driver `ox`
    does not hear of it: loaded for `imap` alone, it never sends anything. With another driver, which may
    be there for flags or mailboxes, this is an information.

    Bad:

    ```2.3
    protocol imap {
      mail_plugins = $mail_plugins notify push_notification
    }
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/preliminary/http-notify/v1/notify
    }
    ```

    ```2.4
    protocol imap {
      mail_plugins = notify push_notification
    }
    mail_attribute {
      dict file {
        path = %{home}/dovecot-attributes
      }
    }
    push_notification ox {
      url = http://127.0.0.1:8009/preliminary/http-notify/v1/notify
    }
    ```

    Good:

    ```2.3
    protocol lmtp {
      mail_plugins = $mail_plugins notify push_notification
    }
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/preliminary/http-notify/v1/notify
    }
    ```

    ```2.4
    protocol lmtp {
      mail_plugins = notify push_notification
    }
    mail_attribute {
      dict file {
        path = %{home}/dovecot-attributes
      }
    }
    push_notification ox {
      url = http://127.0.0.1:8009/preliminary/http-notify/v1/notify
    }
    ```

    How to fix:

    Load `notify` and `push_notification` in `protocol lmtp { }` or `protocol lda { }`, whichever
    delivers: in 2.3 by `mail_plugins = $mail_plugins notify push_notification`, in 2.4 by
    `notify = yes` and `push_notification = yes` in a block `mail_plugins { }`.
    """

    code = "PN217"
    name = "push-without-delivery"
    severity = Severity.WARNING

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look at which protocols load the plugin, and which drivers they have."""
        loading = context.loading()
        if not loading or any(
            protocol in loading or context.unclear_plugins(protocol) for protocol in _DELIVERING
        ):
            return
        if any(context.plugins(protocol) & _SIEVE_IN_IMAP for protocol in loading):
            return
        drivers = {
            definition.driver.lower()
            for protocol in loading
            for definition in context.push[protocol].definitions or context.push[protocol].fallback
        }
        if not drivers:
            return
        where = context.named(loading)
        text = f"only {where} loads {PUSH}" if len(loading) == 1 else f"only {where} load {PUSH}"
        deaf = drivers.issubset(_NEW_MAIL_ONLY)
        text += (
            f": {', '.join(sorted(drivers))} never hears of new mail" if deaf else ", and no new mail is seen"
        )
        yield self.found(
            context.plugin_word(loading[0], PUSH),
            text,
            hint="load it in protocol lmtp or lda, whichever delivers",
            severity=self.severity if deaf else Severity.INFO,
        )
