"""PN214 plugins-in-plugin-section."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint.context import MAIL_PLUGINS, Context
from dovecot_conf.lint.rule import Rule
from dovecot_conf.versions import Version


class PluginsInPluginSection(Rule):
    """`mail_plugins` stands inside of `plugin { }`, where Dovecot doesn't look for it.

    `plugin { }` takes any key, and its `mail_plugins` is a key like any other that no plugin reads. The
    setting belongs outside of it.

    Bad:

    ```2.3
    plugin {
      mail_plugins = notify push_notification
      push_notification_driver = dlog
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlog
    }
    ```

    How to fix:

    Move the line out of `plugin { }`. If there is a `mail_plugins` outside of it already, add the names
    to that one.
    """

    code = "PN214"
    name = "plugins-in-plugin-section"
    severity = Severity.WARNING
    versions = (Version.V23,)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for the key."""
        for _name, value, _protocols in context.plugin_values(lambda name, _: name == MAIL_PLUGINS):
            span = value.node.key_span if value.node is not None else value.span
            text = "mail_plugins inside of plugin { } is never read: it loads nothing"
            yield self.found(span, text, hint="move the line out of plugin { }")
