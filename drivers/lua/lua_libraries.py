"""The fields of the tables of each Lua version before a script runs."""

from __future__ import annotations

from collections.abc import Mapping

_EVERY = ("5.1", "5.2", "5.3", "5.4", "luajit")

_FIELDS: Mapping[str, Mapping[tuple[str, ...], tuple[str, ...]]] = {
    "bit": {
        ("luajit",): (
            "arshift", "band", "bnot", "bor", "bswap", "bxor", "lshift", "rol", "ror", "rshift",
            "tobit", "tohex",
        ),
    },
    "bit32": {
        ("5.2",): (
            "arshift", "band", "bnot", "bor", "btest", "bxor", "extract", "lrotate", "lshift",
            "replace", "rrotate", "rshift",
        ),
    },
    "coroutine": {
        _EVERY: (
            "create", "resume", "running", "status", "wrap", "yield",
        ),
        ("5.3", "5.4", "luajit"): (
            "isyieldable",
        ),
        ("5.4",): (
            "close",
        ),
    },
    "debug": {
        _EVERY: (
            "debug", "gethook", "getinfo", "getlocal", "getmetatable", "getregistry", "getupvalue",
            "sethook", "setlocal", "setmetatable", "setupvalue", "traceback",
        ),
        ("5.2", "5.3", "5.4", "luajit"): (
            "upvalueid", "upvaluejoin",
        ),
        ("5.2", "5.3", "5.4"): (
            "getuservalue", "setuservalue",
        ),
        ("5.1", "luajit"): (
            "getfenv", "setfenv",
        ),
        ("5.4",): (
            "setcstacklimit",
        ),
    },
    "io": {
        _EVERY: (
            "close", "flush", "input", "lines", "open", "output", "popen", "read", "stderr",
            "stdin", "stdout", "tmpfile", "type", "write",
        ),
    },
    "math": {
        _EVERY: (
            "abs", "acos", "asin", "atan", "ceil", "cos", "deg", "exp", "floor", "fmod", "huge",
            "log", "max", "min", "modf", "pi", "rad", "random", "randomseed", "sin", "sqrt", "tan",
        ),
        ("5.1", "5.2", "luajit"): (
            "atan2", "cosh", "frexp", "ldexp", "pow", "sinh", "tanh",
        ),
        ("5.1", "luajit"): (
            "log10",
        ),
        ("5.3", "5.4"): (
            "maxinteger", "mininteger", "tointeger", "type", "ult",
        ),
        ("5.1",): (
            "mod",
        ),
    },
    "os": {
        _EVERY: (
            "clock", "date", "difftime", "execute", "exit", "getenv", "remove", "rename",
            "setlocale", "time", "tmpname",
        ),
    },
    "string": {
        _EVERY: (
            "byte", "char", "dump", "find", "format", "gmatch", "gsub", "len", "lower", "match",
            "rep", "reverse", "sub", "upper",
        ),
        ("5.3", "5.4"): (
            "pack", "packsize", "unpack",
        ),
        ("5.1",): (
            "gfind",
        ),
    },
    "table": {
        _EVERY: (
            "concat", "insert", "remove", "sort",
        ),
        ("5.3", "5.4", "luajit"): (
            "move",
        ),
        ("5.2", "5.3", "5.4"): (
            "pack", "unpack",
        ),
        ("5.1", "luajit"): (
            "foreach", "foreachi", "getn", "maxn",
        ),
        ("5.1",): (
            "setn",
        ),
    },
    "utf8": {
        ("5.3", "5.4"): (
            "char", "charpattern", "codepoint", "codes", "len", "offset",
        ),
    },
}  # fmt: skip

LIBRARIES: Mapping[str, Mapping[str, frozenset[str]]] = {
    lua: {
        table: frozenset(name for versions, names in fields.items() if lua in versions for name in names)
        for table, fields in _FIELDS.items()
        if any(lua in versions for versions in fields)
    }
    for lua in _EVERY
}
"""The names by Lua version and global table."""

KNOWN_FIELDS: Mapping[str, frozenset[str]] = {
    table: frozenset(name for names in fields.values() for name in names) for table, fields in _FIELDS.items()
}
"""The names that a table has in any version."""

COMPATIBILITY: Mapping[str, tuple[str, ...]] = {
    "5.2": (
        "loadstring", "math.log10", "module", "table.maxn", "unpack",
    ),
    "5.3": (
        "bit32", "bit32.arshift", "bit32.band", "bit32.bnot", "bit32.bor", "bit32.btest",
        "bit32.bxor", "bit32.extract", "bit32.lrotate", "bit32.lshift", "bit32.replace",
        "bit32.rrotate", "bit32.rshift", "math.atan2", "math.cosh", "math.frexp", "math.ldexp",
        "math.log10", "math.pow", "math.sinh", "math.tanh",
    ),
    "5.4": (
        "math.atan2", "math.cosh", "math.frexp", "math.ldexp", "math.log10", "math.pow",
        "math.sinh", "math.tanh",
    ),
}  # fmt: skip
"""What is there only in a Lua that is built with its options for compatibility, as Debian's is."""
