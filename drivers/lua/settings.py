"""Which script a lua driver runs (2.3.19.1, 2.4.1)."""

from __future__ import annotations

from collections.abc import Mapping

from dovecot_conf.errors import DriverError
from dovecot_conf.push import DriverDefinition
from dovecot_conf.versions import Version
from drivers.interface import InitContext
from drivers.options import OptionKind, OptionSpec

_SETTINGS = "lua_settings/"
SCRIPT_SETTING = "push_notification_lua_script_file"
OPTIONS: Mapping[Version, tuple[OptionSpec, ...]] = {
    Version.V23: (OptionSpec("file", OptionKind.STRING),),
    Version.V24: (OptionSpec("lua_file", OptionKind.STRING, required=True),),
}


def script_of(definition: DriverDefinition, context: InitContext) -> str:
    """Return the path of the script. Raises DriverError with Dovecot's text when none is named."""
    values = {option.name: option.value for option in definition.options}
    if context.version is Version.V24:
        if not values.get("lua_file"):
            raise DriverError("lua_file setting is empty")
        return values["lua_file"]
    path = context.plugin.get(SCRIPT_SETTING) or values.get("file")
    if path is None:
        raise DriverError(f"No file in config and no {SCRIPT_SETTING} set")
    return path


def settings_of(definition: DriverDefinition) -> dict[str, str]:
    """Return 2.4's ``lua_settings``, which ``script_init`` is given."""
    return {
        item.name.removeprefix(_SETTINGS): item.value
        for item in definition.items
        if item.name.startswith(_SETTINGS)
    }
