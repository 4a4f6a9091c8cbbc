"""PN405 ox-cache-lifetime-invalid."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Severity
from dovecot_conf.errors import DriverError
from dovecot_conf.lint import Context, Rule
from dovecot_conf.lint.fixes.chain import option_value
from dovecot_conf.lint.fixes.making import behind, unsafe
from dovecot_conf.versions import Version
from drivers.option_values import parse_seconds
from drivers.rules.definitions import written


class OxCacheLifetimeInvalid(Rule):
    """The cache time of an `ox` driver is no time interval.

    It is a number with a unit: `60s`, `5mins` (without a blank, which separates options), `1h`. The
    driver is not loaded, and neither are those behind it, while `doveconf` is content. 2.4 refuses the
    whole configuration then (PN165), also for `0` (PN188), which 2.3 takes.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify cache_lifetime=10
    }
    ```

    Dovecot says:

    ```2.3
    Error: ox: Failed to parse OX cache_lifetime 10: Time interval '10' is missing units (add e.g. 's' for seconds)
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify cache_lifetime=10s
    }
    ```

    How to fix:

    Write a number and a unit without a blank between them, as in `60s`.
    """  # noqa: E501 - Dovecot's own line

    code = "PN405"
    name = "ox-cache-lifetime-invalid"
    severity = Severity.ERROR
    versions = (Version.V23,)
    fixes = (Applicability.UNSAFE,)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Parse each value as Dovecot does."""
        for ox in written(context, "ox"):
            option = ox.options.get("cache_lifetime")
            if option is None:
                continue
            try:
                parse_seconds(option.value)
            except DriverError as error:
                text = f"{option.name}: {error.message}"
                span = option_value(option) if option.value.isdecimal() else None
                fix = unsafe("count in seconds", behind(span, "s")) if span is not None else None
                yield self.found(option.span, text, hint="write a number and a unit: 60s", fix=fix)
