"""PN809 preliminary-open."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from drivers.rules.proxy.files import proxy_files


class PreliminaryOpen(Rule):
    """The web server lets everybody notify the OX middleware.

    The path `/preliminary` of the middleware is for Dovecot. Where the web server in front passes it
    on to everybody, the whole world can make devices ring, with texts of its own, and try passwords.
    Dovecot talks to the middleware directly, so the web server can refuse the path altogether; else it
    lets through Dovecot's addresses only. The files are those given with `--proxy-config`. It is a note
    only where it isn't clear that the requests reach the middleware, or where an include may forbid them.

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
      listen 443 ssl;
      location / {
        proxy_pass http://127.0.0.1:8009;
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
      listen 443 ssl;
      location /preliminary {
        return 404;
      }
      location / {
        proxy_pass http://127.0.0.1:8009;
      }
    }
    ```

    How to fix:

    Refuse the path in each server that passes requests on to the middleware: in nginx with
    `location ^~ /preliminary { return 404; }`, in Apache with `Require all denied` in a
    `<Location /preliminary>` after all other `<Location>` sections. If Dovecot itself comes this way, let
    its addresses through there instead: in nginx `allow ADDRESS;` and `deny all;` beside the
    `proxy_pass`, in Apache `Require ip ADDRESS`.
    """

    code = "PN809"
    name = "preliminary-open"
    severity = Severity.WARNING

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Ask each server of each file what becomes of the path."""
        for file in proxy_files(context):
            if file.parsed is None:
                continue
            from drivers.rules.proxy import apache, nginx  # noqa: PLC0415 - only where there is a file

            for opening in (apache if file.is_apache else nginx).openings(file.parsed):
                text = f"everybody can reach {opening.path} of the OX middleware through this"
                hint = "refuse /preliminary, or let only Dovecot's addresses through"
                if not opening.sure:
                    text = (
                        f"everybody can reach {opening.path} through this, if it leads to the OX middleware"
                    )
                    hint += "; included files are not looked at"
                severity = None if opening.sure else Severity.INFO
                yield self.found(opening.span, text, hint=hint, severity=severity)
