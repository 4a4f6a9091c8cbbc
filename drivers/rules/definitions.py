"""What the rules of a driver look at: its definitions and the values of its options."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dovecot_conf.errors import VariableError
from dovecot_conf.lint import Context
from dovecot_conf.positions import Span
from dovecot_conf.push import DriverDefinition, DriverOption
from dovecot_conf.scopes import SettingValue
from dovecot_conf.variables import expand, user_values


class Written(NamedTuple):
    """A driver as written, and the protocols that see it.

    ``options`` are the effective ones by name (the last of a name), as a made-up user has them: with
    their %variables expanded. An option is missing here if that is impossible. ``unclear``: what the
    configuration says depends on a file, the environment or a template.
    """

    definition: DriverDefinition
    protocols: tuple[str, ...]
    options: dict[str, DriverOption]
    unclear: bool

    @property
    def span(self) -> Span:
        """Where the driver is defined."""
        return self.definition.span


def is_on(value: SettingValue | None) -> bool:
    """Tell whether a boolean setting is written down and on."""
    return value is not None and value.text.lower() in ("yes", "y", "1")


def written(context: Context, driver: str) -> Iterator[Written]:
    """Yield every definition of a driver."""
    values = user_values("user@example.com", "lmtp", home="/home/user")
    for definition, protocols in context.definitions:
        if definition.driver.lower() != driver:
            continue
        options: dict[str, DriverOption] = {}
        for option in definition.options:
            try:
                text = expand(option.value, values, context.version)
            except VariableError:
                options.pop(option.name, None)
            else:
                options[option.name] = option._replace(value=text)
        yield Written(definition, protocols, options, context.unclear_driver(definition, protocols[0]))
