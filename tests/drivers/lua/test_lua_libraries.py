"""The tables of Lua's own names say what each Lua has, and nothing else."""

from __future__ import annotations

from importlib import import_module

import pytest

from drivers.lua.lua_globals import LUA_GLOBALS, REPLACEMENTS
from drivers.lua.lua_libraries import COMPATIBILITY, KNOWN_FIELDS, LIBRARIES
from drivers.lua.machine import LUA_MODULES

NAMES = """
function()
  local found = {}
  for name, value in pairs(_G) do
    found[#found + 1] = name
    if type(value) == "table" and name ~= "_G" then
      for field in pairs(value) do found[#found + 1] = name .. "." .. field end
    end
  end
  return table.concat(found, " ")
end
"""


def names_of(lua: str) -> set[str]:
    runtime = import_module(LUA_MODULES[lua]).LuaRuntime(register_eval=False, register_builtins=False)
    return set(runtime.eval(NAMES)().split())


@pytest.mark.parametrize("lua", LUA_MODULES)
def test_the_fields_are_those_of_the_lua(lua: str) -> None:
    found = {name for name in names_of(lua) if name.partition(".")[0] in KNOWN_FIELDS and "." in name}
    listed = {f"{table}.{name}" for table, names in LIBRARIES[lua].items() for name in names}
    # Other builds of the same Lua have more, by its options for compatibility.
    assert listed <= found <= listed | set(COMPATIBILITY.get(lua, ()))


@pytest.mark.parametrize("lua", LUA_MODULES)
def test_the_global_names_are_those_of_the_lua(lua: str) -> None:
    found = {name for name in names_of(lua) if "." not in name} - {"python"}
    listed = set(LUA_GLOBALS[lua]) - {"_ENV"}
    assert listed <= found <= listed | set(COMPATIBILITY.get(lua, ()))


@pytest.mark.parametrize("name", REPLACEMENTS)
def test_a_replacement_is_there_where_it_is_recommended(name: str) -> None:
    for meant, versions in REPLACEMENTS[name]:
        word = meant.split("(")[0].split(" ")[0]
        assert all(word in {*names_of(lua), "the", "_ENV", "setfenv"} for lua in versions)
