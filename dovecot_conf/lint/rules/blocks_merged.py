"""PN314 blocks-merged."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint.context import PUSH, Context
from dovecot_conf.lint.rule import Rule
from dovecot_conf.positions import Span
from dovecot_conf.tree import Section, Setting
from dovecot_conf.versions import Version


class BlocksMerged(Rule):
    """Two `push_notification` blocks of the same name are one driver.

    2.4 merges blocks by their names, over all files. Where both set the same thing, the last one counts
    and the first is lost. Two drivers of one kind need two names, and `driver` in the blocks.

    Bad:

    ```2.4
    mail_plugins = notify push_notification
    push_notification ox {
      url = http://127.0.0.1:8009/preliminary/http-notify/v1/notify
    }
    push_notification ox {
      url = http://127.0.0.1:8010/preliminary/http-notify/v1/notify
    }
    ```

    Dovecot says:

    ```2.4
    Debug: push-notification-ox: Using URL http://127.0.0.1:8010/preliminary/http-notify/v1/notify
    ```

    Good:

    ```2.4
    mail_plugins = notify push_notification
    mail_attribute {
      dict file {
        path = %{home}/dovecot-attributes
      }
    }
    push_notification ox {
      url = http://127.0.0.1:8009/preliminary/http-notify/v1/notify
    }
    push_notification second {
      driver = ox
      ox_url = http://127.0.0.1:8010/preliminary/http-notify/v1/notify
    }
    ```

    How to fix:

    Give the second block another name, write `driver = ox` (or whichever kind it is) into it, and its
    options with their longer names: `ox_url` for `url`. If only one driver is meant, remove the other
    block, or one of the two settings.
    """

    code = "PN314"
    name = "blocks-merged"
    severity = Severity.WARNING
    versions = (Version.V24,)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for settings that a block of the same name and scope has before."""
        seen: dict[tuple[object, ...], tuple[Setting, Section]] = {}
        told: set[Span] = set()
        for node, enclosing in context.configuration.walk():
            if not isinstance(node, Setting) or not enclosing:
                continue
            block = enclosing[-1]
            if block.word != PUSH or block.label:
                continue
            scope = (_short(node.key, block.name), *((section.word, section.name) for section in enclosing))
            first, other = seen.get(scope, (node, block))
            seen[scope] = (node, block)
            if other is block or first.value == node.value or block.statement_span in told:
                continue
            told.add(block.statement_span)
            place = other.statement_span
            text = f"this block and that of {place.file}:{place.line} are one driver, of which"
            text += f" {node.key} is set twice"
            hint = "give the second block another name, and 'driver =' the kind of driver"
            yield self.found(block.statement_span, text, hint=hint)


def _short(key: str, name: str) -> str:
    """Return a key without the words that may be left out inside of a block."""
    for prefix in (f"{PUSH}_", f"{name.lower()}_"):
        key = key.removeprefix(prefix)
    return key
