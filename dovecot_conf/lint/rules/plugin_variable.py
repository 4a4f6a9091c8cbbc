"""PN206 plugin-variable-literal."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint.context import Context, gather
from dovecot_conf.lint.rule import Rule
from dovecot_conf.versions import Version

_HINTS = {
    Version.V23: "write $mail_plugins without quotes, with spaces around it",
    Version.V24: "write 'mail_plugins {' with 'NAME = yes' lines, which adds to the outer list",
}


class PluginVariableLiteral(Rule):
    """`$mail_plugins` is taken as the name of a plugin.

    In 2.4 there is no `$mail_plugins`: the text stays as it is. In 2.3 quotes have the same effect.
    `doveconf` accepts both, and no process that loads plugins starts.

    Bad:

    ```2.3
    mail_plugins = notify
    protocol doveadm {
      mail_plugins = "$mail_plugins quota"
    }
    ```

    ```2.4
    mail_plugins = $mail_plugins quota
    ```

    Dovecot says:

    ```2.3
    Fatal: Plugin '$mail_plugins' not found from directory /usr/lib/dovecot/modules
    ```

    ```2.4
    Fatal: Plugin '$mail_plugins' not found from directory /usr/lib/dovecot/modules
    ```

    Good:

    ```2.3
    mail_plugins = notify
    protocol doveadm {
      mail_plugins = $mail_plugins quota
    }
    ```

    ```2.4
    mail_plugins {
      quota = yes
    }
    ```

    How to fix:

    In 2.3 write `$mail_plugins` without quotes, with spaces around it. In 2.4 write `mail_plugins { }`
    with lines `NAME = yes`, which adds to the outer list.
    """

    code = "PN206"
    name = "plugin-variable-literal"
    severity = Severity.ERROR

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for effective names that begin with a dollar sign."""
        found = (
            ((context.plugin_word(protocol, word), word), protocol)
            for protocol in context.protocols
            for word in sorted(context.plugins(protocol))
            if word.startswith("$")
        )
        for (span, word), protocols in gather(found):
            where = context.named(protocols)
            text = f"'{word}' is taken as the name of a plugin: no process of {where} starts"
            yield self.found(span, text, hint=_HINTS[context.version])
