"""PN203 driver-never-loaded."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Severity
from dovecot_conf.lint.context import PUSH, Context, gather
from dovecot_conf.lint.fixes.making import unsafe
from dovecot_conf.lint.fixes.plugins import plugins_loaded
from dovecot_conf.lint.rule import Rule
from dovecot_conf.versions import Version

_LIKELY = "lmtp"
"""The protocol that most sites want to notify of."""

_HINTS = {
    Version.V23: "add 'mail_plugins = $mail_plugins notify push_notification' to protocol lmtp",
    Version.V24: "add 'notify = yes' and 'push_notification = yes' to mail_plugins { } of protocol lmtp",
}


class DriverNeverLoaded(Rule):
    """A driver is defined, but no protocol that sees it loads `push_notification`.

    Definitions alone do nothing. The plugin has to be in `mail_plugins` of the protocol in which
    things happen: `lmtp` or `lda` for new mail, `imap` for what clients do.

    Bad:

    ```2.3
    plugin {
      push_notification_driver = dlog
    }
    ```

    ```2.4
    protocol imap {
      mail_plugins = notify push_notification
    }
    protocol lmtp {
      push_notification dlog {
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
    ```

    ```2.4
    protocol lmtp {
      mail_plugins = notify push_notification
      push_notification dlog {
      }
    }
    ```

    How to fix:

    Load `notify` and `push_notification` in the protocol in which the events happen: in 2.3
    `mail_plugins = $mail_plugins notify push_notification` in `protocol lmtp { }`, in 2.4 a block
    `mail_plugins { }` there. Or remove the driver.
    """

    code = "PN203"
    name = "driver-never-loaded"
    severity = Severity.ERROR
    fixes = (Applicability.UNSAFE,)

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Report the first driver of each chain that nobody loads."""
        loading = frozenset(context.loading())
        chains = ((context.push[p].definitions or context.push[p].fallback, p) for p in context.protocols)
        firsts = [(chain[0].span, protocol) for chain, protocol in chains if chain]
        for span, protocols in gather(firsts):
            if loading.intersection(protocols):
                continue
            where = "no protocol" if not loading else f"only {context.named(sorted(loading))}"
            if any(context.unclear_plugins(protocol) for protocol in protocols):
                yield self.found(
                    span,
                    "can't tell whether any protocol that has this driver loads push_notification",
                    severity=Severity.INFO,
                )
            else:
                text = f"a driver is defined for {context.named(protocols)}, but {where} loads {PUSH}"
                where = _LIKELY if _LIKELY in protocols else protocols[0]
                edit = plugins_loaded(
                    context,
                    where,
                    (plugin for plugin in ("notify", PUSH) if plugin not in context.plugins(where)),
                )
                fix = unsafe(f"load it for {where}", edit) if edit is not None else None
                yield self.found(span, text, hint=_HINTS[context.version], fix=fix)
