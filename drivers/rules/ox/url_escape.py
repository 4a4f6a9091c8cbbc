"""PN414 ox-url-escape."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Edit, Fix, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.push import DriverOption
from dovecot_conf.versions import Version
from drivers.rules.definitions import written

# The escape of a printable character, and the letter behind it that makes a variable of it.
_ESCAPE = re.compile(r"%%|%(?P<code>[2-7][0-9])[A-Za-z]")


class OxUrlEscape(Rule):
    """An escape in the URL of an `ox` driver is taken for a %variable.

    `plugin { }` of 2.3 has %variables, and they may have a width: `%40s` is not an `@` and an `s` but
    the service, cut to 40 characters. Nothing is logged; the password (or path) is another one than
    written. The percent sign is doubled: `%%40`. (2.4 leaves `%40` alone, and refuses `%%40`.)

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://login:change%40service@127.0.0.1:8009/notify
    }
    ```

    Dovecot says:

    ```2.3
    Debug: push-notification-ox: Using URL http://login:changedoveadmervice@127.0.0.1:8009/notify
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://login:change%%40service@127.0.0.1:8009/notify
    }
    ```

    How to fix:

    Double the percent sign of each escape in the URL: `%%40` for `@`, `%%2F` for `/`.
    """

    code = "PN414"
    name = "ox-url-escape"
    severity = Severity.WARNING
    versions = (Version.V23,)
    fixes = (Applicability.UNSAFE,)

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for escapes that begin a variable with a width."""
        for ox in written(context, "ox"):
            for option in ox.definition.options:
                found = [match for match in _ESCAPE.finditer(option.value) if match["code"]]
                if option.name == "url" and found and "url" in ox.options:
                    # Which character it would be may be a secret.
                    text = "what looks like an escape begins a variable with a width here"
                    hint = "double the percent sign, as in %%40 for @"
                    yield self.found(option.span, text, hint=hint, fix=_doubled(option, found))


def _doubled(option: DriverOption, escapes: list[re.Match[str]]) -> Fix | None:
    """Return the fix that doubles the percent signs; None for an option that goes on in the next line."""
    span = option.span
    start = span.end_column - len(option.value)
    if span.line != span.end_line or start - span.column != len(f"{option.name}="):
        return None
    places = (start + match.start() for match in escapes)
    edits = tuple(Edit(span._replace(column=place, end_column=place), "%") for place in places)
    return Fix("double the percent signs", edits)
