"""PN308 plugin-variable-unknown."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.errors import VariableError
from dovecot_conf.lint.context import Context, gather
from dovecot_conf.lint.rule import Rule
from dovecot_conf.positions import Span
from dovecot_conf.variables import expand, user_values
from dovecot_conf.versions import Version


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
    """  # noqa: E501 - Dovecot's own line

    code = "PN308"
    name = "plugin-variable-unknown"
    severity = Severity.ERROR
    versions = (Version.V23,)

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Expand each value for a made-up user."""
        found: list[tuple[tuple[Span, str], str]] = []
        for protocol, settings in context.settings.items():
            values = user_values("user@example.com", protocol, home="/home/user")
            for name, value in settings.plugin.items():
                if "%" not in value.text:
                    continue
                try:
                    expand(value.text, values, Version.V23)
                except VariableError as error:
                    text = f"plugin setting {name} can't be expanded: {error.message}"
                    found.append(((value.span, text), protocol))
        for (span, text), protocols in gather(found):
            where = f"every session of {context.named(protocols)} fails"
            yield self.found(span, f"{text}: {where}", hint="write %% for a percent sign")
