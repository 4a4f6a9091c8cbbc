"""The global variables of each Lua version before a script runs, and of the script's surroundings."""

from __future__ import annotations

from collections.abc import Mapping

_ALL = (
    "_G", "_VERSION", "assert", "collectgarbage", "coroutine", "debug", "dofile", "error", "getmetatable",
    "io", "ipairs", "load", "loadfile", "math", "next", "os", "package", "pairs", "pcall", "print",
    "rawequal", "rawget", "rawset", "require", "select", "setmetatable", "string", "table", "tonumber",
    "tostring", "type", "xpcall",
)  # fmt: skip
_OF_51 = ("gcinfo", "getfenv", "loadstring", "module", "newproxy", "setfenv", "unpack")

LUA_GLOBALS: Mapping[str, tuple[str, ...]] = {
    "5.1": (*_ALL, *_OF_51),
    "5.2": (*_ALL, "_ENV", "bit32", "rawlen"),
    "5.3": (*_ALL, "_ENV", "rawlen", "utf8"),
    "5.4": (*_ALL, "_ENV", "rawlen", "utf8", "warn"),
    "luajit": (*_ALL, *_OF_51, "bit", "jit"),
}
"""The names by Lua version; ``_ENV`` is a name of each chunk."""

DOVECOT_GLOBALS = ("dovecot",)
"""What Dovecot adds."""

OTHER_LANGUAGES: Mapping[str, str] = {
    "True": "true",
    "TRUE": "true",
    "False": "false",
    "FALSE": "false",
    "None": "nil",
    "NULL": "nil",
    "Null": "nil",
    "null": "nil",
    "Nil": "nil",
    "NIL": "nil",
    "undefined": "nil",
}
"""What people write who come from other languages, and what it is called in Lua."""

_SINCE_52 = ("5.2", "5.3", "5.4")
_OLD = ("5.1", "luajit")
_EVERY = (*_OLD, *_SINCE_52)

REPLACEMENTS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "unpack": (("table.unpack", _SINCE_52),),
    "table.unpack": (("unpack", _OLD),),
    "loadstring": (("load", _SINCE_52),),
    "gcinfo": (('collectgarbage("count")', _EVERY),),
    "bit32": (("the operators & | ~ << >>", ("5.3", "5.4")), ("bit", ("luajit",))),
    "bit": (("the operators & | ~ << >>", ("5.3", "5.4")), ("bit32", ("5.2",))),
    "setfenv": (("_ENV", _SINCE_52),),
    "getfenv": (("_ENV", _SINCE_52),),
    "_ENV": (("setfenv and getfenv", _OLD),),
    "rawlen": (("the operator #", _OLD),),
    "math.pow": (("the operator ^", _EVERY),),
    "math.mod": (("math.fmod", _EVERY),),
    "string.gfind": (("string.gmatch", _EVERY),),
    "table.getn": (("the operator #", _EVERY),),
    "table.maxn": (("the operator #", _SINCE_52),),
    "table.foreach": (("pairs", _EVERY),),
    "table.foreachi": (("ipairs", _EVERY),),
}
"""What other versions of Lua have instead of a name, with these versions."""


def replacement(name: str, lua: str) -> str:
    """Return what a version of Lua has instead of a name of another one, '' if nothing is known."""
    return next((meant for meant, versions in REPLACEMENTS.get(name, ()) if lua in versions), "")


def lua_name(lua: str) -> str:
    """Return how a version of Lua is called in a text."""
    return "LuaJIT" if lua == "luajit" else f"Lua {lua}"
