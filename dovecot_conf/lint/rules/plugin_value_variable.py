"""PN308 plugin-variable-unknown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Fix, Severity
from dovecot_conf.errors import VariableError
from dovecot_conf.lint.context import Context
from dovecot_conf.lint.fixes.making import before, unsafe, within_a_line
from dovecot_conf.lint.rule import Rule
from dovecot_conf.tree import Setting
from dovecot_conf.variables import expand, user_values
from dovecot_conf.versions import Version

_PERCENT = re.compile(r"(?<!%)(?:%%)*%(?=[0-9A-Fa-f]{2}|[^A-Za-z0-9{%]|\Z)")


class PluginVariableUnknown(Rule):
    """A value in `plugin { }` has a percent sign that begins no variable.

    Dovecot 2.3 expands every value of `plugin { }` for each user, whether or not a plugin reads it.
    One that can't be expanded makes every session of every user fail. A percent sign that is meant
    as such, as in a URL, is written `%%`.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1/new%20mail
    }
    ```

    Dovecot says:

    ```2.3
    Error: Failed to expand plugin setting push_notification_driver = 'ox:url=http://127.0.0.1/new%20mail': Unknown variable '%m'
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1/new%%20mail
    }
    ```

    How to fix:

    Write `%%` for a percent sign that is meant as such, or correct the name of the variable.
    """  # noqa: E501 - Dovecot's own line

    code = "PN308"
    name = "plugin-variable-unknown"
    severity = Severity.ERROR
    versions = (Version.V23,)
    fixes = (Applicability.UNSAFE,)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Expand each value for a made-up user."""
        values = user_values("user@example.com", "lmtp", home="/home/user")
        for name, value, protocols in context.plugin_values(lambda _, text: "%" in text):
            try:
                expand(value.text, values, Version.V23)
            except VariableError as error:
                where = f"every session of {context.named(protocols)} fails"
                text = f"plugin setting {name} can't be expanded: {error.message}: {where}"
                yield self.found(
                    value.span, text, hint="write %% for a percent sign", fix=_doubled(value.node)
                )


def _doubled(node: Setting | None) -> Fix | None:
    """Return the fix that doubles the percent signs in front of hex digits, and those that begin no name."""
    if node is None or not within_a_line(node.value_span):
        return None
    starts = (node.value_start + match.end() - 1 for match in _PERCENT.finditer(node.raw))
    edits = [before(node.place(start, start + 1), "%") for start in starts]
    return unsafe("double the percent sign", *edits) if edits else None
