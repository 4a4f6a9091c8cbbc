"""Scripts that try to reach Python, to go on for ever, or to fill the memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from drivers.lua.machine import LuaMachine, ProcessEndError, ScriptError
from drivers.scripting import LUA_VERSIONS, Scripting

MIB = 2**20


def run(source: str, version: str = "5.4", **options: Any) -> tuple[Any, ...]:
    """Run a script and then its function ``test``."""
    machine = LuaMachine(Scripting(version, **options))
    machine.compile(source.encode(), "/t.lua")
    machine.run()
    return machine.call("test") or ()


@pytest.mark.parametrize("version", LUA_VERSIONS)
@pytest.mark.parametrize(
    "attempt",
    [
        "return python",
        "return package.loaded.python",
        "return require('python')",
        "return debug.getregistry().LUPA_PYTHON_REFERENCES_TABLE",
        "return debug.getregistry().POBJECT",
        "return debug.getregistry()[1]",
        "return debug.getmetatable(python)",
        "return (select(2, debug.getupvalue(load, 1)))",
        "return (select(2, debug.getupvalue(os.exit, 1)))",
        "return (select(2, debug.getupvalue(debug.getmetatable, 1)))",
        "return (debug.sethook())",
        "return (debug.gethook())",
    ],
)
def test_nothing_of_python_can_be_reached(attempt: str, version: str) -> None:
    source = (
        f"function test() local ok, found = pcall(function() {attempt} end) return ok and found or nil end"
    )
    assert run(source, version) in ((None,), ())


@pytest.mark.parametrize("version", LUA_VERSIONS)
def test_no_value_that_can_be_reached_is_a_python_object(version: str) -> None:
    source = """
    local seen, found = {}, {}
    local function look(value, path, depth)
      -- The generator of random numbers is a userdata of Lua itself.
      if depth > 6 or seen[value] or path:find("random") then return end
      if type(value) == "userdata" and not tostring(value):find("^file") then found[#found + 1] = path end
      if type(value) == "table" then
        seen[value] = true
        for key, inner in pairs(value) do
          look(key, path .. ".key", depth + 1)
          look(inner, path .. "." .. tostring(key), depth + 1)
        end
        look(debug.getmetatable(value), path .. ".meta", depth + 1)
      end
      if type(value) == "function" then
        seen[value] = true
        for number = 1, 60 do
          local name, inner = debug.getupvalue(value, number)
          if name == nil then break end
          look(inner, path .. ".up." .. name, depth + 1)
        end
      end
    end
    function test()
      look(_G, "_G", 0)
      look(debug.getregistry(), "registry", 0)
      for level = 1, 10 do
        for number = 1, 60 do
          local ok, name, inner = pcall(debug.getlocal, level, number)
          if not ok or name == nil then break end
          look(inner, "local." .. name, 0)
        end
      end
      return table.concat(found, " ")
    end
    """
    assert run(source, version) == (b"",)


@pytest.mark.parametrize("version", LUA_VERSIONS)
@pytest.mark.parametrize(
    "source",
    [
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "local function again() return again() end again()",
        "while true do coroutine.wrap(function() while true do end end)() end",
        (
            "local co = coroutine.create(function() while true do pcall(error) end end)"
            " while true do coroutine.resume(co) end"
        ),
        "for line in ('x'):rep(100):gmatch('.') do while true do end end",
        "setmetatable(_G, {__index = function() while true do end end}) print(nothing.at.all)",
    ],
)
def test_an_endless_script_is_ended(source: str, version: str) -> None:
    with pytest.raises(ScriptError, match=r"the script runs for more than 0\.2 seconds"):
        run(source, version, seconds=0.2)


@pytest.mark.parametrize("version", [version for version in LUA_VERSIONS if version != "luajit"])
@pytest.mark.parametrize(
    "source",
    [
        "local text = 'x' while true do text = text .. text end",
        "local all = {} for number = 1, 1e9 do all[number] = ('x'):rep(1000) .. number end",
        "local all = ('x'):rep(1e9)",
    ],
)
def test_a_script_gets_no_more_memory_than_allowed(source: str, version: str) -> None:
    with pytest.raises(ScriptError, match=r"not enough memory|resulting string too large"):
        run(source, version, memory=32 * MIB)


@pytest.mark.parametrize("version", LUA_VERSIONS)
def test_deep_recursion_is_an_error_of_lua(version: str) -> None:
    with pytest.raises(ScriptError, match=r"stack overflow|not enough memory"):
        run("local function deeper(n) return 1 + deeper(n + 1) end deeper(1)", version)


@pytest.mark.parametrize("version", LUA_VERSIONS)
def test_a_script_can_be_called_again_after_it_was_ended(version: str) -> None:
    machine = LuaMachine(Scripting(version, seconds=0.2))
    machine.compile(b"function loop() while true do end end function fine() return 1 end", "/t.lua")
    machine.run()
    with pytest.raises(ScriptError):
        machine.call("loop")
    assert machine.call("fine") == (1,)


@pytest.mark.parametrize("version", LUA_VERSIONS)
@pytest.mark.parametrize("source", ["os.exit(3)", "pcall(os.exit, 3) while true do end", "os.exit()"])
def test_os_exit_ends_the_simulated_process_only(source: str, version: str) -> None:
    with pytest.raises(ProcessEndError, match=r"os\.exit"):
        run(source, version)


@pytest.mark.parametrize("version", LUA_VERSIONS)
def test_byte_code_is_refused(version: str) -> None:
    code = "function test() return (loadstring or load)('\\27Lua') end"
    assert run(code, version)[:1] == (None,)
    machine = LuaMachine(Scripting(version))
    with pytest.raises(ScriptError):
        machine.compile(b"\x1bLua", "/t.lua")


@pytest.mark.parametrize("version", LUA_VERSIONS)
def test_a_sandbox_has_no_files_and_no_programs(version: str) -> None:
    source = (
        "function test() return io, os.execute, os.remove, os.rename, package.loadlib, package.loaded.io end"
    )
    assert set(run(source, version, sandbox=True)) <= {None}


@pytest.mark.parametrize("version", LUA_VERSIONS)
def test_without_a_sandbox_a_script_has_the_whole_library(version: str, tmp_path: Path) -> None:
    path = tmp_path / "written"
    run(f"local file = io.open({str(path)!r}, 'w') file:write('x') file:close()", version)
    assert path.read_text() == "x"


@pytest.mark.parametrize("version", LUA_VERSIONS)
def test_a_module_beside_the_path_is_loaded_and_a_missing_one_is_not(version: str, tmp_path: Path) -> None:
    (tmp_path / "mine.lua").write_text("return { answer = 42 }")
    path = f"package.path = {str(tmp_path / '?.lua')!r}"
    assert run(f"{path} function test() return require('mine').answer end", version) == (42,)
    with pytest.raises(ScriptError, match="module 'nothing' not found"):
        run("require('nothing')", version)
