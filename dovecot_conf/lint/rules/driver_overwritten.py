"""PN313 driver-overwritten."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Edit, Fix, Severity
from dovecot_conf.lint.context import Context
from dovecot_conf.lint.numbered import ROOTS, follows_numbering, is_numbered, next_name
from dovecot_conf.lint.rule import Rule
from dovecot_conf.tree import Setting
from dovecot_conf.versions import Version

_SECTION = "plugin"


class DriverOverwritten(Rule):
    """A driver setting stands twice, and the first is lost.

    All `plugin { }` sections of all files are one: the last value of a key counts. Two files that each
    set `push_notification_driver` make one driver, without a word. The second needs the next number.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlog
    }
    plugin {
      push_notification_driver = dlog:second
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlog
    }
    plugin {
      push_notification_driver2 = dlog:second
    }
    ```

    How to fix:

    Call the second driver by the next free name, for example `push_notification_driver2`. If only one
    of the two is meant, remove the other.
    """

    code = "PN313"
    name = "driver-overwritten"
    severity = Severity.WARNING
    versions = (Version.V23,)
    fixes = (Applicability.UNSAFE,)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for keys that a scope has before."""
        seen: dict[tuple[object, ...], Setting] = {}
        for node, enclosing in context.configuration.walk():
            if not isinstance(node, Setting) or not enclosing or enclosing[-1].word != _SECTION:
                continue
            if not is_numbered(node.key) or not follows_numbering(node.key):
                continue
            scope = (node.key, *((section.word, section.name) for section in enclosing))
            first = seen.get(scope)
            seen[scope] = node
            if first is None or not first.value or node.value in ("", first.value):
                continue
            place = first.statement_span
            text = f"this takes the place of the driver of {place.file}:{place.line}, which is lost"
            fix = _fix(context, node)
            yield self.found(node.key_span, text, hint=f"{fix.title}, or remove one of the two", fix=fix)


def _fix(context: Context, node: Setting) -> Fix:
    taken = {name for settings in context.settings.values() for name in settings.plugin}
    root = next(root for root in ROOTS if node.key.startswith(root))
    free = next_name(root, taken)
    return Fix(f"call the second one {free}", (Edit(node.key_span, free),))
