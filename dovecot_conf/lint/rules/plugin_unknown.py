"""PN207 plugin-unknown."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf import plugin_names
from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint.context import Context
from dovecot_conf.lint.loaded import loaded_names, nothing_starts
from dovecot_conf.lint.rule import Rule
from dovecot_conf.lint.rules.plugin_misspelled import meant_push_plugin
from dovecot_conf.near import nearest

_CUTOFF = 0.75


class PluginUnknown(Rule):
    """A name in `mail_plugins` is that of no plugin.

    Dovecot looks for the module when a process starts to serve a user, and ends the process if there
    is none: nobody logs in, no mail is delivered. `doveconf` does not look. Plugins of other makers
    that are known by name have a rule of their own (PN208); a plugin of your own is silenced by its
    comment.

    Bad:

    ```2.3
    mail_plugins = qouta
    ```

    ```2.4
    mail_plugins {
      qouta = yes
    }
    ```

    Dovecot says:

    ```2.3
    Fatal: Plugin 'qouta' not found from directory /usr/lib/dovecot/modules
    ```

    ```2.4
    Fatal: Plugin 'qouta' not found from directory /usr/lib/dovecot/modules
    ```

    Good:

    ```2.3
    mail_plugins = quota
    ```

    ```2.4
    mail_plugins {
      quota = yes
    }
    ```

    How to fix:

    Correct the name. If it is that of a plugin that doesn't come with Dovecot, install it for this
    version of Dovecot and silence the finding, or take the name out of `mail_plugins`.
    """

    code = "PN207"
    name = "plugin-unknown"
    severity = Severity.WARNING
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look each name up."""
        version = context.version
        for name, span, protocols in loaded_names(context):
            if name in plugin_names.plugins(version) or meant_push_plugin(name):
                continue
            if plugin_names.third_party(name, version) or plugin_names.gone(name, version):
                continue
            near = nearest(name.lower().replace("-", "_"), plugin_names.known(version), _CUTOFF)
            hint = f"did you mean {near}?" if near else "it must be installed by hand, or it is a mistake"
            where = nothing_starts(context, protocols)
            text = f"Dovecot {version} has no plugin '{name}': without it {where}"
            yield self.found(span, text, hint=hint)
