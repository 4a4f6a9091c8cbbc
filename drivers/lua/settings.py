"""Which script a lua driver runs (2.3.19.1, 2.4.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dovecot_conf.errors import DriverError, VariableError
from dovecot_conf.push import DriverDefinition
from dovecot_conf.variables import expand
from dovecot_conf.versions import Version
from drivers.interface import InitContext
from drivers.options import OptionKind, OptionSpec

SCRIPT_SETTING = "push_notification_lua_script_file"
SHARED_SETTING = "mail_lua_script"
SHARED_PLUGIN = "mail_lua"
OPTIONS: Mapping[Version, tuple[OptionSpec, ...]] = {
    Version.V23: (OptionSpec("file", OptionKind.STRING),),
    Version.V24: (OptionSpec("lua_file", OptionKind.STRING, required=True),),
}


def script_of(definition: DriverDefinition, context: InitContext) -> str | None:
    """Return the path of the script, None for that of the mail_lua plugin, which 2.3 takes if none is named.

    Raises DriverError with Dovecot's text when there is none.
    """
    values = {option.name: option.value for option in definition.options}
    if context.version is Version.V24:
        if not values.get("lua_file"):
            raise DriverError("lua_file setting is empty")
        return values["lua_file"]
    path = context.plugin.get(SCRIPT_SETTING) or values.get("file")
    if path is None and SHARED_PLUGIN not in context.user_plugins:
        raise DriverError(f"No file in config and no {SCRIPT_SETTING} set")
    return path


def named_by(context: InitContext, path: str | None) -> str:
    """Return the plugin setting that names a script, '' if an option of the driver does."""
    if path is None:
        return SHARED_SETTING
    return SCRIPT_SETTING if context.plugin.get(SCRIPT_SETTING) else ""


def expanded_settings(pairs: Iterable[tuple[str, str]], variables: Mapping[str, str]) -> dict[str, str]:
    """Return 2.4's ``lua_settings`` for a user. Raises VariableError with Dovecot's text."""
    values = {}
    for name, value in pairs:
        try:
            values[name] = expand(value, variables, Version.V24)
        except VariableError as error:
            lead = f"dlua settings: Failed to parse configuration: Failed to expand lua_settings/{name}"
            raise VariableError(f"{lead} setting variables: {error.message}") from error
    return values
