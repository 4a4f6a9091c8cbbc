"""PN208 plugin-third-party."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf import plugin_names
from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint.context import Context
from dovecot_conf.lint.loaded import loaded_names
from dovecot_conf.lint.rule import Rule


class PluginThirdParty(Rule):
    """A plugin of another maker is loaded, which is not part of Dovecot.

    It has to be installed beside Dovecot, and built for its very version: after an upgrade of Dovecot
    a process that finds none, or an old one, does not start.

    Bad:

    ```2.3
    mail_plugins = notify push_notification xaps_push_notification
    plugin {
      push_notification_driver = xaps
    }
    ```

    ```2.4
    mail_plugins {
      fts = yes
      fts_xapian = yes
    }
    ```

    Dovecot says:

    ```2.3
    Fatal: Plugin 'xaps_push_notification' not found from directory /usr/lib/dovecot/modules
    ```

    ```2.4
    Fatal: Plugin 'fts_xapian' not found from directory /usr/lib/dovecot/modules
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlog
    }
    ```

    ```2.4
    mail_plugins {
      fts = yes
    }
    ```

    How to fix:

    Make sure that the plugin is installed, built for the Dovecot that runs, and install it anew with
    each upgrade of Dovecot. If it isn't needed, take it out of `mail_plugins`, and remove the drivers
    that come from it.
    """

    code = "PN208"
    name = "plugin-third-party"
    severity = Severity.INFO
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for names that others are known by."""
        for name, span, _protocols in loaded_names(context):
            package = plugin_names.third_party(name, context.version)
            if package and not plugin_names.gone(name, context.version):
                text = f"{name} is not part of Dovecot: it comes with {package}, which must be installed"
                yield self.found(span, text)
