"""PN702 percent-variable-old."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint.context import Context
from dovecot_conf.lint.rule import Rule
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

_VARIABLE = re.compile(
    rf"%[-0-9.]*(?P<modifiers>[LUEXRHNMDT]*)(?P<letter>[{''.join(NAMES)}])(?![A-Za-z0-9%]|=[0-9A-F]{{2}})"
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

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for the letters in every value."""
        for node, _ in context.configuration.walk():
            if not isinstance(node, Setting) or "%" not in node.value:
                continue
            found = list(_VARIABLE.finditer(node.value.replace("%%", "__")))
            if found:
                old = list(dict.fromkeys(match[0] for match in found))
                new = ", ".join(dict.fromkeys(map(_new, found)))
                are = "are" if len(old) > 1 else "is"
                text = f"{', '.join(old)} in {node.key} {are} plain text in 2.4"
                yield self.found(node.value_span, text, hint=f"write {new}")


def _new(match: re.Match[str]) -> str:
    filters = [FILTERS[letter] for letter in match["modifiers"] if letter in FILTERS]
    return "%{" + " | ".join([NAMES[match["letter"]], *filters]) + "}"
