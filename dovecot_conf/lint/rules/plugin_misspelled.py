"""PN205 plugin-misspelled."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Severity
from dovecot_conf.lint.context import Context, gather
from dovecot_conf.lint.fixes.making import replaced
from dovecot_conf.lint.rule import Rule
from dovecot_conf.near import advice, nearest

_WANTED = ("notify", "push_notification", "push_notification_lua", "mail_lua")
_RELATED = re.compile(rf"(?:.+_)?(?:{'|'.join(_WANTED)})(?:_.+)?")
"""Names of other plugins that are made of these: notify_status, xaps_push_notification."""
_CUTOFF = 0.8


class PluginMisspelled(Rule):
    """A name in `mail_plugins` looks like a misspelled push plugin.

    A plugin that is not there stops every process that wants to load it; `doveconf` does not look.
    The names are `notify`, `push_notification`, `push_notification_lua` and `mail_lua`, with
    underscores. It is a warning, since a site may have a plugin of its own with such a name.

    Bad:

    ```2.3
    mail_plugins = notify push-notification
    ```

    ```2.4
    mail_plugins {
      notify = yes
      push-notification = yes
    }
    ```

    Dovecot says:

    ```2.3
    Fatal: Plugin 'push-notification' not found from directory /usr/lib/dovecot/modules
    ```

    ```2.4
    Fatal: Plugin 'push-notification' not found from directory /usr/lib/dovecot/modules
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
      notify = yes
      push_notification = yes
    }
    push_notification dlog {
    }
    ```

    How to fix:

    Write the name with underscores, as it stands above. If the plugin is one of your own, silence the
    finding.
    """

    code = "PN205"
    name = "plugin-misspelled"
    severity = Severity.WARNING
    fixes = (Applicability.UNSAFE,)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Compare each name with those of the push plugins."""
        found = (
            ((context.plugin_word(protocol, word), word, meant), protocol)
            for protocol in context.protocols
            for word in sorted(context.plugins(protocol))
            if (meant := meant_push_plugin(word))
        )
        for (span, word, meant), _protocols in gather(found):
            fix = replaced(span, word, meant, Applicability.UNSAFE)
            yield self.found(span, f"Dovecot has no plugin '{word}'", hint=advice(meant), fix=fix)


def meant_push_plugin(word: str) -> str:
    """Return which push plugin a name is most likely meant as, '' for none."""
    if _RELATED.fullmatch(word):
        return ""
    return nearest(word.lower().replace("-", "_"), _WANTED, _CUTOFF)
