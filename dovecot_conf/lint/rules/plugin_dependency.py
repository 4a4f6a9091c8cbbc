"""PN211 plugin-dependency-missing."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf import plugin_names
from dovecot_conf.diagnostics import Applicability, Diagnostic, Edit, Fix, Severity
from dovecot_conf.lint.context import PUSH, Context, gather
from dovecot_conf.lint.loaded import loaded_names, nothing_starts
from dovecot_conf.lint.rule import Rule
from dovecot_conf.positions import Span
from dovecot_conf.versions import Version

_RULES_OF_THEIR_OWN = frozenset((PUSH, "push_notification_lua"))


_MEANT_OUTER = "$mail_plugins"
"""Taken as a name it is another rule's matter; with it the list is not as meant."""


class PluginDependencyMissing(Rule):
    """A plugin is loaded without another one that it needs.

    `mail_log` needs `notify`, `imap_quota` and `trash` need `quota`, `imap_acl` needs `acl`, and so on,
    in the same effective `mail_plugins`. Without it the process does not start, and `doveconf` does not
    notice. (`push_notification` has the rules PN201 and PN502.)

    Bad:

    ```2.3
    mail_plugins = mail_log
    ```

    ```2.4
    mail_plugins {
      mail_log = yes
    }
    ```

    Dovecot says:

    ```2.3
    Fatal: Couldn't load required plugin /usr/lib/dovecot/modules/lib20_mail_log_plugin.so: Plugin notify must be loaded also
    ```

    ```2.4
    Fatal: Couldn't load required plugin /usr/lib/dovecot/modules/lib20_mail_log_plugin.so: Plugin notify must be loaded also
    ```

    Good:

    ```2.3
    mail_plugins = notify mail_log
    ```

    ```2.4
    mail_plugins {
      notify = yes
      mail_log = yes
    }
    ```

    How to fix:

    Add the missing plugin to the same `mail_plugins`: in 2.3 as a word, in 2.4 as a line `NAME = yes`.
    Or take out the plugin that needs it.
    """  # noqa: E501 - Dovecot's own line

    code = "PN211"
    name = "plugin-dependency-missing"
    severity = Severity.ERROR
    fixes = (Applicability.UNSAFE,)

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for what each plugin needs in the lists of the same protocols."""
        for name, span, protocols in loaded_names(context):
            plugin = plugin_names.plugins(context.version).get(name)
            if plugin is None or name in _RULES_OF_THEIR_OWN:
                continue
            lacking = (
                (", ".join(need for need in plugin.needs if need not in context.plugins(protocol)), protocol)
                for protocol in protocols
                if plugin.loads_in(protocol) and _MEANT_OUTER not in context.plugins(protocol)
            )
            for missing, without in gather(lacking):
                if not missing:
                    continue
                where = nothing_starts(context, without)
                text = f"{name} is loaded without {missing}: {where}"
                hint = f"add {missing} to the same mail_plugins"
                yield self.found(span, text, hint=hint, fix=_fix(context, span, name, missing))


def _fix(context: Context, span: Span, name: str, missing: str) -> Fix | None:
    """Return how the missing plugins come in front of ``name`` in a list, None where it isn't in one."""
    if context.version is Version.V24 or span.end_column - span.column != len(name):
        return None
    start = span._replace(end_line=span.line, end_column=span.column)
    return Fix(f"add {missing}", (Edit(start, f"{missing.replace(',', '')} "),))
