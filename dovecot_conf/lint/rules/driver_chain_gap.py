"""PN301 driver-chain-gap."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

from dovecot_conf.diagnostics import Applicability, Diagnostic, Severity
from dovecot_conf.lint.context import Context, gather
from dovecot_conf.lint.fixes.chain import renumbered, same_for_all
from dovecot_conf.lint.numbered import follows_numbering, missing_before
from dovecot_conf.lint.rule import Rule
from dovecot_conf.positions import Span
from dovecot_conf.versions import Version


class DriverChainGap(Rule):
    """A numbered driver stands behind a gap, so Dovecot never reads it.

    Dovecot 2.3 reads `push_notification_driver`, then `push_notification_driver2`, `3` and so on, and
    stops without a word at the first name that is missing or empty. Where a protocol empties a driver
    on purpose (the way to switch one off), the ones behind it go as well: that is a warning.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlog
      push_notification_driver3 = dlog:third
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlog
      push_notification_driver2 = dlog:second
    }
    ```

    How to fix:

    Give the missing name a driver, or move the later drivers up, so that the names follow one another.
    """

    code = "PN301"
    name = "driver-chain-gap"
    severity = Severity.ERROR
    versions = (Version.V23,)
    fixes = (Applicability.SAFE,)

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for proper numbers that are not reached."""
        found: list[tuple[tuple[Span, str, str, Severity], str]] = []
        for protocol, push in context.push.items():
            plugin = context.settings[protocol].plugin
            for unread in push.unread:
                definition = unread.definition
                missing = missing_before(definition.setting, plugin)
                if not definition.text or not follows_numbering(definition.setting) or missing is None:
                    continue
                blocker = plugin.get(missing)
                text = f"{definition.setting} is never read: {missing} is "
                text += "missing" if blocker is None else "empty"
                severity = Severity.WARNING if blocker is not None and blocker.scope else self.severity
                span = context.setting_name(definition, protocol)
                found.append(((span, text, missing, severity), protocol))
        closing = cache(partial(renumbered, context))
        for (span, text, missing, severity), protocols in gather(found):
            where = f" for {context.named(protocols)}" if len(protocols) < len(context.protocols) else ""
            hint = f"the names must follow one another: give {missing} a driver, or this one its name"
            fix = None
            if severity is self.severity and same_for_all(context, protocols):
                fix = closing(protocols[0], missing)
            yield self.found(span, text + where, hint=hint, severity=severity, fix=fix)
