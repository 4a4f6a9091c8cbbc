"""PN402 ox-url-invalid."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.versions import Version
from drivers.rules.definitions import written

_TEMPLATE = re.compile(r"\{\{|\$\{|<%|@\w+@(?![\w.])")


class OxUrlInvalid(Rule):
    """Dovecot can't parse the URL of an `ox` driver.

    The driver is not loaded, and neither are those behind it. 2.4 refuses the whole configuration then
    (PN194). The URL must be absolute, with `http` or `https`. It can't hold a blank, a fragment or
    characters such as `{` and `<`; a percent sign begins two hex digits and is doubled, since
    `plugin { }` has %variables.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=127.0.0.1:8009/notify
    }
    ```

    Dovecot says:

    ```2.3
    Error: ox: Failed to parse OX REST URL 127.0.0.1:8009/notify: Relative HTTP URL not allowed
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify
    }
    ```

    How to fix:

    Write the URL as `http://HOST[:PORT]/PATH`, with `%` and two hex digits for characters that a URL
    can't hold.
    """

    code = "PN402"
    name = "ox-url-invalid"
    severity = Severity.ERROR
    versions = (Version.V23,)

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Parse each url as Dovecot does."""
        from dovecot_conf.http_url import HttpUrlError, parse_http_url  # noqa: PLC0415 - ox only

        for ox in written(context, "ox"):
            option = ox.options.get("url")
            if option is None:
                continue
            try:
                parse_http_url(option.value)
            except HttpUrlError as error:
                if ox.unclear or _TEMPLATE.search(option.value):
                    text = "can't tell whether Dovecot can parse this url"
                    yield self.found(option.span, text, severity=Severity.INFO)
                else:
                    text = f"Dovecot can't parse this url: {error.message}"
                    yield self.found(option.span, text, hint="write it as http://HOST[:PORT]/PATH")
