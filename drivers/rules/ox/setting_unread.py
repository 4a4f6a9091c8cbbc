"""PN420 ox-setting-unread."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.versions import Version

_BEGIN = "push_notification_ox_"


class OxSettingUnread(Rule):
    """A driver other than `ox` has settings of `ox`.

    A block of 2.4 takes the driver from its `driver` setting, and from its name only without one.
    Dovecot accepts `ox_url` in any of them, and nothing is sent to it.

    Bad:

    ```2.4
    mail_plugins = notify push_notification
    mail_attribute {
      dict file {
        path = %{home}/dovecot-attributes
      }
    }
    push_notification dlog {
      ox_url = http://127.0.0.1:8009/notify
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
    push_notification dlog {
      driver = ox
      ox_url = http://127.0.0.1:8009/notify
    }
    ```

    How to fix:

    If the block is to be an `ox` driver, write `driver = ox` into it. Otherwise remove the settings
    that begin with `ox_`.
    """

    code = "PN420"
    name = "ox-setting-unread"
    severity = Severity.WARNING
    versions = (Version.V24,)

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for settings of ox where the driver is another; unknown drivers are PN310."""
        for definition, protocols in context.definitions:
            driver = definition.driver.lower()
            if driver not in ("dlog", "lua") or context.unclear_driver(definition, protocols[0]):
                continue
            for option in definition.options:
                if option.name.startswith(_BEGIN):
                    short = option.name.removeprefix("push_notification_")
                    text = f"{short} has no effect: the driver of {definition.setting} is {driver}"
                    hint = "add driver = ox to the block, or remove the setting"
                    yield self.found(option.span, text, hint=hint)
