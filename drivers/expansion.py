"""%variables of driver definitions, expanded for one user as the two versions do it."""

from __future__ import annotations

from collections.abc import Mapping

from dovecot_conf.errors import DriverError, VariableError
from dovecot_conf.push import DriverDefinition, DriverOption, PushConfig
from dovecot_conf.variables import expand
from dovecot_conf.versions import Version
from drivers.secrets import hide_in_options
from drivers.texts import SORTS_PLUGIN_SETTINGS


def expanded_plugin(push: PushConfig, variables: Mapping[str, str], *, show_secrets: bool) -> dict[str, str]:
    """Expand all plugin settings of 2.3, as Dovecot does before it looks at any, in its order.

    Raises DriverError.
    """

    def expanded(name: str, text: str) -> str:
        try:
            return expand(text, variables, Version.V23)
        except VariableError as error:
            shown = text if show_secrets else hide_in_options(text)
            message = f"Failed to expand plugin setting {name} = '{shown}': {error.message}"
            raise DriverError(message) from error

    names = sorted(push.plugin) if push.protocol in SORTS_PLUGIN_SETTINGS else list(push.plugin)
    return {name: expanded(name, push.plugin[name]) for name in names}


def with_plugin(push: PushConfig, plugin: Mapping[str, str]) -> PushConfig:
    """Return the chain of 2.3 with expanded plugin settings."""
    return push._replace(
        definitions=tuple(_split(one, plugin[one.setting]) for one in push.definitions),
        fallback=tuple(_split(one, plugin[one.setting]) for one in push.fallback),
    )


def expanded_options(
    definition: DriverDefinition, variables: Mapping[str, str], prefix: str
) -> DriverDefinition:
    """Expand the options of a 2.4 block, as Dovecot does when the driver reads them.

    Raises DriverError, with ``prefix`` in front of the text.
    """

    def expanded(name: str, value: str) -> str:
        try:
            return expand(value, variables, Version.V24)
        except VariableError as error:
            message = f"{prefix}Failed to expand {name} setting variables: {error.message}"
            raise DriverError(message) from error

    options = tuple(
        option._replace(value=expanded(option.name, option.value)) for option in definition.options
    )
    pairs = tuple((name, expanded(name, value)) for name, value in definition.client.pairs)
    return definition._replace(options=options, client=definition.client._replace(pairs=pairs))


def _split(definition: DriverDefinition, text: str) -> DriverDefinition:
    """Split an expanded 2.3 setting anew; its options stand where the definition stands."""
    if text == definition.text:
        return definition
    driver, colon, rest = text.partition(":")
    options = []
    for word in rest.split(" "):
        if word:
            name, _, value = word.partition("=")
            options.append(DriverOption(name, value, definition.span))
    return definition._replace(
        driver=driver, options=tuple(options), option_text=rest if colon else None, text=text
    )
