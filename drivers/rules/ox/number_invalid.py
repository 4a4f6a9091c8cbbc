"""PN406 ox-number-invalid."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Edit, Fix, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.lint.fixes.chain import option_value
from dovecot_conf.lint.fixes.making import safe, unsafe
from dovecot_conf.push import DriverOption
from dovecot_conf.versions import Version
from drivers.option_values import parse_unsigned
from drivers.options import OptionKind
from drivers.ox_options import OPTIONS
from drivers.rules.definitions import written

_DEFAULTS = {
    option.name: option.default for option in OPTIONS[Version.V23] if option.kind is OptionKind.UNSIGNED
}

_AMOUNT = re.compile(r"(?P<digits>[0-9]{1,9})(?P<unit>[A-Za-z]+)")
_IN_MILLISECONDS = "_msecs"
_MILLISECONDS = ("ms", "msec", "msecs", "millisecs", "milliseconds")
_SECONDS = ("s", "sec", "secs", "seconds")


class OxNumberInvalid(Rule):
    """`max_retries` or `timeout_msecs` of an `ox` driver is no number, so the default counts.

    Both are plain decimal numbers up to 4294967295, without a unit. Dovecot 2.3 takes anything else for
    the default (1 retry, 2000 milliseconds) and says nothing.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify timeout_msecs=500ms
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify timeout_msecs=500
    }
    ```

    How to fix:

    Write decimal digits only, without a unit.
    """

    code = "PN406"
    name = "ox-number-invalid"
    severity = Severity.WARNING
    versions = (Version.V23,)
    fixes = (Applicability.SAFE, Applicability.UNSAFE)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Parse each number as Dovecot does."""
        for ox in written(context, "ox"):
            for name, default in _DEFAULTS.items():
                option = ox.options.get(name)
                if option is not None and parse_unsigned(option.value) is None:
                    text = f"{name}={option.value} is no number, so Dovecot takes the default {default}"
                    yield self.found(
                        option.span,
                        text,
                        hint="write decimal digits only, without a unit",
                        fix=_number(option),
                    )


def _number(option: DriverOption) -> Fix | None:
    """Return the fix that leaves the unit out, a sure one if it is that of the option."""
    span, match = option_value(option), _AMOUNT.fullmatch(option.value)
    if span is None or match is None:
        return None
    digits, unit = match["digits"], match["unit"].lower()
    if unit in _MILLISECONDS and option.name.endswith(_IN_MILLISECONDS):
        return safe(f"write {digits}", Edit(span, digits))
    if unit in _SECONDS and option.name.endswith(_IN_MILLISECONDS):
        digits = str(int(digits) * 1000)
    return unsafe(f"write {digits}", Edit(span, digits))
