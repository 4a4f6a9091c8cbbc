"""PN609 metadata-imap-off."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from drivers.rules.definitions import is_on
from drivers.rules.ox.endpoints import USUAL_PATH, endpoints

_SETTING = "imap_metadata"


class MetadataImapOff(Rule):
    """The OX middleware is to be notified, but can't switch a user on.

    It does so over IMAP, with SETMETADATA, which Dovecot offers only with `imap_metadata = yes`. Without
    it users are switched on by `doveadm mailbox metadata set` at most.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
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
    push_notification ox {
      ox_url = http://127.0.0.1:8009/preliminary/http-notify/v1/notify
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    protocol imap {
      imap_metadata = yes
    }
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
    protocol imap {
      imap_metadata = yes
    }
    push_notification ox {
      ox_url = http://127.0.0.1:8009/preliminary/http-notify/v1/notify
    }
    ```

    How to fix:

    Set `imap_metadata = yes` in `protocol imap { }`. If `doveadm` alone is to switch users on, silence
    the finding.
    """

    code = "PN609"
    name = "metadata-imap-off"
    severity = Severity.INFO

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look at imap's setting where the middleware's own path is used."""
        settings = context.settings["imap"]
        protocols = settings.get("protocols")
        if protocols is not None and "imap" not in settings.words("protocols"):
            return
        value = settings.get(_SETTING)
        if is_on(value) or (value is not None and context.unclear(value.raw)):
            return
        for endpoint in endpoints(context):
            if endpoint.url.path == USUAL_PATH.encode():
                text = f"{_SETTING} is off for imap, so the OX middleware can't switch users on"
                hint = f"set {_SETTING} = yes in protocol imap"
                yield self.found(endpoint.span if value is None else value.span, text, hint=hint)
                return
