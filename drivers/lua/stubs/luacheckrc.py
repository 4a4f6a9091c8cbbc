"""luacheck's configuration: the global ``dovecot`` with its fields, and the functions Dovecot calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dovecot_conf.versions import Version
from drivers.lua.api_names import TYPES
from drivers.lua.entry_points import CALLED
from drivers.lua.lua_globals import DOVECOT_GLOBALS
from drivers.lua.stubs.stub import Stub, Target, sealed

_INDENT = "  "
_STANDARDS: Mapping[str, str] = {
    "5.1": "lua51c",
    "5.2": "lua52",
    "5.3": "lua53",
    "5.4": "lua54",
    "luajit": "luajit",
}
"""luacheck's names for the globals of Lua; 5.1 has its deprecated ones by default."""


def luacheckrc(target: Target) -> Stub:
    """Return ``.luacheckrc``. luacheck knows no methods of objects, so those of users aren't in it."""
    head = [f"-- For luacheck: push scripts of Dovecot {target.version}. Made by 'pushnotif lua stubs'."]
    body = [
        "stds.dovecot = {",
        f"{_INDENT}globals = {{  -- Dovecot calls these functions of a script",
        *(f'{_INDENT * 2}"{name}",' for name in CALLED),
        f"{_INDENT}}},",
        f"{_INDENT}read_globals = {{",
        *(line for name in DOVECOT_GLOBALS for line in _table(name, target.version, 2)),
        f"{_INDENT}}},",
        "}",
        f'std = "{_STANDARDS[target.lua]}+dovecot"',
        "-- Dovecot decides what its functions are given; few scripts use all of it.",
        "unused_args = false",
    ]
    return Stub("luacheck", ".luacheckrc", sealed(head, body))


def _table(kind: str, version: Version, depth: int) -> Iterator[str]:
    """Yield the lines of a field that is a table of the API, and of all that is in it."""
    indent = _INDENT * depth
    yield f"{indent}{kind.rpartition('.')[2]} = {{"
    yield f"{indent}{_INDENT}fields = {{"
    for name, member in TYPES[kind].items():
        if not member.available(version):
            continue
        if member.kind in TYPES:
            yield from _table(member.kind, version, depth + 2)
        else:
            yield f'{_INDENT * (depth + 2)}"{name}",'
    yield f"{indent}{_INDENT}}},"
    yield f"{indent}}},"
