"""PN803 endpoint-password-logged."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.positions import Span
from dovecot_conf.versions import Version
from drivers.rules.definitions import is_on
from drivers.rules.ox.endpoints import endpoints


class EndpointPasswordLogged(Rule):
    """The debug log holds the password of an `ox` endpoint.

    With `mail_debug = yes` Dovecot 2.3 logs the URL with its userinfo whenever a user's session
    starts. (2.4 leaves it out.)

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    mail_debug = yes
    plugin {
      push_notification_driver = ox:url=http://login:change-me@127.0.0.1:8009/notify
    }
    ```

    Dovecot says:

    ```2.3
    Debug: push-notification-ox: Using URL http://login:change-me@127.0.0.1:8009/notify
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://login:change-me@127.0.0.1:8009/notify
    }
    ```

    How to fix:

    Remove `mail_debug = yes` once the search is over. If others could read the log, change the password
    of the endpoint.
    """

    code = "PN803"
    name = "endpoint-password-logged"
    severity = Severity.WARNING
    versions = (Version.V23,)

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for a protocol with debugging that loads a driver whose URL has a password."""
        told: set[Span] = set()
        loading = context.loading()
        for endpoint in endpoints(context):
            if not endpoint.url.password:
                continue
            for protocol in endpoint.ox.protocols:
                value = context.settings[protocol].get("mail_debug")
                if protocol not in loading or value is None or not is_on(value):
                    continue
                if value.span not in told:
                    told.add(value.span)
                    text = f"the log gets the password in the URL of {endpoint.ox.definition.setting}"
                    yield self.found(value.span, text, hint="switch it off once the search is over")
