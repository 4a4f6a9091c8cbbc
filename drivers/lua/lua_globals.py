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

REPLACEMENTS: Mapping[str, str] = {
    "unpack": "table.unpack",
    "loadstring": "load",
    "gcinfo": 'collectgarbage("count")',
    "bit32": "the operators & | ~ << >>",
    "bit": "the operators & | ~ << >>",
    "setfenv": "_ENV",
    "getfenv": "_ENV",
}
"""What later versions of Lua have instead of an old global."""
