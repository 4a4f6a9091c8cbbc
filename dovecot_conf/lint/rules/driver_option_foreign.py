"""PN315 driver-option-foreign."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint.context import Context, gather
from dovecot_conf.lint.rule import Rule
from dovecot_conf.positions import Span
from dovecot_conf.versions import Version

_OWNERS = {"push_notification_ox_": "ox", "lua_": "lua"}
"""Whose options begin so."""

_BUILT_IN = ("dlog", "ox", "lua")


class DriverOptionForeign(Rule):
    """An option in a `push_notification` block is that of another driver.

    2.4 takes the options of all drivers in each block. Those that the block's driver doesn't know are
    never read: an `ox_url` in a block of `dlog` sends nothing anywhere.

    Bad:

    ```2.4
    mail_plugins = notify push_notification
    push_notification dlog {
      ox_url = http://127.0.0.1:8009/preliminary/http-notify/v1/notify
    }
    ```

    Good:

    ```2.4
    mail_plugins = notify push_notification
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

    Remove the option. If its driver is meant, write that into the block, as in `driver = ox`, or name
    the block after it, as in `push_notification ox { }`, without a `driver` of its own.
    """

    code = "PN315"
    name = "driver-option-foreign"
    severity = Severity.WARNING
    versions = (Version.V24,)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for options by the beginning of their full names."""
        found: list[tuple[tuple[Span, str], str]] = []
        for definition, protocols in context.definitions:
            driver = definition.driver.lower()
            if driver not in _BUILT_IN or context.unclear_driver(definition, protocols[0]):
                continue
            for option in definition.options:
                owner = next((_OWNERS[start] for start in _OWNERS if option.name.startswith(start)), driver)
                if owner != driver:
                    text = (
                        f"{option.name} belongs to the driver {owner}, and {definition.setting} is {driver}"
                    )
                    found.append(((option.span, text), protocols[0]))
        for (span, text), _protocols in gather(found):
            yield self.found(span, text, hint="it is never read: remove it, or change the driver")
