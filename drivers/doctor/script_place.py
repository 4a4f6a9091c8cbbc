"""Which script is meant, and who reads it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from dovecot_conf.files import Files
from dovecot_conf.push import DriverDefinition
from dovecot_conf.versions import Version
from drivers.lua.settings import SCRIPT_SETTING, SHARED_SETTING
from drivers.scripting import DEFAULT_SCRIPTING


class ScriptPlace(NamedTuple):
    """A script as the configuration names it, with its %variables expanded; None or '' if it names none.

    ``root`` is what absolute paths are looked up below. ``lua`` is the version of Lua that Dovecot has.
    ``is_shared``: it is that of the mail_lua plugin, which the driver of 2.3 takes where it names none.
    """

    path: str | None
    version: Version
    root: Path | None = None
    lua: str = DEFAULT_SCRIPTING.lua
    is_shared: bool = False

    @property
    def setting(self) -> str:
        """Where a script is named."""
        if self.is_shared:
            return f"{SHARED_SETTING} of the plugin settings"
        return "lua_file" if self.version is Version.V24 else f"file= of the driver, or {SCRIPT_SETTING}"

    @property
    def files(self) -> Files:
        """What opens absolute paths of the configuration."""
        return Files(self.root)


def script_place(
    definition: DriverDefinition,
    version: Version,
    plugin: Mapping[str, str],
    root: Path | None = None,
    lua: str = DEFAULT_SCRIPTING.lua,
) -> ScriptPlace:
    """Return the script of a lua driver whose definition, and ``plugin`` settings of 2.3, are expanded."""
    options = {option.name: option.value for option in definition.options}
    if version is Version.V24:
        file = options.get("lua_file")
        # A relative one has become that from the folder we are in when the configuration was read.
        path = str(Path(file).absolute()) if file and root is None else file
        return ScriptPlace(path, version, root, lua)
    path = plugin.get(SCRIPT_SETTING) or options.get("file")
    if path is None and plugin.get(SHARED_SETTING):
        return ScriptPlace(plugin[SHARED_SETTING], version, root, lua, is_shared=True)
    return ScriptPlace(path, version, root, lua)
