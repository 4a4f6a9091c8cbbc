"""The driver chain of Dovecot 2.4: the blocks ``push_notification NAME { … }``.

The order is that in which a running 2.4.1 loads them: the scopes that hold from the outside in, the
names of a scope in file order, a name that occurs again at its last place.
"""

from __future__ import annotations

from dovecot_conf.clients import client_settings
from dovecot_conf.file_values24 import TYPE, completed
from dovecot_conf.files import Files
from dovecot_conf.lists24 import parse_names
from dovecot_conf.names import table
from dovecot_conf.positions import Span
from dovecot_conf.push import DriverDefinition, DriverOption, LuaSettings, UnreadDefinition
from dovecot_conf.scopes import SettingValue, override_span
from dovecot_conf.scopes24 import Block, Scope24
from dovecot_conf.settings24 import Settings24
from dovecot_conf.versions import Version

WORD = "push_notification"
_SCRIPT = "lua_file"
_SCRIPT_DRIVER = "lua"
_OWN_KEYS = ("push_notification_driver", "push_notification_name")


def chain(settings: Settings24, files: Files) -> list[DriverDefinition]:
    """Return the definitions in loading order; ``files`` reads what their settings name."""
    return [
        _definition(settings, name, files)._replace(
            client=client_settings(settings, Version.V24, files, f"{WORD}/{name}/"),
            lua=lua_settings(settings, f"{WORD}/{name}", files),
        )
        for name in _names(settings)
    ]


def lua_settings(settings: Settings24, place: str, files: Files) -> LuaSettings:
    """Return what a script is given at a place, such as ``mail_lua``: its own, or what holds around it."""
    value = settings.get(f"{place}/{_SCRIPT}")
    file = "" if value is None else _value(_SCRIPT, value, files)
    return LuaSettings(file, settings.pairs(f"{place}/lua_settings"))


def unread(settings: Settings24, files: Files) -> list[UnreadDefinition]:
    """Return the blocks that only exist through settings such as ``push_notification/ox/url = …``.

    A running 2.4.1 doesn't load them, although doveconf prints them as blocks.
    """
    loaded = _names(settings)
    found: dict[str, None] = {}
    for scope in settings.scopes():
        for child in scope.children.values():
            block = child.block
            if (
                block is not None
                and block.word == WORD
                and block.name is not None
                and block.name not in loaded
            ):
                found[block.name] = None
    reason = "{0}/{1} is only written as a path; without a block '{0} {1} {{' Dovecot doesn't load it"
    return [UnreadDefinition(_definition(settings, name, files), reason.format(WORD, name)) for name in found]


def _names(settings: Settings24) -> list[str]:
    override = settings.overridden(frozenset()).get(WORD)
    if override is not None:
        return parse_names(override.text)
    ordered: dict[str, None] = {}
    for scope in settings.scopes():
        for name in scope.names.get(WORD, ()):
            ordered.pop(name, None)
            ordered[name] = None
    return list(ordered)


def _definition(settings: Settings24, name: str, files: Files) -> DriverDefinition:
    blocks = frozenset((Block(WORD, name),))
    scopes = settings.scopes(blocks)
    own = [scope for scope in scopes if scope.block in blocks]
    driver = settings.value(f"{WORD}/{name}/driver") or name
    keys = dict.fromkeys(key for scope in own for key in scope.values)
    keys.update(dict.fromkeys(settings.overridden(blocks)))
    # Those named after the driver alone are looked for around an empty block as well.
    own_prefix, short_prefix = f"{WORD}_{driver.lower()}_", f"{driver.lower()}_"
    prefixes = (
        (own_prefix, short_prefix) if any(key.startswith(own_prefix) for key in keys) else (short_prefix,)
    )
    outer = (scope for scope in scopes if scope.block is None)
    keys.update(dict.fromkeys(key for scope in outer for key in scope.values if key.startswith(prefixes)))
    if driver.lower() == _SCRIPT_DRIVER:
        keys.setdefault(_SCRIPT)
    options = []
    for key in keys:
        value = settings.get(f"{WORD}/{name}/{key}")
        if value is not None and key not in _OWN_KEYS:
            options.append(DriverOption(key, _value(key, value, files), value.span))
    return DriverDefinition(f"{WORD}/{name}", driver, tuple(options), _span(own))


def _value(key: str, value: SettingValue, files: Files) -> str:
    """Return a value; the name of a file is relative to the file that has the setting."""
    known = table(Version.V24).names.get(key)
    if known is None or known.type != TYPE:
        return value.text
    return completed(value.text, value.span.file, files)


def _span(scopes: list[Scope24]) -> Span:
    """Return where the block is opened, or else where something is set in it."""
    for scope in reversed(scopes):
        if scope.opened is not None:
            return scope.opened.statement_span
        for entry in scope.values.values():
            return entry.node.statement_span
    return override_span(1, "")
