"""PN213 plugins-replaced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from dovecot_conf.diagnostics import Applicability, Diagnostic, Edit, Fix, Severity
from dovecot_conf.lint.context import MAIL_PLUGINS, Context, words_of
from dovecot_conf.lint.rule import Rule
from dovecot_conf.tree import Section, Setting, ValueKind
from dovecot_conf.versions import Version

_HINTS = {
    Version.V23: "write $mail_plugins in front of the names to keep the others",
    Version.V24: "write 'mail_plugins {' with 'NAME = yes' lines, which adds to the list",
}

Scope = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class _List:
    """The names of a scope up to a line, and whether they are known."""

    names: dict[str, Setting] = field(default_factory=dict)
    clear: bool = True


class PluginsReplaced(Rule):
    """A second `mail_plugins` in the same place replaces the first.

    The last one counts, whichever file it is in: what the first one has, and the second hasn't, is not
    loaded. This happens when each of several files of `conf.d` sets the plugins it is about.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_plugins = quota
    plugin {
      push_notification_driver = dlog
    }
    ```

    ```2.4
    mail_plugins {
      notify = yes
      push_notification = yes
    }
    mail_plugins = quota
    push_notification dlog {
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    mail_plugins = $mail_plugins quota
    plugin {
      push_notification_driver = dlog
    }
    ```

    ```2.4
    mail_plugins {
      notify = yes
      push_notification = yes
    }
    mail_plugins {
      quota = yes
    }
    push_notification dlog {
    }
    ```

    How to fix:

    In 2.3 write `$mail_plugins` in front of the names of the second list. In 2.4 write the second list
    as a block `mail_plugins { }` with lines `NAME = yes`, which adds to the first. If the first list is
    not meant any more, remove it.
    """

    code = "PN213"
    name = "plugins-replaced"
    severity = Severity.WARNING
    fixes = (Applicability.UNSAFE,)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Follow the list of each scope through the files."""
        lists: dict[Scope, _List] = {}
        for node, enclosing in context.configuration.walk():
            if not isinstance(node, Setting):
                continue
            if enclosing and enclosing[-1].word == MAIL_PLUGINS:
                if node.value.lower() in ("yes", "y", "1"):
                    known = lists.setdefault(_scope(enclosing[:-1]), _List())
                    known.names.setdefault(node.key, node)
            elif node.key == MAIL_PLUGINS and not any(section.label for section in enclosing):
                known = lists.setdefault(_scope(enclosing), _List())
                yield from self._follow(context, known, node)

    def _follow(self, context: Context, known: _List, node: Setting) -> Iterator[Diagnostic]:
        names = {word: node for _, word in words_of(node.value)}
        if context.version is Version.V23 and f"${MAIL_PLUGINS}" in node.raw:
            known.names |= names
            return
        clear = not context.unclear(node.raw)
        lost = [name for name in known.names if name not in names and not name.startswith("$")]
        if lost and names and clear and known.clear:
            first = known.names[lost[0]].statement_span
            text = f"this replaces the list of {first.file}:{first.line}, so {', '.join(lost)} "
            text += "are not loaded" if len(lost) > 1 else "is not loaded"
            yield self.found(
                node.value_span, text, hint=_HINTS[context.version], fix=_fix(node, context.version)
            )
        known.names, known.clear = names, clear


def _fix(node: Setting, version: Version) -> Fix | None:
    if version is not Version.V23 or node.kind is ValueKind.QUOTED:
        return None
    start = node.place(node.value_start, node.value_start)
    return Fix(f"put ${MAIL_PLUGINS} in front", (Edit(start, f"${MAIL_PLUGINS} "),))


def _scope(enclosing: tuple[Section, ...]) -> Scope:
    return tuple((section.word, section.name) for section in enclosing)
