"""PN405 ox-cache-lifetime-invalid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.errors import DriverError
from dovecot_conf.lint import Context, Rule
from dovecot_conf.versions import Version
from drivers.option_values import parse_milliseconds, parse_seconds
from drivers.rules.definitions import written

_OPTIONS: Mapping[Version, str] = {
    Version.V23: "cache_lifetime",
    Version.V24: "push_notification_ox_cache_ttl",
}


class OxCacheLifetimeInvalid(Rule):
    """The cache time of an `ox` driver is no time interval.

    It is a number with a unit: `60s`, `5 mins` (without the blank in 2.3, where a blank separates
    options), `1h`. In 2.3 the driver is not loaded, and neither are those behind it, while `doveconf` is
    content; 2.4 refuses the configuration, also for `0`, which 2.3 takes.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify cache_lifetime=10
    }
    ```

    ```2.4
    mail_plugins = notify push_notification
    mail_attribute {
      dict file {
        path = %{home}/dovecot-attributes
      }
    }
    push_notification ox {
      ox_url = http://127.0.0.1:8009/notify
      ox_cache_ttl = 0
    }
    ```

    Dovecot says:

    ```2.3
    Error: ox: Failed to parse OX cache_lifetime 10: Time interval '10' is missing units (add e.g. 's' for seconds)
    ```

    ```2.4
    Error: push_notification_ox_cache_ttl must not be 0
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify cache_lifetime=10s
    }
    ```

    ```2.4
    mail_plugins = notify push_notification
    mail_attribute {
      dict file {
        path = %{home}/dovecot-attributes
      }
    }
    push_notification ox {
      ox_url = http://127.0.0.1:8009/notify
    }
    ```
    """  # noqa: E501 - Dovecot's own line

    code = "PN405"
    name = "ox-cache-lifetime-invalid"
    severity = Severity.ERROR

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Parse each value as Dovecot does."""
        for ox in written(context, "ox"):
            option = ox.options.get(_OPTIONS[context.version])
            if option is None:
                continue
            problem = _problem(option.value, context.version)
            if problem:
                yield self.found(
                    option.span, f"{option.name}: {problem}", hint="write a number and a unit: 60s"
                )


def _problem(text: str, version: Version) -> str:
    try:
        if version is Version.V23:
            parse_seconds(text)
        elif not parse_milliseconds(text):
            return "push_notification_ox_cache_ttl must not be 0"
    except DriverError as error:
        return error.message
    return ""
