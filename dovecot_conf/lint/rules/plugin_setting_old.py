"""PN705 plugin-setting-old."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint.context import PUSH, Context
from dovecot_conf.lint.numbered import is_numbered
from dovecot_conf.lint.rule import Rule
from dovecot_conf.successors import successor
from dovecot_conf.tree import Setting
from dovecot_conf.versions import Version

_SECTION = "plugin"


class PluginSettingOld(Rule):
    """A push notification setting stands in `plugin { }`, which 2.4 doesn't have.

    Each `push_notification_driver` of 2.3 is a block of its own in 2.4, its options are settings in it:
    `ox:url=… cache_lifetime=60` becomes `url` and `cache_ttl` in `push_notification ox { }`,
    `lua:file=…` becomes `lua_file` in `push_notification lua { }`. Blocks have names, not numbers, and
    there are no gaps.

    Bad:

    ```2.4
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlog
    }
    ```

    Good:

    ```2.4
    mail_plugins = notify push_notification
    push_notification dlog {
    }
    ```

    How to fix:

    Write a block `push_notification NAME {` for each driver, with its options as settings in it, and
    other settings under their names of 2.4. Remove the lines from `plugin { }`, and the section once it
    is empty.
    """

    code = "PN705"
    name = "plugin-setting-old"
    severity = Severity.ERROR
    versions = (Version.V24,)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for the keys in sections that 2.4 refuses."""
        for node, enclosing in context.configuration.walk():
            if not isinstance(node, Setting) or not enclosing or enclosing[-1].word != _SECTION:
                continue
            if is_numbered(node.key):
                instead = f"'{PUSH} {_driver(node.value)} {{', with its options as settings in it"
            else:
                instead = successor(node.key)
            if instead:
                text = f"2.4 has no plugin {{ }}: {node.key} is written in another way"
                yield self.found(node.statement_span, text, hint=f"write {instead}")


def _driver(value: str) -> str:
    """Return the name of the driver in a value of 2.3."""
    name = value.partition(":")[0].strip()
    return name if name.isalnum() else "NAME"
