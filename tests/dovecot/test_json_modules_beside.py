"""cjson, dkjson and mime beside Debian's own modules under lua5.4: results and errors of generated calls."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from drivers.scripting import Scripting
from tests.dovecot.conftest import unavailable
from tests.dovecot.generated_json import BYTES, NUMBERS, json_text, literal, lua_value
from tests.dovecot.test_lua_modules_beside import PRINT, machine_with_modules

HARNESS = (Path(__file__).parent / "inputs/lua/cases.lua").read_text()
FILES = {
    "cjson": "/usr/lib/x86_64-linux-gnu/lua/{version}/cjson.so",
    "dkjson": "/usr/share/lua/{version}/dkjson.lua",
    "mime": "/usr/share/lua/{version}/mime.lua",
}
VERSIONS = ("5.1", "5.4")
OWN_FAILURE = re.compile(r"\d+\tfalse\t\"/usr/share/lua/")
"""An error of the original's own code, that says nothing of what it was given."""
CASES = 700


def original(module: str, version: str, script: str, path: Path) -> list[str]:
    lua = f"/usr/bin/lua{version}"
    if shutil.which(lua) is None or not Path(FILES[module].format(version=version)).exists():
        unavailable(f"no lua{version} with {module} is installed")
    path.write_text(script)
    done = subprocess.run([lua, str(path)], capture_output=True, check=True, timeout=60)
    return done.stdout.decode("utf-8", "surrogateescape").splitlines()


def ours(version: str, script: str, path: Path) -> list[str]:
    machine = machine_with_modules(Scripting(version))
    machine.extend(b"package.path = ''")
    output = path.with_suffix(".out")
    machine.extend(PRINT, str(output).encode(), b"")
    machine.compile(script.encode(), str(path))
    machine.run()
    return output.read_text("utf-8", "surrogateescape").splitlines()


def differences(theirs: list[str], mine: list[str]) -> list[tuple[str, str]]:
    """Return the lines that aren't alike; where the original's own code fails, any error will do."""
    pairs = (
        (one.replace("'mime.core.", "'mime."), other.replace("'mime.core.", "'mime."))
        for one, other in zip(theirs, mine, strict=True)
    )
    return [
        (one, other)
        for one, other in pairs
        if one != other and not (OWN_FAILURE.match(one) and other.split("\t")[1] == "false")
    ]


SETTINGS = (
    "encode_invalid_numbers(true)", "encode_invalid_numbers('null')", "decode_invalid_numbers(false)",
    "encode_number_precision(5)", "encode_max_depth(2)", "decode_max_depth(2)", "encode_sparse_array(true)",
    "encode_sparse_array(false, 1, 2)", "encode_sparse_array(nil, 0)", "encode_keep_buffer(false)",
)  # fmt: skip
ARGUMENTS = (
    "", "nil", "0", "1", "3", "20", "2.5", "'3'", "'off'", "'on'", "'null'", "'x'", "true", "false", "2^40",
    "nil, 2", "true, 3, -1", "1, 2, 3, 4", "nil, nil, 'x'", "false, '4'",
)  # fmt: skip


def called(call: str) -> str:
    """Return a line with a call from Lua code, whose place is in the errors, and not from ``pcall``."""
    return f"case(function() local one, two, three = {call} return one, two, three end)"


def cjson_cases(rnd: random.Random) -> Iterator[str]:
    """Yield lines of a script: texts and values with the usual settings and with others, and the settings."""
    yield 'local cjson, safe = require "cjson", require "cjson.safe"'
    yield "NULL = cjson.null"
    yield "local module"
    for number in range(CASES):
        if number % 10 == 0:
            chosen = rnd.sample(SETTINGS, rnd.randrange(3)) if number % 20 else ()
            yield "module = " + rnd.choice(("cjson", "safe")) + ".new()"
            yield from (f"module.{setting}" for setting in chosen)
        yield f"case(module.decode, {literal(json_text(rnd))})"
        yield f"case(module.encode, {lua_value(rnd)})"
    for name in sorted({setting.partition("(")[0] for setting in SETTINGS}):
        for arguments in ARGUMENTS:
            yield f"module = cjson.new() case(module.{name}{', ' if arguments else ''}{arguments})"
            yield called(f"module.{name}({arguments})")
    for call in ("encode", "decode"):
        for arguments in ("", "nil", "{}", "1, 2", "12", "print", "cjson"):
            yield from (called(f"{name}{call}({arguments})") for name in ("cjson.", "safe.", "cjson:"))
    yield "case(function() return NULL.field end) case(function() return #NULL end)"
    yield "case(function() return tostring(NULL), type(NULL), not getmetatable(NULL) end)"


OPTIONS = (
    "", ", {indent = true}", ", {indent = true, level = 2}", ", {keyorder = {'a', 'b', 1}}",
    ", {exception = json.encodeexception}",
    ", {exception = function(reason, value, state, text) return nil, reason end}",
    ", {buffer = {'x'}, bufferlen = 1}", ", {exception = function() return true end, indent = true}",
)  # fmt: skip
PLACES = ("", ", 1", ", 2", ", 1, NULL", ", 3, 'nothing'", ", 1, nil, nil", ", 1, nil, {__jsontype = 'mine'}")
MADE_TABLES = (
    "setmetatable({}, {__jsontype = 'object'})", "setmetatable({1}, {__jsontype = 'object'})",
    "setmetatable({}, {__tojson = function(self, state) return '<' .. type(state.buffer) .. '>' end})",
    "setmetatable({}, {__tojson = function() return nil, 'no' end})",
    "setmetatable({}, {__tojson = function() return false end})",
    "setmetatable({a = 1, b = false, c = {}}, {__jsonorder = {'c', 'b', 'a'}})",
    "setmetatable({1, 2}, {__metatable = false, __tojson = function() return 'hidden' end})",
    "{1, 2, n = 4}", "{n = 12, [3] = 1}", "{n = 'x'}", "{a = {n = 3}}",
)  # fmt: skip


def dkjson_cases(rnd: random.Random) -> Iterator[str]:
    """Yield lines of a script: texts and values with all kinds of options."""
    yield 'local json = require "dkjson"'
    yield "NULL = json.null"
    yield "local loop = {} loop[1] = {loop}"
    for _ in range(CASES):
        yield f"case(json.decode, {literal(json_text(rnd))}{rnd.choice(PLACES)})"
        yield f"case(json.encode, {lua_value(rnd)}{rnd.choice(OPTIONS)})"
        yield f"case(json.quotestring, {literal(rnd.choice(BYTES))})"
        yield f"case(json.quotestring, {rnd.choice(NUMBERS)})"
    for value in (*MADE_TABLES, "loop", "{loop, loop}"):
        for options in OPTIONS:
            yield f"case(json.encode, {value}{options}) case(json.encode, {{b = {{{value}}}}}{options})"
    yield "case(json.encode, {a = 1, b = {2, {c = 3}}}, {indent = true, keyorder = {'b', 'a'}})"
    yield "local state = {buffer = {}, indent = true, level = 1} json.addnewline(state)"
    yield "case(function() return state end)"
    yield "case(json.encode, {1, {}}, state) case(function() return state end)"
    yield called("json.encode(print)")
    yield "case(members, json)"


MIME_TEXTS = (
    b"", b"a", b"ab", b"abc", b"=", b"==", b"=3D", b"=3d=\r\n", b" ", b"\t", b"\r", b"\n", b"\r\n", b" \r\n",
    b".",
    b"\r\n.", b"\n.", b"..", b"\xe9\x00", b"YWJj", b"YW", b"YW==", b"!", b"=A", b"=\r", b"x" * 70, b"\x7f",
    b"=zz",
)  # fmt: skip
MIME_CALLS = {
    "b64": ("{text}", "{text}, {text}", "nil", "nil, {text}", "12", "{{}}", ""),
    "unb64": ("{text}", "{text}, {text}", "nil", "{text}, nil", "print"),
    "qp": ("{text}", "{text}, {text}", "{text}, {text}, '=0D=0A'", "nil", "{text}, nil, '|'", "{text}, 1"),
    "unqp": ("{text}", "{text}, {text}", "nil", "true"),
    "wrp": (
        "{number}, {text}",
        "{number}, {text}, {number}",
        "{number}",
        "{number}, nil, {number}",
        "",
        "'x'",
    ),
    "qpwrp": ("{number}, {text}", "{number}, {text}, {number}", "{number}", "{number}, nil, {number}"),
    "eol": ("{code}, {text}", "{code}, {text}, '|'", "0", "0, nil, '|'", "'x', {text}", "1.5, {text}"),
    "dot": ("{state}, {text}", "2", "2, nil", "", "{state}"),
}
FILTERS = (
    "encode('base64')", "encode('quoted-printable')", "encode('quoted-printable', 'binary')",
    "decode('base64')",
    "decode('quoted-printable')", "wrap()", "wrap(10)", "wrap('text', 5)", "wrap('base64')",
    "wrap('default', 7)",
    "wrap('quoted-printable')", "normalize()", "normalize('\\n')", "stuff()", "encode('x')", "decode()",
    "wrap('x')",
)  # fmt: skip


def mime_cases(rnd: random.Random) -> Iterator[str]:
    """Yield lines of a script: calls with pieces of text, and whole texts through filters in pieces."""
    yield 'local mime, ltn12 = require "mime", require "ltn12"'
    yield """local function filtered(name, pieces)
      local made, all = ltn12.sink.table()
      local chunk = (loadstring or load)("return (...)." .. name)(mime)
      local result = {ltn12.pump.all(ltn12.source.chain(ltn12.source.table(pieces), chunk), made)}
      return table.concat(all), (table.unpack or unpack)(result)
    end"""

    def text() -> str:
        return literal(b"".join(rnd.choice(MIME_TEXTS) for _ in range(rnd.randrange(6))))

    for name, forms in MIME_CALLS.items():
        for _ in range(CASES // 4):
            form = rnd.choice(forms)
            while "{text}" in form:
                form = form.replace("{text}", text(), 1)
            filled = form.format(
                number=rnd.randrange(-1, 9), code=rnd.choice((0, 10, 13)), state=rnd.randrange(3)
            )
            yield f"case(mime.{name}{', ' if filled else ''}{filled})"
            if rnd.random() < 0.2:
                yield called(f"mime.{name}({filled})")
    for name in FILTERS:
        for _ in range(CASES // 40):
            pieces = ", ".join(text() for _ in range(rnd.randrange(5)))
            yield f"case(filtered, {literal(name.encode())}, {{{pieces}}})"
    yield "case(members, mime)"


MODULES: Mapping[str, Callable[[random.Random], Iterator[str]]] = {
    "cjson": cjson_cases,
    "dkjson": dkjson_cases,
    "mime": mime_cases,
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("module", MODULES)
def test_calls_give_what_the_original_gives(module: str, version: str, tmp_path: Path) -> None:
    script = HARNESS + "\n".join(MODULES[module](random.Random(version))) + "\n"
    path = tmp_path / "cases.lua"
    theirs = original(module, version, script, path)
    assert differences(theirs, ours(version, script, path)) == []
