"""Which script a lua driver runs, as the two versions look for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from dovecot_conf.lint import Context
from dovecot_conf.positions import Span
from dovecot_conf.scopes import SettingValue
from dovecot_conf.versions import Version
from drivers.lua.settings import SCRIPT_SETTING, SHARED_SETTING
from drivers.rules.definitions import Written, written

_UNCLEAR = re.compile(r"%|\{\{|\$\{|<%")


class Script(NamedTuple):
    """The script of one lua driver.

    ``path`` is None when no setting names one; ``span`` is where. ``shared``: it is that of the mail_lua
    plugin, which 2.3 takes if it stays. ``placed``: a relative path is that from the working directory here,
    as it began at the file that has the setting.
    """

    driver: Written
    path: str | None
    span: Span
    shared: bool = False
    placed: bool = False

    @property
    def known(self) -> bool:
        """Tell whether the path is the same for every user and every working directory."""
        if self.path is None or _UNCLEAR.search(self.path):
            return False
        return self.placed or self.path.startswith("/")


def scripts(context: Context) -> Iterator[Script]:
    """Yield the script of every lua driver, for the first protocol that sees the driver."""
    for lua in written(context, "lua"):
        settings = context.settings[lua.protocols[0]]
        if context.version is Version.V24:
            named = next(
                (one for one in lua.definition.options if one.name == "lua_file" and one.value), None
            )
            path, span = (None, lua.span) if named is None else (named.value, named.span)
            yield Script(lua, path, span, placed=True)
            continue
        value = settings.plugin.get(SCRIPT_SETTING)
        option = next((item for item in reversed(lua.definition.options) if item.name == "file"), None)
        if value is not None and value.text:
            yield Script(lua, value.text, value.span)
        elif option is not None:
            yield Script(lua, option.value, option.span)
        else:
            yield _shared(lua, settings.plugin.get(SHARED_SETTING))


def _shared(lua: Written, value: SettingValue | None) -> Script:
    if value is None or not value.text:
        return Script(lua, None, lua.span)
    return Script(lua, value.text, value.span, shared=True)


def local_scripts(context: Context) -> Iterator[tuple[Script, Path]]:
    """Yield the scripts whose place is known, with the path to open, each place once."""
    seen: set[tuple[Span, str | None]] = set()
    for script in scripts(context):
        if script.path is not None and script.known and (script.span, script.path) not in seen:
            seen.add((script.span, script.path))
            yield script, context.locate(script.path)
