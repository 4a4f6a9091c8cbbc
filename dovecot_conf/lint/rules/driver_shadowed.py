"""PN312 driver-shadowed."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint.context import Context, gather
from dovecot_conf.lint.numbered import follows_numbering, is_numbered
from dovecot_conf.lint.rule import Rule
from dovecot_conf.positions import Span
from dovecot_conf.versions import Version


class DriverShadowed(Rule):
    """A driver inside of a `protocol` takes the place of the global one with the same name.

    Drivers are keys of `plugin { }`: a protocol that sets `push_notification_driver` again has its own
    driver instead of the global one, not one more. That may be meant, so it is an information.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlog
    }
    protocol doveadm {
      plugin {
        push_notification_driver = dlog:second
      }
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlog
    }
    protocol doveadm {
      plugin {
        push_notification_driver2 = dlog:second
      }
    }
    ```

    How to fix:

    To have both drivers in the protocol, give the one inside of it the next free name, for example
    `push_notification_driver2`. If it is to have its own instead of the global one, there is nothing to
    do.
    """

    code = "PN312"
    name = "driver-shadowed"
    severity = Severity.INFO
    versions = (Version.V23,)

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Compare the drivers of each protocol with those outside of all filters."""
        outer = context.configuration.settings().plugin
        names = [name for name in outer if is_numbered(name) and follows_numbering(name) and outer[name].text]
        found: list[tuple[tuple[Span, str, Span], str]] = []
        for protocol in context.loading():
            plugin = context.settings[protocol].plugin
            for name in names:
                value = plugin[name]
                if value.scope and value.node is not None and value.text not in ("", outer[name].text):
                    found.append(((value.node.key_span, name, outer[name].span), protocol))
        for (span, name, first), protocols in gather(found):
            text = (
                f"{context.named(protocols)} has this driver instead of the one of {first.file}:{first.line}"
            )
            yield self.found(span, text, hint=f"to have both, give this one the next free name after {name}")
