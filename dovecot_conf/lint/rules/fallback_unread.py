"""PN306 backend-unread."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Fix, Severity
from dovecot_conf.lint.context import Context, gather
from dovecot_conf.lint.fixes.chain import driver_renamed, same_for_all
from dovecot_conf.lint.numbered import ROOTS, next_name
from dovecot_conf.lint.rule import Rule
from dovecot_conf.versions import Version


class BackendUnread(Rule):
    """`push_notification_backend` is set beside `push_notification_driver`.

    The backend names are the old ones. Dovecot 2.3 looks at them only if no driver could be loaded
    under the new names; with one working driver they are not read at all.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlog
      push_notification_backend = dlog:old
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlog
      push_notification_driver2 = dlog:old
    }
    ```

    How to fix:

    Move the driver to the next free `push_notification_driver` name, or remove the line.
    """

    code = "PN306"
    name = "backend-unread"
    severity = Severity.WARNING
    versions = (Version.V23,)
    fixes = (Applicability.UNSAFE,)

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for chains under both names."""
        places = [
            ((definition.span, _moved(context, protocol, definition.setting)), protocol)
            for protocol, push in context.push.items()
            if push.definitions
            for definition in push.fallback
        ]
        for (span, fix), protocols in gather(places):
            yield self.found(
                span,
                "push_notification_backend is only read when no push_notification_driver could be loaded",
                hint="move it to the next free push_notification_driver name, or remove it",
                fix=fix if same_for_all(context, protocols) else None,
            )


def _moved(context: Context, protocol: str, setting: str) -> Fix | None:
    name = next_name(ROOTS[0], context.settings[protocol].plugin)
    return driver_renamed(context, protocol, setting, name, Applicability.UNSAFE)
