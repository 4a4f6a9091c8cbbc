"""PN212 plugins-order."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint.context import MAIL_PLUGINS, Context, gather
from dovecot_conf.lint.rule import Rule
from dovecot_conf.positions import Span
from dovecot_conf.versions import Version

VARIABLE = f"${MAIL_PLUGINS}"


class PluginsOrder(Rule):
    """A protocol takes `$mail_plugins` before the global list is complete.

    Dovecot 2.3 replaces `$mail_plugins` at its line, by what the global `mail_plugins` is up to there.
    A file of `conf.d` is read in the order of its name: what `90-push.conf` adds to the global list is
    not in `protocol lmtp { }` of `20-lmtp.conf`. `doveconf` warns of the order, but goes on.

    Bad:

    ```2.3
    protocol doveadm {
      mail_plugins = $mail_plugins quota
    }
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlog
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    protocol doveadm {
      mail_plugins = $mail_plugins quota
    }
    plugin {
      push_notification_driver = dlog
    }
    ```

    How to fix:

    Move the global `mail_plugins` in front of the `protocol`. With `conf.d` set it in a file that is
    read before those with the protocols, for example in `10-mail.conf`.
    """

    code = "PN212"
    name = "plugins-order"
    severity = Severity.WARNING
    versions = (Version.V23,)

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Compare each list that takes the global one with what that is in the end."""
        outer = context.configuration.settings().get(MAIL_PLUGINS)
        if outer is None or context.unclear(outer.raw):
            return
        names = context.configuration.settings().words(MAIL_PLUGINS)
        places: list[tuple[tuple[Span, str], str]] = []
        for protocol in context.protocols:
            value = context.settings[protocol].get(MAIL_PLUGINS)
            if value is None or value.node is None or not value.scope or VARIABLE not in value.raw:
                continue
            lost = ", ".join(name for name in names if name not in context.plugins(protocol))
            if lost and not context.unclear_plugins(protocol):
                places.append(((value.span, lost), protocol))
        for (span, lost), protocols in gather(places):
            where = context.named(protocols)
            text = f"{where} doesn't get {lost}: the global list is set later, at {outer.span}"
            yield self.found(span, text, hint="move the global mail_plugins in front of this protocol")
