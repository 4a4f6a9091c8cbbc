"""PN216 delivery-differs."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint.context import MAIL_PLUGINS, PUSH, Context
from dovecot_conf.lint.rule import Rule
from dovecot_conf.tree import Section, Setting, Statement

_OTHER = {"lmtp": "lda", "lda": "lmtp"}
_PROTOCOL = "protocol"


class DeliveryDiffers(Rule):
    """One of `lmtp` and `lda` loads `push_notification`, and the other one's list doesn't have it.

    Mail that comes in by the other way notifies nobody. It is an information, since many servers use
    one of them only and keep the section of the other.

    Bad:

    ```2.3
    protocol lmtp {
      mail_plugins = $mail_plugins notify push_notification
    }
    protocol lda {
      mail_plugins = $mail_plugins quota
    }
    plugin {
      push_notification_driver = dlog
    }
    ```

    ```2.4
    protocol lmtp {
      mail_plugins {
        notify = yes
        push_notification = yes
      }
    }
    protocol lda {
      mail_plugins {
        quota = yes
      }
    }
    push_notification dlog {
    }
    ```

    Good:

    ```2.3
    protocol lmtp {
      mail_plugins = $mail_plugins notify push_notification
    }
    protocol lda {
      mail_plugins = $mail_plugins notify push_notification
    }
    plugin {
      push_notification_driver = dlog
    }
    ```

    ```2.4
    protocol lmtp {
      mail_plugins {
        notify = yes
        push_notification = yes
      }
    }
    protocol lda {
      mail_plugins {
        notify = yes
        push_notification = yes
      }
    }
    push_notification dlog {
    }
    ```

    How to fix:

    If both are in use, add `notify` and `push_notification` to the `mail_plugins` of the other one as
    well: in 2.3 as words, in 2.4 as lines `notify = yes` and `push_notification = yes`. If the other
    one delivers nothing, there is nothing to do.
    """

    code = "PN216"
    name = "delivery-differs"
    severity = Severity.INFO

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for the list of the one that doesn't load the plugin."""
        if PUSH in context.configuration.settings().words(MAIL_PLUGINS):
            return
        for protocol, other in _OTHER.items():
            loads = PUSH in context.plugins(protocol)
            if not loads or PUSH in context.plugins(other) or context.unclear_plugins(other):
                continue
            node = _list_of(context, other)
            if node is not None:
                text = (
                    f"{protocol} loads {PUSH} and {other} doesn't: mail that {other} delivers notifies nobody"
                )
                hint = f"add notify and {PUSH} here, if {other} is in use"
                yield self.found(node.statement_span, text, hint=hint)


def _list_of(context: Context, protocol: str) -> Statement | None:
    """Return the last ``mail_plugins`` in a section of this protocol."""
    found = None
    for node, enclosing in context.configuration.walk():
        name = node.key if isinstance(node, Setting) else node.word if isinstance(node, Section) else ""
        if name == MAIL_PLUGINS and len(enclosing) == 1:
            section = enclosing[0]
            if section.word == _PROTOCOL and section.name == protocol:
                found = node
    return found if isinstance(found, Statement) else None
