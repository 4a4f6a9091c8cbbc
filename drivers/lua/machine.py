"""One Lua state with one script, as Dovecot's ``struct dlua_script``, within limits.

A script sees Lua's standard library and what :meth:`LuaMachine.extend` adds, never Python. Lua strings are
bytes on our side. Failures are worded as ``dlua_pcall`` of Dovecot 2.3.19.1 does.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any

from drivers.lua.runtimes import CHUNK_NAME, LUA_MODULES, compiled
from drivers.scripting import DEFAULT_SCRIPTING, Scripting

DEBIAN_PATH: Mapping[str, bytes] = {
    version: (
        b"/usr/local/share/lua/V/?.lua;/usr/local/share/lua/V/?/init.lua;/usr/local/lib/lua/V/?.lua;"
        b"/usr/local/lib/lua/V/?/init.lua;/usr/share/lua/V/?.lua;/usr/share/lua/V/?/init.lua;./?.lua;"
        b"./?/init.lua"
    ).replace(b"V", version.encode())
    for version in ("5.3", "5.4")
}
DEBIAN_C_PATH: Mapping[str, bytes] = {
    version: (
        b"/usr/local/lib/lua/V/?.so;/usr/lib/x86_64-linux-gnu/lua/V/?.so;/usr/lib/lua/V/?.so;"
        b"/usr/local/lib/lua/V/loadall.so;./?.so"
    ).replace(b"V", version.encode())
    for version in ("5.3", "5.4")
}
"""Where Debian's Lua looks for modules, by Lua version."""

_WITHOUT_XPCALL_ARGUMENTS = ("5.1",)
_WITHOUT_MEMORY_LIMIT = ("luajit",)
_INSTRUCTIONS = 20_000
_OFTEN_CALLED = (b"call", b"has", b"collect")
_OWN_FRAME = re.compile(rb"\t\[push\]:\d+:")


class ScriptError(Exception):
    """A script that can't be compiled, or raised an error; the text is Lua's, with its traceback."""


class ProcessEndError(Exception):
    """A script ended the process that it runs in: with ``os.exit``, or by making it crash."""


class LuaMachine:
    """A Lua state. Python functions given to :meth:`extend` are called with bytes, numbers and booleans.

    Raises ScriptError when the Lua version, one of :data:`~drivers.lua.runtimes.LUA_MODULES`, can't be had.
    """

    def __init__(self, scripting: Scripting = DEFAULT_SCRIPTING) -> None:
        self.lua = version = scripting.lua
        self._limits = scripting
        self._deadline = 0.0
        self._stopped = ""
        self._ended: ProcessEndError | None = None
        self._failure: Exception | None = None
        try:
            lupa = import_module(LUA_MODULES[version])
        except (ImportError, KeyError):
            raise ScriptError(f"Lua {version} is not available") from None
        self._lua_error: type[Exception] = lupa.LuaError
        memory = {} if version in _WITHOUT_MEMORY_LIMIT else {"max_memory": self._limits.memory}
        self._lua = lupa.LuaRuntime(
            encoding=None,
            unpack_returned_tuples=True,
            register_eval=False,
            register_builtins=False,
            attribute_filter=_no_attributes,
            **memory,
        )
        self.registered = self.table({})
        self._functions = self._run_prelude(version, scripting)
        self._call, self._has, self._collect = (self._functions[name] for name in _OFTEN_CALLED)

    def _run_prelude(self, version: str, scripting: Scripting) -> Any:
        host = {b"tick": self._tick, b"exit": self._exit, b"read_file": _read_file}
        settings = {
            b"instructions": _INSTRUCTIONS,
            b"sandbox": scripting.sandbox,
            b"programs": scripting.programs,
            b"xpcall_passes_arguments": version not in _WITHOUT_XPCALL_ARGUMENTS,
            b"registered": self.registered,
            b"library_path": DEBIAN_PATH.get(version),
            b"c_library_path": DEBIAN_C_PATH.get(version),
        }
        load = self._lua.eval(b"loadstring or load")
        return load(compiled(version, "prelude"), CHUNK_NAME)(self.table(host), self.table(settings))

    def table(self, values: Mapping[bytes, Any]) -> Any:
        """Return a new Lua table with these fields."""
        return self._lua.table_from(values)

    def array(self, values: list[Any]) -> Any:
        """Return a new Lua table with these values from 1 on."""
        return self._lua.table_from(values)

    def functions(self, calls: Mapping[str, Callable[..., Any]]) -> Any:
        """Return a Lua table of functions of ours; what goes wrong in one ends the call of the script."""
        return self.table({name.encode(): self._watched(call) for name, call in calls.items()})

    def _watched(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*arguments: Any) -> Any:
            if self._ended is not None:
                raise self._ended  # a script that catches the error goes on, but does nothing any more
            try:
                return call(*arguments)
            except Exception as error:
                self._failure = self._failure or error
                raise

        return watched

    @property
    def extender(self) -> Any:
        """The Lua function behind :meth:`extend`."""
        return self._functions[b"extend"]

    @property
    def null(self) -> Any:
        """The value that stands for JSON's null: a userdata of Lua's own."""
        return self._functions[b"null"]

    def extend(self, code: bytes, *arguments: Any) -> Any:
        """Run Lua code of ours, text or compiled, which is no part of the script; return what it returns."""
        self._begin()
        return self._functions[b"extend"](code, CHUNK_NAME, *arguments)

    def call_own(self, function: Any) -> Any:
        """Call a Lua function of ours with a time of its own; None when the process has ended."""
        if self._ended is not None or self._failure is not None:
            return None
        self._begin()
        return function()

    def compile(self, source: bytes, name: str) -> None:
        """Compile a script; ``name`` is its path. Raises ScriptError with Lua's message."""
        self._begin()
        ok, message = _pair(self._functions[b"compile"](source, b"@" + encode(name)))
        if not ok:
            raise ScriptError(decode(message))

    def run(self) -> None:
        """Run the script's own code, outside of functions. Raises ScriptError, ProcessEndError."""
        self._finish(self._guarded(self._functions[b"run"]))

    def has_function(self, name: str) -> bool:
        """Tell whether the script has a global function of this name."""
        self._begin()
        found: bool = self._has(name.encode())
        return found

    def looking_for(self, names: Iterable[str]) -> Callable[[], bytes]:
        """Return a function that tells of each name whether the script has a global function of it.

        What it returns has a letter for each name: "1" if it is there, "0" if it isn't.
        """
        self._begin()
        look = self._functions[b"looking_for"](*(name.encode() for name in names))

        def found() -> bytes:
            self._begin()
            letters: bytes = look()
            return letters

        return found

    def call(self, name: str, *arguments: Any) -> tuple[Any, ...] | None:
        """Call a global function; return its results, None if it isn't there.

        Raises ScriptError, ProcessEndError.
        """
        result = self._guarded(self._call, name.encode(), *arguments)
        return None if result is None else self._finish(result)

    def collect_garbage(self) -> None:
        """Let Lua collect its garbage, if the script could tell."""
        self._collect()

    def end_process(self, how: str) -> None:
        """Let the process that the script runs in end, as soon as the Lua code goes on."""
        self._ended = self._ended or ProcessEndError(how)

    def _begin(self) -> None:
        self._deadline = time.monotonic() + self._limits.seconds
        self._stopped = ""

    def _guarded(self, function: Callable[..., Any], *arguments: Any) -> Any:
        self._begin()
        try:
            return function(*arguments)
        except self._lua_error as error:
            return False, self._stopped.encode() or _message_of(error)
        finally:
            if self._failure is not None:
                raise self._failure
            if self._ended is not None:
                raise self._ended

    def _finish(self, result: Any) -> tuple[Any, ...]:
        if result is True:
            return ()
        ok, *values = result if isinstance(result, tuple) else (result,)
        if ok:
            return tuple(values)
        if self._stopped:
            raise ScriptError(self._stopped)
        message = values[0] if values else None
        raise ScriptError(decode(_without_own_frames(message)) if message is not None else "(null)")

    def _tick(self) -> bytes | None:
        if self._ended is not None or self._failure is not None:
            return b"the process has ended"
        if time.monotonic() > self._deadline:
            self._stopped = f"the script runs for more than {self._limits.seconds:g} seconds"
            return self._stopped.encode()
        return None

    def _exit(self, code: Any) -> None:
        self.end_process(f"the script ended the process with os.exit({code})")


def _no_attributes(_object: object, _name: object, _setting: bool) -> object:
    raise AttributeError("not accessible")


def _read_file(path: Any) -> tuple[bool, bytes]:
    if not isinstance(path, bytes):
        return False, b"a path must be a string"
    try:
        with open(path, "rb") as file:
            return True, file.read()
    except OSError as error:
        return False, b"cannot open " + path + b": " + (error.strerror or "").encode()


def _pair(result: Any) -> tuple[bool, bytes]:
    return result if isinstance(result, tuple) else (bool(result), b"")


def _message_of(error: Exception) -> bytes:
    text = error.args[0] if error.args else ""
    return text if isinstance(text, bytes) else encode(str(text or "not enough memory"))


def _without_own_frames(message: bytes) -> bytes:
    """Return a message with its traceback as if all of ours were C functions of Dovecot."""
    head, mark, frames = message.partition(b"\nstack traceback:\n")
    if not mark:
        return message
    kept: list[bytes] = []
    lines = frames.split(b"\n")
    for number, line in enumerate(lines):
        if line.startswith(b"\t[C]: in function 'xpcall'") and _OWN_FRAME.match(_at(lines, number + 1)):
            break
        if _OWN_FRAME.match(line):
            while kept and kept[-1].startswith(b"\t[C]:"):
                kept.pop()
        kept.append(_OWN_FRAME.sub(b"\t[C]:", line))
    return b"\n".join([head + mark.rstrip(b"\n"), *kept])


def _at(lines: list[bytes], number: int) -> bytes:
    return lines[number] if number < len(lines) else b""


def encode(text: str) -> bytes:
    """Return text as Lua has it."""
    return text.encode("utf-8", "surrogateescape")


def decode(text: bytes) -> str:
    """Return text of Lua; bytes that are no UTF-8 are kept as surrogates."""
    return text.decode("utf-8", "surrogateescape")
