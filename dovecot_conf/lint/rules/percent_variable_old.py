"""PN702 percent-variable-old."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Edit, Fix, Severity
from dovecot_conf.lint.context import Context
from dovecot_conf.lint.fixes.making import safe, within_a_line
from dovecot_conf.lint.rule import Rule
from dovecot_conf.names import table
from dovecot_conf.tree import Setting
from dovecot_conf.versions import Version

NAMES = {
    "u": "user",
    "n": "user | username",
    "d": "user | domain",
    "h": "home",
    "s": "protocol",
    "r": "remote_ip",
    "l": "local_ip",
    "w": "password",
    "p": "pid",
    "i": "uid",
}
"""What 2.4 has instead of the letters of 2.3."""

FILTERS = {"L": "lower", "U": "upper", "M": "md5", "H": "hash", "N": "hash", "X": "hex", "R": "reverse"}
"""What 2.4 has instead of the modifiers."""

TIMES = ("log_timestamp",)
"""Settings whose letters are those of ``strftime``."""

_OWN_VARIABLES = re.compile(r"_format$|^mail_log_prefix$|^rejection_(?:reason|subject)$")
"""Settings with variables of their own, where the letters stood for other things."""

_EXACT = frozenset("LU")
"""Modifiers whose filters of 2.4 give the same text."""

_NEXT = rf"\{{|[-0-9.]*[LUEXRHNMDT]*[{''.join(NAMES)}](?![A-Za-z0-9])"
_VARIABLE = re.compile(
    rf"%[-0-9.]*(?P<modifiers>[LUEXRHNMDT]*)(?P<letter>[{''.join(NAMES)}])"
    rf"(?![A-Za-z0-9]|%(?!{_NEXT})|=[0-9A-F]{{2}})"
)


class PercentVariableOld(Rule):
    """A variable such as `%u` is plain text in Dovecot 2.4.

    2.4 replaces `%{name}` only. A letter of 2.3 stays as it is, and `doveconf` says nothing: every user
    gets the same path.

    Bad:

    ```2.4
    mail_path = ~/mail/%d/%n
    ```

    Good:

    ```2.4
    mail_path = ~/mail/%{user | domain}/%{user | username}
    ```

    How to fix:

    Write the variable with its long name: `%{user}`, `%{user | username}`, `%{user | domain}`.
    """

    code = "PN702"
    name = "percent-variable-old"
    severity = Severity.WARNING
    versions = (Version.V24,)
    fixes = (Applicability.SAFE,)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for the letters in every value."""
        for node, _ in context.configuration.walk():
            if not isinstance(node, Setting) or "%" not in node.value or node.key in TIMES:
                continue
            found = list(_VARIABLE.finditer(node.value.replace("%%", "__")))
            if found:
                old = list(dict.fromkeys(match[0] for match in found))
                are = "are" if len(old) > 1 else "is"
                text = f"{', '.join(old)} in {node.key} {are} plain text in 2.4"
                own = _own_default(node.key)
                hint = f"its default in 2.4 shows the names: {own}" if own else f"write {_names(found)}"
                yield self.found(node.value_span, text, hint=hint, fix=None if own else _rewritten(node))


def _names(found: list[re.Match[str]]) -> str:
    return ", ".join(dict.fromkeys(map(_new, found)))


def _own_default(key: str) -> str:
    """Return the default of a setting that has variables of its own; '' for others."""
    known = table(Version.V24).names.get(key)
    return str(known.default) if known is not None and _OWN_VARIABLES.search(key) else ""


def _rewritten(node: Setting) -> Fix | None:
    """Return the fix that writes all variables as 2.4 does, if there is the same for each of them."""
    edits = []
    for match in _VARIABLE.finditer(node.raw.replace("%%", "__")):
        span = node.place(node.value_start + match.start(), node.value_start + match.end())
        exact = match[0] == f"%{match['modifiers']}{match['letter']}" and not set(match["modifiers"]) - _EXACT
        if not exact or not within_a_line(span):
            return None
        edits.append(Edit(span, _new(match)))
    return safe("write the variables of 2.4", *edits) if edits else None


def _new(match: re.Match[str]) -> str:
    filters = [FILTERS[letter] for letter in match["modifiers"] if letter in FILTERS]
    return "%{" + " | ".join([NAMES[match["letter"]], *filters]) + "}"
