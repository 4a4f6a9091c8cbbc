"""PN206 plugin-variable-literal."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Edit, Fix, Severity
from dovecot_conf.lint.context import MAIL_PLUGINS, Context, gather, words_of
from dovecot_conf.lint.fixes.making import safe, within_a_line
from dovecot_conf.lint.fixes.plugins import plugins_block
from dovecot_conf.lint.rule import Rule
from dovecot_conf.tree import ValueKind
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
    fixes = (Applicability.SAFE,)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for effective names that begin with a dollar sign."""
        found = (
            ((context.plugin_word(protocol, word), word, _meant(context, protocol, word)), protocol)
            for protocol in context.protocols
            for word in sorted(context.plugins(protocol))
            if word.startswith("$")
        )
        for (span, word, fix), protocols in gather(found):
            where = context.named(protocols, "any protocol")
            text = f"'{word}' is taken as the name of a plugin: no process of {where} starts"
            yield self.found(span, text, hint=_HINTS[context.version], fix=fix)


def _meant(context: Context, protocol: str, word: str) -> Fix | None:
    """Return the fix that adds to the outer list, as the version does it."""
    settings = context.settings[protocol]
    if word != f"${MAIL_PLUGINS}":
        return None
    if context.version is Version.V24:
        item = settings.get(f"{MAIL_PLUGINS}/{word}")
        node = item.node if item is not None else None
        plugins = [name for _, name in words_of(node.value) if name != word] if node is not None else []
        edit = plugins_block(node, plugins) if node is not None else None
        return safe(f"write {MAIL_PLUGINS} {{ }}", edit) if edit is not None else None
    value = settings.get(MAIL_PLUGINS)
    node = value.node if value is not None else None
    if node is None or node.kind is not ValueKind.QUOTED or not within_a_line(node.value_span):
        return None
    inside = node.raw[1:-1]
    if node.value != inside or inside != inside.strip() or {'"', "'", "#"} & set(inside):
        return None
    start, end = node.value_start, len(node.text)
    quotes = (Edit(node.place(start, start + 1), ""), Edit(node.place(end - 1, end), ""))
    return safe("remove the quotes", *quotes)
