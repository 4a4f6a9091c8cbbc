"""PN305 driver-repeated."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Fix, Severity
from dovecot_conf.lint.context import Context, gather
from dovecot_conf.lint.fixes.chain import driver_removal, same_for_all
from dovecot_conf.lint.fixes.making import CHAIN_GROUP, unsafe
from dovecot_conf.lint.rule import Rule
from dovecot_conf.positions import Span
from dovecot_conf.push import DriverDefinition


class DriverRepeated(Rule):
    """The same driver with the same options is loaded twice.

    Each definition is a driver of its own: everything is logged or sent as often as it is defined.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlog
      push_notification_driver2 = dlog
    }
    ```

    ```2.4
    mail_plugins = notify push_notification
    push_notification dlog {
    }
    push_notification again {
      driver = dlog
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlog
    }
    ```

    ```2.4
    mail_plugins = notify push_notification
    push_notification dlog {
    }
    ```

    How to fix:

    Remove one of the two, or give them different options.
    """

    code = "PN305"
    name = "driver-repeated"
    severity = Severity.WARNING
    fixes = (Applicability.UNSAFE,)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Compare the drivers of each chain."""
        found: list[tuple[tuple[Span, str, Fix | None], str]] = []
        for protocol, push in context.push.items():
            seen: dict[object, DriverDefinition] = {}
            for definition in push.definitions or push.fallback:
                options = frozenset((option.name, option.value) for option in definition.options)
                first = seen.setdefault((definition.driver.lower(), options), definition)
                if first is not definition:
                    text = f"{definition.setting} is the same driver as {first.setting}"
                    edit = driver_removal(context, protocol, definition)
                    fix = (
                        unsafe("remove the second one", edit, group=CHAIN_GROUP) if edit is not None else None
                    )
                    found.append(((definition.span, text, fix), protocol))
        for (span, text, fix), protocols in gather(found):
            message, able = f"{text}: every event is handled twice", same_for_all(context, protocols)
            yield self.found(span, message, hint="remove one of the two", fix=fix if able else None)
