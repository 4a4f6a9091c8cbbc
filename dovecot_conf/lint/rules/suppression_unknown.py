"""PN902 suppression-unknown."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint.review import CommentRule, Review

EXAMPLE = "# pushnotif: ignore[PN301]"


class SuppressionUnknown(CommentRule):
    """A comment that is to silence a finding names no rule that exists.

    It silences nothing. A rule is named by its code, its name or the beginning of codes (PN3), in brackets
    and with commas between several.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlog # pushnotif: ignore[driver-chain-gop]
    }
    ```

    ```2.4
    mail_plugins {
      notify = yes
      push_notification = yes
    }
    # pushnotif: ignore PN309
    push_notification dlog {
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlog
      push_notification_driver3 = dlog:third # pushnotif: ignore[driver-chain-gap]
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

    Correct the code or the name in the brackets; `pushnotif rules` lists them all. Without brackets or
    with empty ones, add a rule, as in `# pushnotif: ignore[PN301]`, or remove the comment.
    """

    code = "PN902"
    name = "suppression-unknown"
    severity = Severity.WARNING

    def check_comment(self, review: Review) -> Iterator[Diagnostic]:
        """Look for words that stand for no rule, and for comments without any."""
        if not review.directive.words:
            text = "the comment silences nothing: no rule in brackets follows 'ignore'"
            yield self.found(review.directive.span, text, hint=f"write for example {EXAMPLE}")
        for word in review.unknown:
            if not word.text:
                text = "the comment silences nothing: no rule is between its brackets"
                yield self.found(review.directive.span, text, hint=f"write for example {EXAMPLE}")
                continue
            advice = review.catalogue.advice(word.text) or "'pushnotif rules' lists them"
            yield self.found(word.span, f"no such rule: '{word.text}'", hint=advice)
