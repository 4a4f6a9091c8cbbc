"""PN415 ox-timeout-zero."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.versions import Version
from drivers.rules.definitions import written
from drivers.rules.ox.clients import TIMEOUT, client


class OxTimeoutZero(Rule):
    """A time limit of zero lets an `ox` driver wait for a minute.

    Zero is not "don't wait": Dovecot takes its default of 60 seconds for an attempt then. A delivery
    by LMTP is answered only after the driver is done, so an endpoint that is silent holds up every mail
    to a user with push. 2.4 refuses a zero (PN188).

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify timeout_msecs=0
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify timeout_msecs=1000
    }
    ```

    How to fix:

    Write the milliseconds that an attempt may take, for example `timeout_msecs=1000`. Without the
    option they are 2000.
    """

    code = "PN415"
    name = "ox-timeout-zero"
    severity = Severity.WARNING
    versions = (Version.V23,)

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for a limit of zero."""
        name = TIMEOUT[Version.V23]
        for ox in written(context, "ox"):
            option = ox.options.get(name)
            if option is not None and client(ox, Version.V23).timeout == 0:
                text = f"{name} of zero means 60 seconds, not no waiting"
                yield self.found(option.span, text, hint="write the time that a delivery may wait")
