"""PN303 driver-empty."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Fix, Severity
from dovecot_conf.lint.context import Context
from dovecot_conf.lint.fixes.making import CHAIN_GROUP, removal, safe, unsafe
from dovecot_conf.lint.numbered import ROOTS, follows_numbering
from dovecot_conf.lint.rule import Rule
from dovecot_conf.scopes import SettingValue
from dovecot_conf.versions import Version


class DriverEmpty(Rule):
    """A driver setting is empty, which ends the chain.

    An empty value is the same as none: it and all drivers with higher numbers are not read. Inside a
    filter it is the way to switch a global driver off, and not reported.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlog
      push_notification_driver2 =
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

    Remove the line, or give it a driver.
    """

    code = "PN303"
    name = "driver-empty"
    severity = Severity.WARNING
    versions = (Version.V23,)
    fixes = (Applicability.SAFE, Applicability.UNSAFE)

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for empty values that stand in for nothing, and that no protocol fills."""
        outside = context.configuration.settings().plugin
        by_name: dict[str, list[SettingValue]] = {}
        for name, value, _protocols in context.plugin_values(_is_driver):
            by_name.setdefault(name, []).append(value)
        unread = (unread for push in context.push.values() for unread in push.unread)
        is_last = not any(one.definition.text for one in unread)
        for name, values in by_name.items():
            if any(value.text for value in values) or (name in outside and outside[name].text):
                continue
            for value in values:
                yield self.found(
                    value.node.key_span if value.node is not None else value.span,
                    f"{name} is empty: Dovecot stops reading drivers here",
                    hint="remove the line, or give it a driver",
                    fix=_removed(value, is_last=is_last),
                )


def _removed(value: SettingValue, *, is_last: bool) -> Fix | None:
    """Return the fix that removes the line; it may let Dovecot read what stands behind it."""
    edit = removal(value.node) if value.node is not None else None
    if edit is None:
        return None
    return (safe if is_last else unsafe)("remove the line", edit, group=CHAIN_GROUP)


def _is_driver(name: str, _text: str) -> bool:
    return name.startswith(ROOTS) and follows_numbering(name)
