"""The configuration of a test: a script alone, or a file of Dovecot's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from dovecot_conf import Configuration, Severity, Version, load, loads
from dovecot_conf.push import PushConfig
from drivers.chain import load_chain
from drivers.lua.driver import LuaDriver
from drivers.lua.settings import SCRIPT_SETTING
from drivers.lua.versions import api_texts
from drivers.plugins import plugin_problem
from drivers.registry import DriverRegistry
from drivers.scripting import DEFAULT_SCRIPTING, LUA_APIS, LUA_VERSIONS, Scripting
from drivers.testing.errors import PushError
from mailstore.dict_setting import find_dict_setting
from mailstore.settings import UserSettings, read_blocks
from mailstore.users import User

_PLUGINS = ("notify", "push_notification", "mail_lua", "push_notification_lua")
_BASE: Mapping[Version, str] = {
    Version.V23: f"mail_plugins = {' '.join(_PLUGINS)}\n",
    Version.V24: "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\nmail_plugins {\n"
    + "".join(f"  {plugin} = yes\n" for plugin in _PLUGINS)
    + "}\npush_notification lua {\n}\n",
}
_SCRIPT_SETTINGS: Mapping[Version, tuple[str, ...]] = {
    Version.V23: ("plugin/push_notification_driver=lua", f"plugin/{SCRIPT_SETTING}=%s"),
    Version.V24: ("push_notification/lua/lua_file=%s",),
}
"""A configuration with nothing but a script, which is named as by doveadm's ``-o``."""

_ESCAPES = {Version.V23: ("%", "%%"), Version.V24: ("%{", "%%{")}
"""What begins a %variable, and what stands for it as it is."""

_YES = "yes"


@dataclass(frozen=True, slots=True)
class Configured:
    """A configuration, and how its scripts are run. ``has_metadata``: it stands for a server with a dict."""

    configuration: Configuration
    scripting: Scripting
    registry: DriverRegistry
    has_metadata: bool = True

    def push(self, protocol: str) -> PushConfig:
        """Return what holds for a protocol."""
        return self.configuration.push(protocol)

    def says_yes(self, name: str, protocol: str) -> bool:
        """Tell whether a setting is on."""
        found = self.configuration.settings(protocol).get(name)
        return found is not None and found.text == _YES

    def enables_metadata(self, protocol: str, user: str, home: str) -> bool:
        """Tell whether there is a dict for METADATA. Raises VariableError."""
        if self.has_metadata:
            return True
        reader = UserSettings(self.configuration, protocol, User(user, home, None, None, {}))
        setting = find_dict_setting(reader, read_blocks(self.configuration, protocol))
        return setting is not None and bool(setting.driver)

    def check_script(self, protocol: str, variables: Mapping[str, str]) -> None:
        """Raise PushError, with Lua's text, when a script of the chain can't be opened or compiled."""
        push = self.push(protocol)
        if plugin_problem(push) is not None or LuaDriver.plugin not in push.plugins:
            return
        chain = load_chain(push, registry=self.registry, variables=variables, scripting=self.scripting)
        failed = next(iter(chain.not_loaded), None)
        if failed is not None and failed.definition.driver.lower() == LuaDriver.name:
            raise PushError(failed.reason)


def configured_script(
    script: Path, version: str | None, settings: Mapping[str, str], scripting: Scripting
) -> Configured:
    """Return a configuration with one driver, the script. Raises PushError, DriverError, OverrideError."""
    dialect = _version(version) or Version.V23
    escaped = str(script).replace(*_ESCAPES[dialect])
    overrides = [text.replace("%s", escaped) for text in _SCRIPT_SETTINGS[dialect]]
    configuration = loads(
        _BASE[dialect], version=dialect, overrides=[*overrides, *_overrides(settings, dialect)]
    )
    return _configured(configuration, scripting, has_metadata=True)


def configured_file(
    path: Path, version: str | None, settings: Mapping[str, str], scripting: Scripting
) -> Configured:
    """Return the configuration of a file. Raises PushError, ConfigError, DriverError, OverrideError."""
    dialect = _version(version)
    configuration = load(path, version=dialect)
    if settings:
        overrides = _overrides(settings, configuration.version)
        configuration = load(path, version=dialect, overrides=overrides)
    problem = next((one for one in configuration.problems if one.severity is Severity.ERROR), None)
    if problem is not None:
        raise PushError(problem.message, span=problem.span)
    return _configured(configuration, scripting, has_metadata=False)


def scripting_of(lua: str, lua_api: str | None) -> Scripting:
    """Return how scripts are run. Raises PushError for versions that there aren't."""
    if lua not in LUA_VERSIONS:
        raise PushError(f"lua is one of {', '.join(LUA_VERSIONS)}, not {lua!r}")
    if lua_api is not None and lua_api not in LUA_APIS:
        raise PushError(f"lua_api is one of {', '.join(LUA_APIS)}, not {lua_api!r}")
    return replace(DEFAULT_SCRIPTING, lua=lua, api=lua_api or "")


def _configured(configuration: Configuration, scripting: Scripting, *, has_metadata: bool) -> Configured:
    api_texts(configuration.version, scripting.api)
    return Configured(configuration, scripting, DriverRegistry.installed(), has_metadata)


def _version(text: str | None) -> Version | None:
    if text is None:
        return None
    try:
        return Version(text)
    except ValueError:
        raise PushError(f"version is one of {', '.join(Version)}, not {text!r}") from None


def _overrides(settings: Mapping[str, str], version: Version) -> list[str]:
    of_plugin = next((name for name in settings if name.startswith("plugin/")), None)
    if of_plugin is not None and version is Version.V24:
        raise PushError(f"Dovecot 2.4 has no plugin settings: {of_plugin.partition('/')[2]} can't be set")
    return [f"{name}={value}" for name, value in settings.items()]
