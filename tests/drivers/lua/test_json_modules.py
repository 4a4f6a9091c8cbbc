"""``cjson``, ``dkjson`` and ``json`` in every Lua version: what goes in comes out, within the limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from drivers.lua.machine import LuaMachine, ScriptError
from drivers.lua.script_modules import add_modules
from drivers.scripting import LUA_VERSIONS, Scripting

MIB = 2**20
MODULES = ("cjson", "dkjson", "json")
EVERY_MODULE = pytest.mark.parametrize("module", MODULES)
EVERY_VERSION = pytest.mark.parametrize("version", LUA_VERSIONS)


def machine_of(version: str, path: str = "", **limits: Any) -> LuaMachine:
    machine = LuaMachine(Scripting(version, **limits))
    add_modules(machine, pytest.fail, [])
    machine.extend(b"package.path = ...", path.encode())
    return machine


def run(source: str, version: str = "5.4", path: str = "", **limits: Any) -> tuple[Any, ...]:
    machine = machine_of(version, path, **limits)
    machine.compile(f"function test() {source} end".encode(), "/t.lua")
    machine.run()
    return machine.call("test")


@EVERY_VERSION
@EVERY_MODULE
def test_what_is_encoded_is_decoded_to_the_same(module: str, version: str) -> None:
    source = f"""
    local json = require "{module}"
    local given = {{{{a = "x\\0y\\"\\\\ é\\n", b = {{1, 2.5, true, {{}}}}, c = -17}}}}
    local found = json.decode(json.encode(given))
    local a, b = found[1], given[1]
    return a.a == b.a, a.b[1] == 1, a.b[2] == 2.5, a.b[3] == true, type(a.b[4]), a.c == -17
    """
    assert run(source, version) == (True, True, True, True, b"table", True)


@EVERY_VERSION
def test_null_of_cjson_is_a_userdata_without_fields(version: str) -> None:
    source = """
    local cjson = require "cjson"
    local null = cjson.decode('[null]')[1]
    local ok, problem = pcall(function() return null.field end)
    local text = tostring(null) .. cjson.encode({null})
    return type(null), rawequal(null, cjson.null), text, ok, problem:match("attempt to index")
    """
    expected = (b"userdata", True, b"userdata: (nil)[null]", False, b"attempt to index")
    assert run(source, version) == expected


@EVERY_VERSION
def test_cjson_safe_returns_what_cjson_raises(version: str) -> None:
    source = """
    local ok, problem = pcall(require("cjson").decode, "[1")
    local value, text = require("cjson.safe").decode("[1")
    return ok, value, problem == text
    """
    assert run(source, version) == (False, None, True)


@EVERY_VERSION
def test_the_place_of_an_error_is_the_line_that_called(version: str) -> None:
    source = """
    local function try(call, ...) local value = call(...) return value end
    local found = {}
    for _, name in ipairs{"cjson", "json"} do
      local _, problem = pcall(try, require(name).decode, "}")
      found[#found + 1] = problem:match("^/t.lua:2: ") ~= nil
    end
    return found[1], found[2]
    """
    assert run(source, version) == (True, True)


@EVERY_MODULE
def test_a_file_of_the_site_is_taken_before_ours(module: str, tmp_path: Path) -> None:
    (tmp_path / f"{module}.lua").write_text("return 'mine'")
    assert run(f"return (require '{module}')", path=str(tmp_path / "?.lua")) == (b"mine",)


@EVERY_VERSION
@EVERY_MODULE
def test_a_table_within_itself_is_an_error(module: str, version: str) -> None:
    source = f"local loop = {{}} loop[1] = loop return (pcall(require('{module}').encode, loop))"
    assert run(source, version) == (False,)


@EVERY_VERSION
@EVERY_MODULE
@pytest.mark.parametrize("text", ["('['):rep(100000)", "('{\"a\":'):rep(100000) .. '1' .. ('}'):rep(100000)"])
def test_a_hundred_thousand_levels_end_with_a_value_or_an_error(text: str, module: str, version: str) -> None:
    source = f"local ok, value = pcall(require('{module}').decode, {text}) return ok or type(value)"
    assert run(source, version)[0] in {True, b"string"}


@EVERY_MODULE
def test_a_text_of_fifty_megabytes_is_decoded_or_refused_within_the_limits(module: str) -> None:
    decode = f"return #require('{module}').decode"
    assert run(f"{decode}('\"' .. ('a'):rep(50000000) .. '\"')", memory=512 * MIB) == (50_000_000,)
    with pytest.raises(ScriptError, match="not enough memory"):
        run(f"{decode}('[' .. ('[1],'):rep(12500000) .. '1]')", memory=96 * MIB)


@EVERY_VERSION
@EVERY_MODULE
def test_a_long_text_is_given_up_when_the_time_is_over(module: str, version: str) -> None:
    source = (
        f"local text = '[' .. ('1,'):rep(100000) .. '1]' while true do require('{module}').decode(text) end"
    )
    with pytest.raises(ScriptError, match=r"more than 0\.2 seconds"):
        run(source, version, seconds=0.2)


def test_the_length_of_a_sparse_array_without_limits_is_given_up_too() -> None:
    source = "local c = require 'cjson' c.encode_sparse_array(false, 0) return c.encode({[2147483647] = 1})"
    with pytest.raises(ScriptError, match=r"not enough memory|more than"):
        run(source, seconds=2)


@EVERY_VERSION
def test_ready_made_modules_hand_out_nothing_of_python(version: str) -> None:
    source = """
    local seen, found = {}, 0
    local null = require("cjson").null
    local function look(value)
      if seen[value] then return end
      seen[value] = true
      if type(value) == "userdata" and not rawequal(value, null) then found = found + 1 end
      if type(value) == "table" then for key, inner in next, value do look(key) look(inner) end end
      if type(value) == "function" then
        for place = 1, 60 do look((select(2, debug.getupvalue(value, place)))  or false) end
      end
    end
    for _, name in ipairs{"cjson", "cjson.safe", "dkjson", "json", "mime", "ltn12", "socket.url"} do
      look(require(name))
    end
    return found
    """
    assert run(source, version) == (0,)
