"""PN703 dollar-variable-old."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Fix, Severity
from dovecot_conf.lint.context import Context
from dovecot_conf.lint.fixes.making import before, safe, within_a_line
from dovecot_conf.lint.rule import Rule
from dovecot_conf.names import table
from dovecot_conf.tree import Setting, ValueKind
from dovecot_conf.versions import Version

_WORD = re.compile(r"(?:^|(?<=\s))\$(?P<name>[a-z][a-z0-9_]+)")

PLUGIN_LISTS = ("mail_plugins",)
"""Settings where the word is taken as a name, which is another rule's matter."""

DICT_MAP = "dict_map"
"""A block where the word stands for a part of a key."""


class DollarVariableOld(Rule):
    """A `$setting` is plain text in Dovecot 2.4.

    2.3 put the value of the setting there. In 2.4 that is written `$SET:setting`; the old form stays as
    it is, and `doveconf` says nothing. In quotes it is plain text in both.

    Bad:

    ```2.4
    mail_path = ~/mail
    mail_control_path = $mail_path
    ```

    Good:

    ```2.4
    mail_path = ~/mail
    mail_control_path = $SET:mail_path
    ```

    How to fix:

    Write `$SET:setting`.
    """

    code = "PN703"
    name = "dollar-variable-old"
    severity = Severity.WARNING
    versions = (Version.V24,)
    fixes = (Applicability.SAFE,)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for words that are the name of a setting, of 2.3 or of 2.4, behind a dollar sign."""
        known = table(Version.V24).names
        for node, sections in context.configuration.walk():
            if not isinstance(node, Setting) or "$" not in node.value or node.key in PLUGIN_LISTS:
                continue
            if node.kind is ValueKind.QUOTED:
                continue  # plain text in both versions
            if any(section.word == DICT_MAP for section in sections):
                continue
            for match in _WORD.finditer(node.value):
                name = match["name"]
                if name in known or name in table(Version.V23).names:
                    hint = f"write $SET:{name}" if name in known else "write the value itself"
                    text = f"${name} in {node.key} is plain text in 2.4"
                    fix = _rewritten(node, name) if name in known else None
                    yield self.found(node.value_span, text, hint=hint, fix=fix)


def _rewritten(node: Setting, name: str) -> Fix | None:
    """Return the fix that writes ``$SET:`` in front of each of these names."""
    edits = []
    for match in _WORD.finditer(node.raw):
        if match["name"] == name:
            start = node.value_start + match.start("name")
            span = node.place(start, start + len(name))
            if within_a_line(span):
                edits.append(before(span, "SET:"))
    return safe(f"write $SET:{name}", *edits) if edits else None
