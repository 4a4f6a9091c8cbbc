"""PN401 ox-url-missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.versions import Version
from drivers.rules.definitions import written

URL_OPTIONS: Mapping[Version, str] = {Version.V23: "url", Version.V24: "push_notification_ox_url"}
_HINTS: Mapping[Version, str] = {
    Version.V23: "add url=http://…, as in ox:url=http://127.0.0.1:8009/preliminary/http-notify/v1/notify",
    Version.V24: "add ox_url = http://… to the block",
}


class OxUrlMissing(Rule):
    """An `ox` driver has no URL.

    The URL is the only option that `ox` can't do without. Without it the driver is not loaded, and
    neither are those behind it.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:user_from_metadata
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
      ox_user_from_metadata = yes
    }
    ```

    Dovecot says:

    ```2.3
    Error: ox: Driver requires the url parameter
    ```

    ```2.4
    Error: ox: push_notification_ox_url is missing or empty
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify user_from_metadata
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
      ox_user_from_metadata = yes
    }
    ```

    How to fix:

    Give it a URL: in 2.3 `ox:url=http://HOST:PORT/PATH`, in 2.4 `ox_url = http://HOST:PORT/PATH` in the
    block.
    """

    code = "PN401"
    name = "ox-url-missing"
    severity = Severity.ERROR

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for the url; in 2.4 an empty one is none."""
        wanted = URL_OPTIONS[context.version]
        for ox in written(context, "ox"):
            values = {option.name: option.value for option in ox.definition.options}
            if wanted in values and (values[wanted] or context.version is Version.V23):
                continue
            if ox.unclear:
                yield self.found(ox.span, "can't tell whether this driver has a url", severity=Severity.INFO)
            else:
                text = f"{ox.definition.setting}: the ox driver needs a url, and is not loaded without one"
                yield self.found(ox.span, text, hint=_HINTS[context.version])
