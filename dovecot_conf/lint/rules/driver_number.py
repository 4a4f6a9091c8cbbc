"""PN302 driver-number-unread."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Fix, Severity
from dovecot_conf.lint.context import Context, gather
from dovecot_conf.lint.fixes.chain import driver_renamed, same_for_all
from dovecot_conf.lint.numbered import ROOTS, follows_numbering, next_name
from dovecot_conf.lint.rule import Rule
from dovecot_conf.positions import Span
from dovecot_conf.versions import Version


class DriverNumberUnread(Rule):
    """A driver has a number that Dovecot never asks for, such as `push_notification_driver1`.

    The first driver has no number, the second has 2. There is no `driver1`, no `driver0` and no
    `driver02`; such keys are taken without a word and never read.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver1 = dlog
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlog
    }
    ```

    How to fix:

    Call the first driver `push_notification_driver`, the second `push_notification_driver2`, and so on.
    """

    code = "PN302"
    name = "driver-number-unread"
    severity = Severity.ERROR
    versions = (Version.V23,)
    fixes = (Applicability.SAFE,)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for numbers that no chain has."""
        found: list[tuple[tuple[Span, str, str, Fix | None], str]] = []
        for protocol, push in context.push.items():
            for unread in push.unread:
                setting = unread.definition.setting
                if not follows_numbering(setting):
                    root = next(root for root in ROOTS if setting.startswith(root))
                    free = next_name(root, context.settings[protocol].plugin)
                    hint = f"the first driver is {root}, the next {root}2: call it {free}"
                    span = context.setting_name(unread.definition, protocol)
                    fix = driver_renamed(context, protocol, setting, free, Applicability.SAFE)
                    found.append(((span, f"{setting} is never read", hint, fix), protocol))
        for (span, text, hint, fix), protocols in gather(found):
            able = fix if same_for_all(context, protocols) else None
            yield self.found(span, text, hint=hint, fix=able)
