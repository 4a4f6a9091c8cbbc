"""The Lua versions there are, and our own Lua code that surrounds each script, compiled once for each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path

LUA_MODULES: Mapping[str, str] = {
    "5.1": "lupa.lua51",
    "5.2": "lupa.lua52",
    "5.3": "lupa.lua53",
    "5.4": "lupa.lua54",
    "luajit": "lupa.luajit21",
}
"""The module of lupa with each Lua version."""

CHUNK_NAME = b"=[push]"
"""Where this code comes from, in tracebacks."""

_COMPILE = b"""
local compile = loadstring or load
return string.dump(assert(compile(...)))
"""


def source_of(name: str) -> bytes:
    """Return the text of ``NAME.lua`` of this package."""
    return Path(__file__).parent.joinpath(f"{name}.lua").read_bytes()


@cache
def compiled(lua: str, name: str) -> bytes:
    """Return the byte code of ``NAME.lua`` of this package. Raises ImportError, KeyError without that Lua."""
    runtime = import_module(LUA_MODULES[lua]).LuaRuntime(encoding=None)
    code: bytes = runtime.execute(_COMPILE, source_of(name), CHUNK_NAME)
    return code
