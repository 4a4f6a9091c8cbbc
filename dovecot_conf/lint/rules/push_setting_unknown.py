"""PN307 push-setting-unknown."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Severity
from dovecot_conf.lint.context import Context
from dovecot_conf.lint.fixes.chain import driver_renamed
from dovecot_conf.lint.numbered import ROOTS, is_numbered
from dovecot_conf.lint.rule import Rule
from dovecot_conf.near import advice, advised, nearest
from dovecot_conf.versions import Version

_KNOWN = (*ROOTS, "push_notification_lua_script_file")
_PREFIX = "push_notification"
_CUTOFF = 0.85


class PushSettingUnknown(Rule):
    """A key of `plugin { }` looks like a misspelled push notification setting.

    `plugin { }` takes any key, so a typing error is never reported and the driver never loads. It is
    a warning, since a plugin of another maker may have such a setting.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlog
      push_notifcation_driver2 = dlog:second
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlog
      push_notification_driver2 = dlog:second
    }
    ```

    How to fix:

    Correct the name of the setting.
    """

    code = "PN307"
    name = "push-setting-unknown"
    severity = Severity.WARNING
    versions = (Version.V23,)
    fixes = (Applicability.UNSAFE,)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Compare the keys of plugin { } with the known ones."""
        for name, value, protocols in context.plugin_values(_is_unknown):
            near, number = _near(name)
            span = value.node.key_span if value.node is not None else value.span
            hint = advice(f"{near}{number}" if near else "")
            fix = driver_renamed(context, protocols[0], name, advised(hint), Applicability.UNSAFE)
            yield self.found(span, f"Dovecot's push plugins read no setting '{name}'", hint=hint, fix=fix)


def _is_unknown(name: str, _text: str) -> bool:
    if is_numbered(name) or name in _KNOWN:
        return False
    return name.startswith(_PREFIX) or bool(_near(name)[0])


def _near(name: str) -> tuple[str, str]:
    """Return what a name is most like, and the number behind it."""
    stem = name.rstrip("0123456789")
    return nearest(stem, _KNOWN, _CUTOFF), name[len(stem) :]
