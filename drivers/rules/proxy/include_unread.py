"""PN811 proxy-include-unread."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from drivers.rules.proxy.directives import Directive, below
from drivers.rules.proxy.files import proxy_files

_NAMES = ("include", "includeoptional")
_HARMLESS = ("mime.types", "_params", "fastcgi.conf", "mime.conf", ".load")


class ProxyIncludeUnread(Rule):
    """A file given with `--proxy-config` includes others, which are not looked at.

    What they say of the path `/preliminary` isn't known, then: give them too, one by one. Files that never
    have anything to do with it (`mime.types`, `proxy_params`) don't count.

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

    ```/etc/nginx/nginx.conf
    http {
      include mime.types;
      include sites-enabled/*;
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

    ```/etc/nginx/nginx.conf
    http {
      include mime.types;
      server {
        location /preliminary {
          return 404;
        }
      }
    }
    ```

    How to fix:

    Give each included file with a `--proxy-config` of its own. The note stays, since the names are not
    compared: silence it with `# pushnotif: ignore[PN811]` in the line above the first include.
    """

    code = "PN811"
    name = "proxy-include-unread"
    severity = Severity.INFO

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Tell the first include of each file, and how many there are."""
        for file in proxy_files(context):
            found = [item for item in below(file.parsed.top) if _counts(item)] if file.parsed else []
            if found:
                more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
                text = f"what this includes is not looked at{more}"
                hint = "give the included files with --proxy-config too"
                yield self.found(found[0].span, text, hint=hint)


def _counts(item: Directive) -> bool:
    return item.name in _NAMES and not item.text.endswith(_HARMLESS)
