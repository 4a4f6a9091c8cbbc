"""PN421 ox-userinfo-cut."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from drivers.rules.definitions import written
from drivers.rules.ox.url_missing import URL_OPTIONS

# name:digits, then a path (or query) whose first part goes on with @ and a host.
_CUT = re.compile(r"https?://[^@:/?#\[]+:[0-9]+[/?][^@/]{1,100}@[\w-]+(?:\.[\w-]+|:[0-9])", re.IGNORECASE)


class OxUserinfoCut(Rule):
    """A slash in the password makes another URL of it.

    A password ends at the first slash, question mark or `#`. When digits stand before it, Dovecot doesn't
    complain: `http://login:1/2@push.example.com/` connects to the host `login`, port 1. In a password,
    a slash is `%2F` (`%%2F` in `plugin { }` of 2.3).

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://login:12/34@push.example.com/notify
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
      ox_url = http://login:12/34@push.example.com/notify
    }
    ```

    Dovecot says:

    ```2.4
    Debug: push-notification-ox: Using URL http://login:12/34@push.example.com/notify
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=https://login:12%%2F34@push.example.com/notify
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
      ox_url = https://login:12%2F34@push.example.com/notify
    }
    ```

    How to fix:

    Write a slash in a password as `%%2F` in 2.3 and as `%2F` in 2.4, a question mark as `%%3F` or
    `%3F`, a `#` as `%%23` or `%23`.
    """

    code = "PN421"
    name = "ox-userinfo-cut"
    severity = Severity.WARNING

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for what is like userinfo behind a port."""
        name = URL_OPTIONS[context.version]
        for ox in written(context, "ox"):
            for option in ox.definition.options:
                if option.name == name and name in ox.options and _CUT.match(option.value):
                    text = "what looks like user name and password is host, port and path for Dovecot"
                    escape = "%%2F" if context.version.value == "2.3" else "%2F"
                    yield self.found(option.span, text, hint=f"write a slash in a password as {escape}")
