"""What Lua itself says of a script, without running it."""

from __future__ import annotations

import re
from importlib import import_module
from typing import NamedTuple

from drivers.lua.runtimes import LUA_MODULES

COMPILED = b"\x1bLua"
"""How compiled scripts begin. They are not loaded here: made-up ones could do anything."""

_LINE_END = re.compile(rb"\r\n|\n\r|\r")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_COMPILE = b"""
function(source)
  local chunk, problem = (loadstring or load)(source, "=script")
  return problem
end
"""
_TRACEBACK = "\nstack traceback:"
_PLACE = re.compile(r"script:(?P<line>[0-9]+): (?P<text>.*)", re.DOTALL)


class SyntaxProblem(NamedTuple):
    """Lua's message, and the line it names."""

    line: int
    text: str


def compile_problem(source: bytes, lua: str) -> SyntaxProblem | None:
    """Compile a script with a version of :data:`LUA_MODULES`; return None if it is valid."""
    if source.startswith(COMPILED[:1]):
        return SyntaxProblem(1, "a compiled script")
    runtime = import_module(LUA_MODULES[lua]).LuaRuntime(
        encoding=None, register_eval=False, register_builtins=False
    )
    problem = runtime.eval(_COMPILE)(as_text(source))
    if problem is None:
        return None
    text = problem.decode("utf-8", "surrogateescape").partition(_TRACEBACK)[0]
    place = _PLACE.match(text)
    return SyntaxProblem(int(place["line"]), place["text"]) if place else SyntaxProblem(1, text)


def as_text(source: bytes) -> bytes:
    """Return a script without what Lua skips in files: a byte order mark, and a first line with ``#``.

    Blanks stand in their place. Each line of Lua's ends with a line feed then.
    """
    source = with_line_feeds(source)
    mark = len(BYTE_ORDER_MARK) if source.startswith(BYTE_ORDER_MARK) else 0
    end = mark
    if source[mark : mark + 1] == b"#":
        end = len(source.split(b"\n", 1)[0])
    return b" " * end + source[end:]


def with_line_feeds(source: bytes) -> bytes:
    """Return a script with a line feed for each carriage return that ends a line alone, as in Lua."""
    if b"\r" not in source:
        return source
    return _LINE_END.sub(lambda end: b"\n" if end[0] == b"\r" else end[0], source)
