"""PN407 ox-cache-ttl-unit."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.errors import DriverError
from dovecot_conf.lint import Context, Rule
from dovecot_conf.versions import Version
from drivers.option_values import parse_milliseconds
from drivers.rules.definitions import written


class OxCacheTtlUnit(Rule):
    """`ox_cache_ttl` of 2.4 is a thousand times longer than written.

    Dovecot 2.4 keeps the value in milliseconds and counts it as seconds (seen with 2.4.1): `10s` keeps
    what a user's METADATA said for 10000 seconds. It matters in long IMAP sessions, where a change of the
    entry is noticed only then; a delivery looks afresh. The default of 60 seconds is meant the same way.

    Bad:

    ```2.4
    mail_plugins = notify push_notification
    mail_attribute {
      dict file {
        path = %{home}/dovecot-attributes
      }
    }
    push_notification ox {
      ox_url = http://127.0.0.1:8009/notify
      ox_cache_ttl = 10s
    }
    ```

    Dovecot says:

    ```2.4
    Debug: push-notification-ox: Using cache lifetime: 10000
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
      ox_url = http://127.0.0.1:8009/notify
    }
    ```

    How to fix:

    Write a thousandth of the time that is meant: `10ms` lasts ten seconds.
    """

    code = "PN407"
    name = "ox-cache-ttl-unit"
    severity = Severity.INFO
    versions = (Version.V24,)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for values of a second and more that are written down."""
        for ox in written(context, "ox"):
            option = ox.options.get("push_notification_ox_cache_ttl")
            if option is None:
                continue
            try:
                milliseconds = parse_milliseconds(option.value)
            except DriverError:
                continue
            if milliseconds >= 1000:
                text = (
                    f"Dovecot 2.4 counts milliseconds as seconds: {option.value} lasts {milliseconds} seconds"
                )
                hint = "in a long IMAP session a change of METADATA is noticed that late"
                yield self.found(option.span, text, hint=hint)
