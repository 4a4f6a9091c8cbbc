"""PN409 ox-content-in-clear."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from drivers.rules.ox.endpoints import endpoints
from drivers.rules.ox.hosts import Reach


class OxContentInClear(Rule):
    """Notifications leave for a public host in the clear.

    A notification of a new mail holds the user, the sender, the subject and the beginning of the text.
    Over plain `http` everybody on the way can read it. With a password in the URL it is PN408.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://push.example.com:8009/notify
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
      ox_url = http://push.example.com:8009/notify
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=https://push.example.com/notify
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
      ox_url = https://push.example.com/notify
    }
    ```

    How to fix:

    Write the URL with `https`, at a port where the endpoint speaks TLS.
    """

    code = "PN409"
    name = "ox-content-in-clear"
    severity = Severity.INFO

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for http with a host that anybody's packets reach."""
        for endpoint in endpoints(context):
            url = endpoint.url
            if url.scheme == "http" and not url.password and endpoint.reach is Reach.PUBLIC:
                text = f"sender, subject and text of mails go to {url.host} without encryption"
                yield self.found(endpoint.span, text, hint="use https")
