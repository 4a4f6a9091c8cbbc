"""PN419 ox-cache-lifetime-long."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.errors import DriverError
from dovecot_conf.lint import Context, Rule
from dovecot_conf.versions import Version
from drivers.option_values import parse_seconds
from drivers.rules.definitions import written

_LONG = 24 * 60 * 60


class OxCacheLifetimeLong(Rule):
    """An `ox` driver keeps for a day or more what METADATA said.

    `cache_lifetime` is how long a process believes what it read of a user's entry. In an IMAP session
    that lasts for days, a user who switched push on or off is not noticed before; a delivery looks afresh,
    so a long time saves nothing there. The default is a minute. (For 2.4 see PN407.)

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify cache_lifetime=7d
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify cache_lifetime=10mins
    }
    ```

    How to fix:

    Write a shorter time, for example `cache_lifetime=10mins`, or leave the option out for the default
    of 60 seconds.
    """

    code = "PN419"
    name = "ox-cache-lifetime-long"
    severity = Severity.INFO
    versions = (Version.V23,)

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for a day and more."""
        for ox in written(context, "ox"):
            option = ox.options.get("cache_lifetime")
            if option is None:
                continue
            try:
                seconds = parse_seconds(option.value)
            except DriverError:
                continue
            if seconds >= _LONG:
                text = f"for {option.value} long sessions don't notice that a user switched push on or off"
                yield self.found(option.span, text, hint="the default is 60s")
