"""PN404 ox-flag-is-on."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.lint.fixes.chain import option_removal
from dovecot_conf.lint.fixes.making import unsafe
from dovecot_conf.versions import Version
from drivers.options import OptionKind
from drivers.ox_options import OPTIONS
from drivers.rules.definitions import written

_FLAGS = frozenset(option.name for option in OPTIONS[Version.V23] if option.kind is OptionKind.FLAG)
_MEANT_OFF = frozenset(("no", "n", "false", "off", "0", "never"))


class OxFlagIsOn(Rule):
    """`user_from_metadata=no` switches it on.

    In 2.3 the mere presence of the word counts, whatever its value. The requests then carry the user
    of the METADATA entry and not the login name.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify user_from_metadata=no
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify
    }
    ```

    How to fix:

    Remove the option to switch it off.
    """

    code = "PN404"
    name = "ox-flag-is-on"
    severity = Severity.WARNING
    versions = (Version.V23,)
    fixes = (Applicability.UNSAFE,)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for flags with a value that means no."""
        for ox in written(context, "ox"):
            for option in ox.definition.options:
                if option.name in _FLAGS and option.value.lower() in _MEANT_OFF:
                    text = f"{option.name}={option.value} switches {option.name} on: only its presence counts"
                    edit = option_removal(ox.definition, option)
                    fix = unsafe("remove the option", edit) if edit is not None else None
                    yield self.found(option.span, text, hint="remove the option to switch it off", fix=fix)
