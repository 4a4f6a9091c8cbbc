"""PN410 ox-certificate-unverified."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.positions import Span
from dovecot_conf.versions import Version
from drivers.rules.ox.endpoints import Endpoint, endpoints
from drivers.rules.ox.hosts import Reach

_SETTING = "ssl_client_require_valid_cert"


class OxCertificateUnverified(Rule):
    """An `https` endpoint is not asked who it is.

    With `ssl_client_require_valid_cert = no` Dovecot takes every certificate, so anybody on the way can
    pose as the endpoint and read the notifications, with the password if there is one. For a certificate
    of one's own authority there is `ssl_client_ca_file`.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    ssl_client_require_valid_cert = no
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
      ssl_client_require_valid_cert = no
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

    Remove `ssl_client_require_valid_cert = no`. If the endpoint's certificate is from an authority of
    your own, name the file with that authority's certificate in `ssl_client_ca_file`.
    """

    code = "PN410"
    name = "ox-certificate-unverified"
    severity = Severity.WARNING

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for https where certificates are not verified; report it once where it is set."""
        told: set[Span] = set()
        for endpoint in endpoints(context):
            if endpoint.url.scheme != "https" or endpoint.reach is Reach.LOCAL:
                continue
            if dict(endpoint.ox.definition.client.pairs).get(_SETTING, "yes").lower() != "no":
                continue
            span = _where(context, endpoint)
            if span not in told:
                told.add(span)
                text = f"the certificate of {endpoint.url.host} is not verified"
                yield self.found(span, text, hint="remove it; ssl_client_ca_file names your own authority")


def _where(context: Context, endpoint: Endpoint) -> Span:
    if context.version is Version.V24:
        for option in endpoint.ox.definition.options:
            if option.name == _SETTING:
                return option.span
    value = context.settings[endpoint.ox.protocols[0]].get(_SETTING)
    return value.span if value is not None else endpoint.span
