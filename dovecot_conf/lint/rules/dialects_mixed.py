"""PN701 dialects-mixed."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.detect import other_language
from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint.context import Context
from dovecot_conf.lint.rule import Rule
from dovecot_conf.versions import Version

_HINTS = {
    Version.V23: "take the lines of 2.4 out, or check with --dovecot-version 2.4",
    Version.V24: "rewrite the lines of 2.3, or check with --dovecot-version 2.3",
}


class DialectsMixed(Rule):
    """The languages of Dovecot 2.3 and 2.4 are mixed.

    A configuration is read as one of them: as 2.4 when it has something that only 2.4 has, whatever else
    stands in it. What belongs to the other version is refused or means something else. Each file is
    named once, with the first such line.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    push_notification dlog {
    }
    ```

    ```2.4
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlog
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlog
    }
    ```

    ```2.4
    mail_plugins = notify push_notification
    push_notification dlog {
    }
    ```

    How to fix:

    Rewrite the lines of the other version, or name the version that is meant with `--dovecot-version`.
    """

    code = "PN701"
    name = "dialects-mixed"
    severity = Severity.WARNING

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for the first line of the other language in each file."""
        configuration = context.configuration
        nodes = (node for node, _ in configuration.walk())
        other = Version.V23 if context.version is Version.V24 else Version.V24
        for node, sign in other_language(nodes, context.version):
            text = (
                f"{sign} belongs to Dovecot {other}, but this is read as {context.version}:"
                f" {configuration.version_reason}"
            )
            yield self.found(node.statement_span, text, hint=_HINTS[context.version])
