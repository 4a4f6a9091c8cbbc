"""PN411 ox-endpoint-path."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from drivers.rules.ox.endpoints import USUAL_PATH, endpoints

_WORDS = (b"preliminary", b"http-notify", b"http_notify")


class OxEndpointPath(Rule):
    """The path is nearly that of the OX middleware.

    OX App Suite's middleware takes notifications at `/preliminary/http-notify/v1/notify`, and answers
    404 to all other paths, which Dovecot logs as an error for each mail. Paths that have nothing of it
    belong to receivers of one's own and are left alone.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/http-notify/v1/notify
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
      ox_url = http://127.0.0.1:8009/http-notify/v1/notify
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    imap_metadata = yes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/preliminary/http-notify/v1/notify
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
      ox_url = http://127.0.0.1:8009/preliminary/http-notify/v1/notify
    }
    ```

    How to fix:

    Write the path `/preliminary/http-notify/v1/notify`. If the endpoint is not OX App Suite and has its
    own path, silence the finding.
    """

    code = "PN411"
    name = "ox-endpoint-path"
    severity = Severity.WARNING

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for paths with words of the usual one that are another."""
        for endpoint in endpoints(context):
            path = endpoint.url.path
            if path != USUAL_PATH.encode() and any(word in path.lower() for word in _WORDS):
                text = "this is not the path where the OX middleware takes notifications"
                yield self.found(endpoint.span, text, hint=f"it is {USUAL_PATH}")
