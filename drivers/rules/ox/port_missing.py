"""PN412 ox-port-missing."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from drivers.rules.ox.endpoints import USUAL_PATH, endpoints


class OxPortMissing(Rule):
    """The URL of the OX middleware has no port.

    `http` without a port is port 80, where a web server may be; the middleware itself listens at 8009.
    A web server in front must pass `/preliminary` on, and usually refuses it, as it should for the world.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    imap_metadata = yes
    plugin {
      push_notification_driver = ox:url=http://ox.internal/preliminary/http-notify/v1/notify
    }
    ```

    ```2.4
    mail_plugins = notify push_notification
    mail_attribute {
      dict file {
        path = %{home}/dovecot-attributes
      }
    }
    imap_metadata = yes
    push_notification ox {
      ox_url = http://ox.internal/preliminary/http-notify/v1/notify
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    imap_metadata = yes
    plugin {
      push_notification_driver = ox:url=http://ox.internal:8009/preliminary/http-notify/v1/notify
    }
    ```

    ```2.4
    mail_plugins = notify push_notification
    mail_attribute {
      dict file {
        path = %{home}/dovecot-attributes
      }
    }
    imap_metadata = yes
    push_notification ox {
      ox_url = http://ox.internal:8009/preliminary/http-notify/v1/notify
    }
    ```

    How to fix:

    Write the port behind the host, `:8009` for the middleware itself. If a web server at port 80 is to
    pass the notifications on, write `:80`.
    """

    code = "PN412"
    name = "ox-port-missing"
    severity = Severity.INFO

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for the usual path behind http and no port."""
        for endpoint in endpoints(context):
            url = endpoint.url
            if url.scheme == "http" and url.port is None and url.path == USUAL_PATH.encode():
                text = "without a port Dovecot connects to port 80; the OX middleware listens at 8009"
                hint = f"write {url.host}:8009, or :80 if a web server there passes it on"
                yield self.found(endpoint.span, text, hint=hint)
