"""PN601 metadata-dict-missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule, gather
from dovecot_conf.positions import Span
from dovecot_conf.versions import Version
from drivers.rules.definitions import written
from drivers.rules.metadata.dicts import SETTING, has_dict

_HINTS: Mapping[Version, str] = {
    Version.V23: "set mail_attribute_dict = file:%h/dovecot-attributes",
    Version.V24: "add mail_attribute { dict file { path = %{home}/dovecot-attributes } }, one brace a line",
}


class MetadataDictMissing(Rule):
    """There is an `ox` driver, but no place for the METADATA that switches users on.

    `ox` notifies only for users whose METADATA entry `/private/vendor/vendor.dovecot/http-notify`
    holds `user=…`. Entries are kept in the dict of `mail_attribute_dict` (2.4: `mail_attribute`). Without
    one, nothing can be set, and nobody is ever notified.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify
    }
    ```

    ```2.4
    mail_plugins = notify push_notification
    push_notification ox {
      ox_url = http://127.0.0.1:8009/notify
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

    How to fix:

    In 2.3 set `mail_attribute_dict`, for example to `file:%h/dovecot-attributes`. In 2.4 write a block
    `mail_attribute { }` with a dict in it.
    """

    code = "PN601"
    name = "metadata-dict-missing"
    severity = Severity.ERROR

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for a dict in every protocol that has an ox driver; report it once, at the first driver."""
        without = {protocol for protocol in context.protocols if not has_dict(context, protocol)}
        found: list[tuple[Span, str]] = []
        reported: set[str] = set()
        for ox in written(context, "ox"):
            lacking = [protocol for protocol in ox.protocols if protocol in without - reported]
            found.extend((ox.span, protocol) for protocol in lacking)
            reported.update(lacking)
        for span, protocols in gather(found):
            where = f" for {context.named(protocols)}" if len(protocols) < len(context.protocols) else ""
            text = f"no {SETTING[context.version]} is set{where}, so no user can be switched on for ox"
            yield self.found(span, text, hint=_HINTS[context.version])
