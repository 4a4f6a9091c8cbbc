"""`pushnotif lua check`: scripts by themselves, wrong input, versions, formats, exit codes."""

from __future__ import annotations

import io
import json
import random
import sys
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pytest

from tests.cli.conftest import Outcome, Run

REPOSITORY = Path(__file__).parents[2]
SCHEMA = json.loads((REPOSITORY / "docs" / "schemas" / "validate.schema.json").read_text())
FOLDERS = ("fixtures", "tests/dovecot/inputs/lua")
SCRIPTS = sorted(path for folder in FOLDERS for path in (REPOSITORY / folder).rglob("*.lua"))
LUA_VERSIONS = ("5.1", "5.2", "5.3", "5.4", "luajit")
GOOD = """\
function dovecot_lua_notify_begin_txn(user) return {} end
function dovecot_lua_notify_event_message_new(context, event) end
function dovecot_lua_notify_end_txn(context, success) end
"""


@pytest.fixture
def check(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Check a script that is made of the given text, or what has the given name in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(script: str | bytes | Path, *arguments: object) -> Outcome:
        if isinstance(script, Path):
            return run("lua", "check", *arguments, script)
        (tmp_path / "push.lua").write_bytes(script if isinstance(script, bytes) else script.encode())
        return run("lua", "check", *arguments, "push.lua")

    return call


def concise(outcome: Outcome) -> list[str]:
    return [line.removeprefix("push.lua:") for line in outcome.out.splitlines()]


def codes(outcome: Outcome) -> list[str]:
    return [line.split(" ")[1] for line in outcome.out.splitlines()]


def test_a_good_script_is_fine(check: Run) -> None:
    outcome = check(GOOD)
    assert (outcome.code, outcome.out) == (0, "ok: push.lua, read as Dovecot 2.4 (assumed; Lua 5.4)\n")
    assert outcome.err == "pushnotif: assuming Dovecot 2.4; --dovecot-version names another\n"


def test_nothing_is_assumed_aloud_that_is_named_or_with_q(check: Run) -> None:
    assert check(GOOD, "--dovecot-version", "2.3").err == ""
    assert check(GOOD, "-q") == Outcome(0, "", "")


def test_a_finding_shows_its_line_with_a_mark(check: Run) -> None:
    outcome = check(f"{GOOD}\tlocal x = nul\n", "-q")
    assert outcome.code == 0
    assert outcome.out.splitlines() == [
        "warning[PN513] lua-undefined-global: nobody sets the global variable 'nul'",
        " --> push.lua:4:12",
        "  |",
        "4 |  local x = nul",
        "  |            ^^^",
        "",
    ]


def test_fail_on_decides_about_the_exit_code(check: Run) -> None:
    assert check(f"{GOOD} x = nul").code == 0
    assert check(f"{GOOD} x = nul", "--fail-on", "warning").code == 1
    assert check("x = = 1").code == 1


def test_comments_of_lua_silence_findings(check: Run) -> None:
    assert check(f"{GOOD} x = nul -- pushnotif: ignore[PN513]", "-q").out == ""
    assert check(f"{GOOD}-- pushnotif: ignore[lua-undefined-global]\nx = nul", "-q").out == ""


def test_rules_can_be_chosen(check: Run) -> None:
    assert codes(check("x = nul", "--format", "concise", "--select", "PN513")) == ["PN513"]
    assert codes(check("x = nul", "--format", "concise", "--ignore", "PN507,PN508")) == ["PN513"]


def test_the_version_of_dovecot_decides(check: Run) -> None:
    script = f"{GOOD} x = dovecot.gettimeofday()"
    assert check(script, "--dovecot-version", "2.3").code == 1
    assert check(script, "--dovecot-version", "2.4").code == 0


def test_several_scripts_are_checked_in_their_order(run: Run, tmp_path: Path) -> None:
    first, second = tmp_path / "b.lua", tmp_path / "a.lua"
    first.write_text("x = = 1")
    second.write_text(GOOD)
    outcome = run("lua", "check", "--dovecot-version", "2.3", first, second, first)
    assert outcome.code == 1
    assert outcome.out.splitlines()[-2:] == [
        f"{first}, read as Dovecot 2.3 (--dovecot-version; Lua 5.4): 1 error",
        f"ok: {second}, read as Dovecot 2.3 (--dovecot-version; Lua 5.4)",
    ]


def test_stdin_is_read(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"x = = 1")))
    outcome = run("lua", "check", "-q", "--format", "concise", "-")
    assert outcome == Outcome(
        1, "<stdin>:1:1: PN505 Lua can't compile this script: unexpected symbol near '='\n", ""
    )


def test_json_is_that_of_validate(check: Run) -> None:
    outcome = check('local token = "hunter2" hunter2 = = "hunter2"', "--format", "json")
    document = json.loads(outcome.out)
    jsonschema.validate(document, SCHEMA)
    assert (document["dovecot_version"], document["files"]) == ("2.4", ["push.lua"])
    assert [item["code"] for item in document["diagnostics"]] == ["PN505"]


def test_a_script_is_never_run(check: Run, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    script = f"os.execute('touch {mark}') io.open('{mark}', 'w'):close() while true do end {GOOD}"
    assert check(script, "--format", "concise").code == 0
    assert not mark.exists()


# wrong input


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("gone.lua", "No such file or directory"),
        (".", "it is a directory"),
        ("", "it is a directory"),
        ("/dev/zero", "it is no regular file"),
        ("push.lua/x", "Not a directory"),
    ],
)
def test_what_is_no_file_gets_one_line(check: Run, run: Run, name: str, reason: str) -> None:
    check(GOOD)
    outcome = run("lua", "check", "push.lua", name)
    assert (outcome.code, outcome.out) == (2, "")
    shown = name or "''"
    assert outcome.err == f"pushnotif: can't read {shown}: {reason}: give the file of a Lua script\n"


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--lua", "5.5", "push.lua"),
        ("--dovecot-version", "auto", "push.lua"),
        ("--select", "PN999", "push.lua"),
        ("--statistics", "--format", "json", "push.lua"),
        ("--output", "no/such/folder", "push.lua"),
    ],
)
def test_a_wrong_call_gets_one_line(check: Run, run: Run, arguments: tuple[str, ...]) -> None:
    check(GOOD)
    outcome = run("lua", "check", "-q", *arguments)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ["PN507", "PN508", "PN508"]),
        (b"\x7fELF\x02\x01\x00\xff\x00", ["PN505"]),
        (b"\x1bLua\x54\x00", ["PN505"]),
        (b"x = " + b"(" * 5000, ["PN505"]),
        (b" " * (2**20 + 1), ["PN505"]),
        (f"{GOOD} local s = 'caf\xe9'".encode("latin-1"), []),
        (b"\xef\xbb\xbf#!/usr/bin/lua\r\n" + GOOD.replace("\n", "\r\n").encode(), []),
    ],
    ids=["empty", "binary", "compiled", "nested", "large", "latin-1", "mark"],
)
def test_what_is_no_script_is_a_finding(check: Run, content: bytes, expected: list[str]) -> None:
    outcome = check(content, "-q", "--format", "concise")
    assert codes(outcome) == expected
    assert outcome.err == ""


def test_lines_are_counted_as_lua_does(check: Run) -> None:
    outcome = check(b"a = 1\rb = nul\n\rc = 2\r\nd = nul\r" + GOOD.encode(), "--format", "concise")
    assert [line.split(" ")[0] for line in concise(outcome)] == ["2:5:", "4:5:"]
    assert concise(check(b"a = 1\rb = = 2\rc = 3", "--format", "concise"))[0].startswith("2:1: PN505")


def test_hundreds_of_broken_scripts_leave_no_traceback(run: Run, tmp_path: Path) -> None:
    chance, path = random.Random(1), tmp_path / "push.lua"
    pieces = (b'"', b"'", b"[[", b"]]", b"--[[", b"\\", b"\r", b"\0", b"\xff", b"end", b"(", b"token=", b"#!")
    sources = [script.read_bytes()[:3000] for script in SCRIPTS]
    for _ in range(300):
        content = bytearray(chance.choice(sources))
        for _ in range(chance.randint(1, 6)):
            place = chance.randrange(len(content) + 1)
            content[place : place + chance.randint(0, 9)] = chance.choice(pieces)
        path.write_bytes(content)
        outcome = run("lua", "check", "-q", "--lua", chance.choice(LUA_VERSIONS), path)
        assert outcome.code in {0, 1}, bytes(content)
        assert outcome.err == "", bytes(content)


# versions of Lua


@pytest.mark.parametrize(
    ("line", "valid"),
    [
        ("local a <const> = 1", {"5.4"}),
        ("local a = 7 // 2", {"5.3", "5.4"}),
        ("goto out ::out::", {"5.2", "5.3", "5.4", "luajit"}),
        ("local a = utf8", {"5.3", "5.4"}),
        ("local a = setfenv", {"5.1", "luajit"}),
        ("local a = loadstring", {"5.1", "5.2", "luajit"}),
        ("local a = unpack", {"5.1", "5.2", "luajit"}),
        ("local a = table.unpack", {"5.2", "5.3", "5.4"}),
        ("local a = table['unpack']", {"5.2", "5.3", "5.4"}),
        ("local a = table.getn", {"5.1", "luajit"}),
        ("local a = math.pow", set(LUA_VERSIONS)),
        ("local a = bit32", {"5.2", "5.3"}),
        ("local a = bit", {"luajit"}),
        ("local a = jit", {"luajit"}),
        ("local a = string.fromat", set()),
    ],
)
def test_lua_decides_what_is_valid_and_what_is_there(check: Run, line: str, valid: set[str]) -> None:
    script = f"{GOOD} {line}"
    fine = {lua for lua in LUA_VERSIONS if check(script, "--lua", lua, "--fail-on", "warning").code == 0}
    assert fine == valid


@pytest.mark.parametrize(
    "line",
    [
        "local unpack = table.unpack or unpack",
        "if table.unpack then table.unpack({}) end",
        "table.unpack = unpack local a = table.unpack",
        "function table.unpack(list) end local a = table.unpack",
        "local table = {} local a = table.unpack",
    ],
)
def test_a_field_that_the_script_tests_or_sets_is_fine(check: Run, line: str) -> None:
    assert check(f"{GOOD} {line}", "-q", "--lua", "5.1").out == ""


def test_what_only_some_builds_have_is_an_information(check: Run) -> None:
    outcome = check(f"{GOOD} x = unpack", "-q", "--lua", "5.2")
    assert outcome.out.startswith("info[PN513]")


@pytest.mark.parametrize(
    ("line", "lua", "hint"),
    [
        ("x = unpack", "5.4", "Lua 5.4 has table.unpack"),
        ("x = table.unpack", "luajit", "LuaJIT has unpack"),
        ("x = bit32", "luajit", "LuaJIT has bit"),
        ("x = utf8", "5.1", "another version of Lua has it: --lua says which one Dovecot has"),
        ("x = string.fromat", "5.1", "did you mean string.format?"),
    ],
)
def test_the_hint_is_about_the_lua_that_is_asked_for(check: Run, line: str, lua: str, hint: str) -> None:
    assert f"help: {hint}\n" in check(f"{GOOD} {line}", "--lua", lua).out


@pytest.mark.parametrize(("lua", "code"), [("5.4", 0), ("5.1", 1)])
def test_validate_judges_scripts_by_the_same_lua(run: Run, tmp_path: Path, lua: str, code: int) -> None:
    script, config = tmp_path / "push.lua", tmp_path / "dovecot.conf"
    script.write_text(f"{GOOD}local password, a <const> = 'hunter2', 1\nprint(nul)\n")
    config.write_text(
        "mail_plugins = notify mail_lua push_notification push_notification_lua\n"
        f"plugin {{\n push_notification_driver = lua:file={script}\n}}\n"
    )
    outcome = run("validate", "--lua", lua, config)
    assert outcome.code == code
    shown = {
        "5.4": ["5 | print(nul)", "  |       ^^^"],
        "5.1": ["4 | local password, a <const> = '<hidden>', 1"],
    }
    assert all(line in outcome.out.splitlines() for line in shown[lua])
    assert "hunter2" not in outcome.out
