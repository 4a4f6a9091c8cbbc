"""PN810 proxy-config-invalid."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from drivers.rules.proxy.files import proxy_files

_HINT = "correct it; nginx -t and apachectl -t say more"


class ProxyConfigInvalid(Rule):
    """A file given with `--proxy-config` is no configuration of nginx or Apache.

    The web server would refuse it, and nothing is judged in it. Only its first mistake is told.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify
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
      ox_url = http://127.0.0.1:8009/notify
    }
    ```

    ```/etc/nginx/sites-enabled/appsuite.conf
    server {
      location /preliminary {
        return 404
      }
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify
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
      ox_url = http://127.0.0.1:8009/notify
    }
    ```

    ```/etc/nginx/sites-enabled/appsuite.conf
    server {
      location /preliminary {
        return 404;
      }
    }
    ```

    How to fix:

    Correct the file; `nginx -t` and `apachectl -t` check the whole configuration. If it is a template,
    give the file that is made from it.
    """

    code = "PN810"
    name = "proxy-config-invalid"
    severity = Severity.ERROR

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Tell what the readers found."""
        for file in proxy_files(context):
            server = "Apache" if file.is_apache else "nginx"
            if file.error is not None:
                text = f"this is no configuration of {server}: {file.error.message}"
                yield self.found(file.error.span, text, hint=_HINT)
            elif file.parsed is None:
                text = "this is a template, so nothing is judged in it"
                hint = "give the file that the template makes"
                yield self.found(file.start, text, hint=hint, severity=Severity.INFO)
