"""PN416 ox-delivery-blocked."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from drivers.rules.definitions import written
from drivers.rules.ox.clients import client

_LONG = 30_000


class OxDeliveryBlocked(Rule):
    """A silent endpoint holds up deliveries for long.

    LMTP answers only when the `ox` driver is done, so an endpoint that takes connections and says
    nothing delays each mail by the time limit of an attempt times the number of attempts (in 2.3 one
    more than `max_retries`). When that is more than half a minute, the processes that wait soon are all
    there are. (In 2.4 an attempt takes up to a minute where nothing is set.)

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify timeout_msecs=30000 max_retries=5
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
      http_client_request_timeout = 30s
      http_client_request_max_attempts = 6
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify timeout_msecs=2000 max_retries=1
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
      http_client_request_timeout = 2s
      http_client_request_max_attempts = 2
    }
    ```

    How to fix:

    Lower the time limit of an attempt or the number of attempts, so that both together make a few
    seconds: in 2.3 `timeout_msecs` and `max_retries`, in 2.4 `http_client_request_timeout` and
    `http_client_request_max_attempts`.
    """

    code = "PN416"
    name = "ox-delivery-blocked"
    severity = Severity.WARNING

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Multiply what is written; a limit of zero is PN415."""
        for ox in written(context, "ox"):
            http = client(ox, context.version)
            whole = http.timeout * http.attempts
            if http.written and http.timeout and whole > _LONG and not ox.unclear:
                text = f"a silent endpoint delays each delivery by {whole // 1000} seconds"
                hint = f"{http.attempts} attempts of {http.timeout} ms each: lower one of the two"
                yield self.found(http.written[0].span, text, hint=hint)
