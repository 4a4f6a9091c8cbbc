"""PN204 plugins-dropped."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Fix, Severity
from dovecot_conf.lint.context import MAIL_PLUGINS, PUSH, Context, gather
from dovecot_conf.lint.fixes.making import before, unsafe
from dovecot_conf.lint.fixes.plugins import plugins_block
from dovecot_conf.lint.rule import Rule
from dovecot_conf.positions import Span
from dovecot_conf.tree import Setting, ValueKind
from dovecot_conf.versions import Version

_HINTS = {
    Version.V23: "begin the value with $mail_plugins",
    Version.V24: "write 'mail_plugins {' with 'NAME = yes' lines, which adds to the outer list",
}

_OF_PUSH = frozenset((PUSH, "notify", "push_notification_lua", "mail_lua"))


class PluginsDropped(Rule):
    """A protocol's `mail_plugins` drops the global ones.

    `mail_plugins = …` inside `protocol X { }` replaces the global list for that protocol. In 2.3 the
    word `$mail_plugins` keeps it; in 2.4 the form with braces does. An empty value is taken for a
    decision and not reported, and so is a value that has every global name. One that repeats a global name
    was chosen by hand: it is an information, unless push notifications are lost.

    Bad:

    ```2.3
    mail_plugins = quota
    protocol lmtp {
      mail_plugins = notify push_notification
    }
    plugin {
      push_notification_driver = dlog
    }
    ```

    ```2.4
    mail_plugins = quota
    protocol lmtp {
      mail_plugins = notify push_notification
    }
    push_notification dlog {
    }
    ```

    Good:

    ```2.3
    mail_plugins = quota
    protocol lmtp {
      mail_plugins = $mail_plugins notify push_notification
    }
    plugin {
      push_notification_driver = dlog
    }
    ```

    ```2.4
    mail_plugins = quota
    protocol lmtp {
      mail_plugins {
        notify = yes
        push_notification = yes
      }
    }
    push_notification dlog {
    }
    ```

    How to fix:

    Begin the value with `$mail_plugins` in 2.3; write `mail_plugins { }` with lines `NAME = yes` in
    2.4. If the global plugins are not wanted there, silence the finding.
    """

    code = "PN204"
    name = "plugins-dropped"
    severity = Severity.WARNING
    fixes = (Applicability.UNSAFE,)

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Compare each protocol's list with the global one."""
        words = context.configuration.settings().words(MAIL_PLUGINS)
        outer = [word for word in words if not word.startswith("$")]
        places: list[tuple[tuple[Span, tuple[str, ...], bool, Fix | None], str]] = []
        for protocol in context.protocols:
            value = context.settings[protocol].get(MAIL_PLUGINS)
            inner = context.push[protocol].plugins
            if value is None or value.node is None or not value.scope or not inner:
                continue
            if value.node.key != MAIL_PLUGINS or "$mail_plugins" in value.raw or "$SET:" in value.raw:
                continue
            lost = tuple(plugin for plugin in outer if plugin not in inner)
            if lost:
                chosen = len(lost) < len(outer) and not _OF_PUSH.intersection(lost)
                fix = _kept(value.node, inner, context.version)
                places.append(((value.span, lost, chosen, fix), protocol))
        for (span, lost, chosen, fix), protocols in gather(places):
            text = f"{context.named(protocols)} loses the global plugins: {', '.join(lost)}"
            severity = Severity.INFO if chosen else self.severity
            yield self.found(span, text, hint=_HINTS[context.version], severity=severity, fix=fix)


def _kept(node: Setting, plugins: tuple[str, ...], version: Version) -> Fix | None:
    """Return the fix that keeps the global plugins."""
    if version is Version.V24:
        edit = plugins_block(node, plugins)
        return unsafe("add to the global plugins", edit) if edit is not None else None
    if node.kind is not ValueKind.PLAIN:
        return None
    return unsafe("begin with $mail_plugins", before(node.value_span, "$mail_plugins "))
