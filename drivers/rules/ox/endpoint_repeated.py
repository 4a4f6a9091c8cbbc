"""PN413 ox-endpoint-repeated."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.positions import Span
from dovecot_conf.push import DriverDefinition
from drivers.rules.ox.endpoints import Endpoint, endpoints


class OxEndpointRepeated(Rule):
    """Two `ox` drivers of one chain send to the same endpoint.

    Each of them sends, so the endpoint gets every notification twice, and devices ring twice. Two
    drivers that are alike in all options are PN305.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify
      push_notification_driver2 = ox:url=http://127.0.0.1:8009/notify user_from_metadata
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
    }
    push_notification again {
      driver = ox
      ox_url = http://127.0.0.1:8009/notify
      ox_user_from_metadata = yes
    }
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify user_from_metadata
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
      ox_user_from_metadata = yes
    }
    ```

    How to fix:

    Remove one of the two drivers, and give the other one the options that are meant. In 2.3 call the
    drivers behind the removed one by the next lower names, so that they follow one another.
    """

    code = "PN413"
    name = "ox-endpoint-repeated"
    severity = Severity.WARNING

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Compare each endpoint with those before it that a protocol in common loads."""
        loaded = {
            (definition.span, protocol)
            for protocol, push in context.push.items()
            for definition in push.definitions
        }
        earlier: list[Endpoint] = []
        for endpoint in endpoints(context):
            first = next((other for other in earlier if _together(endpoint, other, loaded)), None)
            if first is not None:
                text = f"{first.ox.definition.setting} sends there already: it gets everything twice"
                yield self.found(endpoint.span, text, hint="remove one of the two")
            earlier.append(endpoint)


def _together(one: Endpoint, other: Endpoint, loaded: set[tuple[Span, str]]) -> bool:
    """Tell whether some protocol sends twice to one place, by drivers that are not alike."""
    if _target(one) != _target(other) or _options(one.ox.definition) == _options(other.ox.definition):
        return False
    return any(
        (one.ox.span, protocol) in loaded and (other.ox.span, protocol) in loaded
        for protocol in one.ox.protocols
        if protocol in other.ox.protocols
    )


def _target(endpoint: Endpoint) -> tuple[object, ...]:
    url = endpoint.url
    return url.scheme, url.address.lower(), url.connect_port, url.target, url.user


def _options(definition: DriverDefinition) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((option.name, option.value) for option in definition.options))
