"""PN417 ox-timeout-short."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.versions import Version
from drivers.rules.definitions import written
from drivers.rules.ox.clients import TIMEOUT, client

_SHORT = 50


class OxTimeoutShort(Rule):
    """The time limit of an `ox` driver is a few milliseconds.

    `timeout_msecs` counts milliseconds, so `timeout_msecs=5` gives up before most endpoints can
    answer, and logs an error although the endpoint may have taken the notification.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify timeout_msecs=5
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify timeout_msecs=5000
    }
    ```

    How to fix:

    Write the time limit in milliseconds: `timeout_msecs=5000` for five seconds. Without the option it
    is 2000.
    """

    code = "PN417"
    name = "ox-timeout-short"
    severity = Severity.WARNING
    versions = (Version.V23,)

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for limits that were surely meant in seconds."""
        name = TIMEOUT[Version.V23]
        for ox in written(context, "ox"):
            option = ox.options.get(name)
            timeout = client(ox, Version.V23).timeout
            if option is not None and 0 < timeout < _SHORT:
                text = f"an attempt ends after {timeout} milliseconds; were seconds meant?"
                yield self.found(option.span, text, hint=f"{name}={timeout * 1000} is {timeout} seconds")
