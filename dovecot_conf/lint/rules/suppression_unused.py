"""PN901 suppression-unused."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Severity
from dovecot_conf.lint.directives import without
from dovecot_conf.lint.review import CommentRule, Review


class SuppressionUnused(CommentRule):
    """A comment silences a rule that has nothing to say there.

    What it was written for is gone, or stands in another line: a comment is valid for its own line, and
    for the one below if it has a line for itself. Left alone it would hide the next mistake. A rule that
    wasn't asked, because it is deselected or about another version of Dovecot, says nothing of its comments.

    Bad:

    ```2.3
    # pushnotif: ignore[PN301]
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlog
    }
    ```

    ```2.4
    mail_plugins {
      notify = yes # pushnotif: ignore[PN201]
      push_notification = yes
    }
    push_notification dlog {
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlog
      # pushnotif: ignore[PN301]
      push_notification_driver3 = dlog:third
    }
    ```

    ```2.4
    mail_plugins {
      notify = yes
      push_notification = yes
    }
    push_notification dlog {
    }
    ```

    How to fix:

    Remove the comment, or the word that is not needed any more. If its finding is in another line, move
    the comment to that line, or to a line of its own above it.
    """

    code = "PN901"
    name = "suppression-unused"
    severity = Severity.WARNING
    fixes = (Applicability.SAFE,)

    def check_comment(self, review: Review) -> Iterator[Diagnostic]:
        """Look for words that silenced nothing."""
        unused = frozenset(review.unused)
        for word in review.unused:
            yield self.found(
                word.span,
                f"{word.text} has nothing to silence here",
                hint="remove it, or move the comment to the line of the finding or the one above",
                fix=without(review.directive, unused, review.around),
            )
