"""The configuration of lua-language-server, ``.luarc.json``."""

from __future__ import annotations

import json

from drivers.lua.stubs.emmylua import file_name
from drivers.lua.stubs.stub import Stub, Target


def luarc(target: Target) -> Stub:
    """Return the file that names the Lua version and the annotations; both lie in the same folder."""
    lua = "LuaJIT" if target.lua == "luajit" else f"Lua {target.lua}"
    settings = {"runtime.version": lua, "workspace.library": [file_name(target.version)]}
    return Stub("luarc", ".luarc.json", json.dumps(settings, indent=2) + "\n")
