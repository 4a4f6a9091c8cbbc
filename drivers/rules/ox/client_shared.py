"""PN418 ox-client-shared."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule, gather
from dovecot_conf.push import DriverOption
from dovecot_conf.tree import Setting
from dovecot_conf.versions import Version
from drivers.rules.definitions import Written, written
from drivers.rules.ox.clients import TIMEOUT, client


class OxClientShared(Rule):
    """Time limits and attempts of a second `ox` driver are not used.

    All `ox` drivers of a process share one HTTP client, which has the settings of the first one that
    sends (seen with 2.3.19 and 2.4.1; from 2.4.4 on each has its own). With one second for the first
    and four for the second, both give up after one.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify timeout_msecs=1000
      push_notification_driver2 = ox:url=http://127.0.0.1:8010/notify timeout_msecs=4000
    }
    ```

    ```2.4
    mail_plugins = notify push_notification
    mail_attribute {
      dict file {
        path = %{home}/dovecot-attributes
      }
    }
    push_notification ox {
      ox_url = http://127.0.0.1:8009/notify
      http_client_request_timeout = 1s
    }
    push_notification other {
      driver = ox
      ox_url = http://127.0.0.1:8010/notify
      http_client_request_timeout = 4s
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify timeout_msecs=1000
      push_notification_driver2 = ox:url=http://127.0.0.1:8010/notify timeout_msecs=1000
    }
    ```

    ```2.4
    mail_plugins = notify push_notification
    mail_attribute {
      dict file {
        path = %{home}/dovecot-attributes
      }
    }
    http_client_request_timeout = 1s
    push_notification ox {
      ox_url = http://127.0.0.1:8009/notify
    }
    push_notification other {
      driver = ox
      ox_url = http://127.0.0.1:8010/notify
    }
    ```

    How to fix:

    Give all `ox` drivers the same time limit and the same number of attempts: in 2.3 the same
    `timeout_msecs` and `max_retries` in each, in 2.4 `http_client_request_timeout` and
    `http_client_request_max_attempts` once, outside of the blocks. From 2.4.4 on they may differ.
    """

    code = "PN418"
    name = "ox-client-shared"
    severity = Severity.INFO

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Compare what each later driver of a chain writes with the one before it."""
        if _has_own_clients(context):
            return
        drivers = {ox.span: ox for ox in written(context, "ox") if not ox.unclear}
        found: list[tuple[tuple[DriverOption, str], str]] = []
        for protocol, push in context.push.items():
            chain = [drivers[item.span] for item in push.definitions if item.span in drivers]
            for later in chain[1:]:
                unread = _unread(context.version, chain[0], later)
                found.extend(((option, chain[0].definition.setting), protocol) for option in unread)
        for (option, first), _protocols in gather(found):
            text = f"{option.name} of {first} counts for this driver too: they share one HTTP client"
            yield self.found(option.span, text, hint=f"give both the same {option.name}")


def _has_own_clients(context: Context) -> bool:
    """Tell whether the configuration says that it is for a release with a client for each driver."""
    written_version = next(
        (
            node.value
            for node in context.configuration.document.children
            if isinstance(node, Setting) and node.key == "dovecot_config_version"
        ),
        "",
    )
    numbers = tuple(int(part) for part in written_version.split(".") if part.isdecimal())
    return context.version is Version.V24 and numbers >= (2, 4, 4)


def _unread(version: Version, first: Written, later: Written) -> Iterator[DriverOption]:
    one, other = client(first, version), client(later, version)
    for option in other.written:
        is_timeout = option.name == TIMEOUT[version]
        if (one.timeout != other.timeout) if is_timeout else (one.attempts != other.attempts):
            yield option
