"""PN318 block-short-key."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Edit, Severity
from dovecot_conf.lint.context import PUSH, Context
from dovecot_conf.lint.fixes.making import safe
from dovecot_conf.lint.rule import Rule
from dovecot_conf.tree import Setting
from dovecot_conf.versions import Version

_OX = "ox"
_KEYS = ("url", "cache_ttl", "user_from_metadata")
"""The options of ox by their shortest names."""


class BlockShortKey(Rule):
    """The short name of an option stands in a block that isn't named after its driver.

    `url` is short for `push_notification_ox_url` where the block's name is `ox`: 2.4 puts the words of
    the block in front, not those of the driver. In a block of another name, with `driver = ox`, it is
    `ox_url`; with `url` Dovecot refuses the whole configuration.

    Bad:

    ```2.4
    mail_plugins = notify push_notification
    push_notification calendar {
      driver = ox
      url = http://127.0.0.1:8009/preliminary/http-notify/v1/notify
    }
    ```

    Good:

    ```2.4
    mail_plugins = notify push_notification
    mail_attribute {
      dict file {
        path = %{home}/dovecot-attributes
      }
    }
    push_notification calendar {
      driver = ox
      ox_url = http://127.0.0.1:8009/preliminary/http-notify/v1/notify
    }
    ```

    How to fix:

    Write the option with `ox_` in front: `ox_url`, `ox_cache_ttl`, `ox_user_from_metadata`.
    """

    code = "PN318"
    name = "block-short-key"
    severity = Severity.ERROR
    versions = (Version.V24,)
    fixes = (Applicability.SAFE,)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for the names in blocks that are not called after ox."""
        for node, enclosing in context.configuration.walk():
            if isinstance(node, Setting) and node.key in _KEYS and enclosing and enclosing[-1].word == PUSH:
                name = enclosing[-1].name
                if name.lower() != _OX and not context.unclear(name):
                    full = f"{_OX}_{node.key}"
                    fix = safe(f"write {full}", Edit(node.key_span, full))
                    text = (
                        f"'{node.key}' is short for {full} in a block named {_OX} only, and this is '{name}'"
                    )
                    yield self.found(node.key_span, text, hint=fix.title, fix=fix)
