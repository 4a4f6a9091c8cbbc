"""PN408 ox-password-in-clear."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from drivers.rules.ox.endpoints import endpoints
from drivers.rules.ox.hosts import Reach


class OxPasswordInClear(Rule):
    """The password of an `ox` endpoint crosses the network in the clear.

    Dovecot sends the userinfo of the URL as `Authorization: Basic …` with every notification. Over
    plain `http` everybody on the way can read it, and the mail's sender, subject and beginning with it.
    A host of this machine is fine. For a private address or a name without a public domain it
    is a note only: the network may be one's own.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://login:change-me@push.example.com:8009/notify
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
      ox_url = http://login:change-me@push.example.com:8009/notify
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=https://login:change-me@push.example.com/notify
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
      ox_url = https://login:change-me@push.example.com/notify
    }
    ```

    How to fix:

    Write the URL with `https`, at a port where the endpoint speaks TLS. Or reach the endpoint through
    this machine: a tunnel or a proxy that listens at `127.0.0.1` and encrypts the rest of the way. The
    password that was sent in the clear should be changed then.
    """

    code = "PN408"
    name = "ox-password-in-clear"
    severity = Severity.WARNING

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for a password in a URL with http and a host that is not this machine."""
        for endpoint in endpoints(context):
            if endpoint.url.scheme != "http" or not endpoint.url.password or endpoint.reach is Reach.LOCAL:
                continue
            private = endpoint.reach is Reach.PRIVATE
            text = f"the password for {endpoint.url.host} is sent without encryption"
            hint = "use https, or reach the endpoint through this machine (a tunnel, a proxy)"
            severity = Severity.INFO if private else None
            yield self.found(endpoint.span, text, hint=hint, severity=severity)
