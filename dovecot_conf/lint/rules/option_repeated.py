"""PN304 option-repeated."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Severity
from dovecot_conf.lint.context import Context
from dovecot_conf.lint.fixes.chain import option_removal
from dovecot_conf.lint.fixes.making import safe
from dovecot_conf.lint.rule import Rule
from dovecot_conf.versions import Version


class OptionRepeated(Rule):
    """An option stands twice in one driver setting; the last one wins.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/a url=http://127.0.0.1:8009/b
    }
    ```

    Dovecot says:

    ```2.3
    Debug: push-notification-ox: Using URL http://127.0.0.1:8009/b
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/b
    }
    ```

    How to fix:

    Remove the one that is not meant; today the last one counts.
    """

    code = "PN304"
    name = "option-repeated"
    severity = Severity.WARNING
    versions = (Version.V23,)
    fixes = (Applicability.SAFE,)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Compare the names of the options of each driver."""
        for definition, protocols in context.definitions:
            if context.unclear_driver(definition, protocols[0]):
                continue
            last = {option.name: option for option in definition.options}
            for option in definition.options:
                winner = last[option.name]
                if option is not winner:
                    text = (
                        f"{definition.driver} option {option.name} is given again later; the last one counts"
                    )
                    edit = option_removal(definition, option)
                    fix = safe("remove the first one", edit) if edit is not None else None
                    yield self.found(option.span, text, hint="remove one of the two", fix=fix)
