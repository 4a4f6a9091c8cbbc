"""PN209 plugin-other-version."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf import plugin_names
from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint.context import Context
from dovecot_conf.lint.loaded import loaded_names, nothing_starts
from dovecot_conf.lint.rule import Rule
from dovecot_conf.versions import Version

_UNTIL_2_3_13 = frozenset(("autocreate", "expire", "mail_filter", "snarf"))
"""Plugins that the earlier releases of 2.3 have."""


class PluginOfOtherVersion(Rule):
    """A plugin is loaded that only another version of Dovecot has.

    2.4 has no `zlib`, `imap_zlib`, `listescape`, `replication`, `old_stats`, `imap_old_stats`,
    `mailbox_alias`, `fts_lucene` and `fts_squat`. 2.3 has no `mail_compress`. Neither has `stats`,
    `imap_stats`, `autocreate`, `expire`, `mail_filter`, `snarf` and `mbox_snarf`; some releases before
    2.3.14 have `autocreate`, `expire`, `mail_filter` and `snarf`, so in 2.3 these four are a warning. A
    process that is to load such a plugin does not start.

    Bad:

    ```2.3
    mail_plugins = stats
    ```

    ```2.4
    mail_plugins {
      zlib = yes
    }
    ```

    Dovecot says:

    ```2.3
    Fatal: Plugin 'stats' not found from directory /usr/lib/dovecot/modules
    ```

    ```2.4
    Fatal: Plugin 'zlib' not found from directory /usr/lib/dovecot/modules
    ```

    Good:

    ```2.3
    mail_plugins = old_stats
    ```

    ```2.4
    mail_plugins {
      mail_compress = yes
    }
    ```

    How to fix:

    Take the plugin out of `mail_plugins`, and put in its place what the finding names: in 2.3 `zlib`
    for `mail_compress` and `old_stats` for `stats`, in 2.4 `mail_compress` for `zlib`. Some have become
    settings (in 2.4 `mailbox_autoexpunge` for `expire`), others have nothing in their place.
    """

    code = "PN209"
    name = "plugin-other-version"
    severity = Severity.ERROR
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for names of plugins that are gone, or not yet there."""
        version = context.version
        for name, span, protocols in loaded_names(context):
            instead = plugin_names.gone(name, version)
            if not instead:
                continue
            early = version is Version.V23 and name in _UNTIL_2_3_13
            release = "2.3.14 and later have" if early else f"Dovecot {version} has"
            where = nothing_starts(context, protocols)
            text = f"{release} no plugin '{name}': {where}"
            severity = Severity.WARNING if early else self.severity
            yield self.found(span, text, hint=instead, severity=severity)
