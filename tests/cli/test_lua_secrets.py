"""No line of a script, and nothing that a message quotes of it, shows a password."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from cli.render.lua_secrets import ScriptSecrets
from cli.render.secrets import hide_spans
from dovecot_conf.source import SourceFile
from tests.cli.conftest import Run


def shown(text: str) -> str:
    source = SourceFile("push.lua", text)
    found = ScriptSecrets(source)
    lines = enumerate(source.lines, 1)
    return "\n".join(hide_spans(line, 0, 0, found.in_line(number))[0] for number, line in lines)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('get("http://user:pw@host/x")', 'get("http://<hidden>@host/x")'),
        ('local u = "https://h/?token=pw"', 'local u = "https://h/?token=<hidden>"'),
        ('r:add_header("Authorization", "hunter2")', 'r:add_header("Authorization", "<hidden>")'),
        ("r:add_header('X-Api-Key', 'a' .. \"b\")", "r:add_header('X-Api-Key', '<hidden>' .. \"<hidden>\")"),
        (
            'h = {["Cookie"] = "hunter2", x = "u"}',
            'h = {["Cookie"] = "<hidden>", x = "u"}',
        ),
        ('local password <const> = "hunter2" x = "y"', 'local password <const> = "<hidden>" x = "y"'),
        ("conf.apiKey = [[pw]]; f('x')", "conf.apiKey = [[<hidden>]]; f('x')"),
        ('t = {token = "hunter2", name = "x"}', 't = {token = "<hidden>", name = "x"}'),
        ('local user, secret = "bob", "hunter2"', 'local user, secret = "<hidden>", "<hidden>"'),
        ('if token ~= "hunter2" then f("x") end', 'if token ~= "<hidden>" then f("x") end'),
        ('if "hunter2" == conf.secret then f("x") end', 'if "<hidden>" == conf.secret then f("x") end'),
        ('local a = token or "hunter2"', 'local a = token or "<hidden>"'),
        ('set_password("hunter2") f("x")', 'set_password("<hidden>") f("x")'),
        ('body = \'{"token":"hunter2","user":"bob"}\'', 'body = \'{"token":"<hidden>","user":"bob"}\''),
        ('x = "Bearer abcdefgh"', 'x = "Bearer <hidden>"'),
        ("-- password: pw", "-- password: <hidden>"),
        ('f() -- local token = "hunter2"', "f() -- local token = <hidden>"),
        ('local password = "pw', "local password = <hidden>"),
        ('local password = pw"', "local password = <hidden>"),
        ('r:add_header("Authorization, "hunter2")', 'r:add_header("Authorization, <hidden>'),
        ("get(http://user:pw@host/)", "get(http://<hidden>@host/)"),
        ("token = [[\npw\n]] x = 'y'", "token = [[\n<hidden>\n]] x = 'y'"),
        ('x = [[\npassword = "hunter2"', "x = [[\npassword = <hidden>"),
    ],
)
def test_a_secret_is_hidden(line: str, expected: str) -> None:
    assert shown(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        'local author, keyboard = "x", "y"',
        'local token = user:plugin_getenv("push_token")',
        'r:add_header("X-Secret", ctx["secret"])',
        'dovecot.i_info("new mail for " .. user .. ": " .. event.subject)',
        'local mail = "http://host:80/a@b"',
        'for key, value in pairs({"a"}) do f("x") end',
        'password = nil\nx = "y"',
    ],
)
def test_everything_else_stays(line: str) -> None:
    assert shown(line) == line


@pytest.mark.parametrize(
    "piece", ["token=(", "token,", "?", "token.", '"', "[=[", "--[[", "token='", "://a:b", "'\\z "]
)
def test_a_large_script_that_looks_like_secrets_all_the_time_takes_flat_time(piece: str) -> None:
    begun = time.monotonic()
    shown(piece * (2**18 // len(piece)))
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize("lua", ["5.1", "5.2", "5.3", "5.4", "luajit"])
@pytest.mark.parametrize(
    "script",
    [
        'local password "hunter2"',
        'local token = hunter2 hunter3 "x',
        'local t = {password = "a" "hunter2"}',
        "secret = [[hunter2\nhunter2]] [[hunter2\nhunter2]] = 3",
        'local password = "hunter2',
        "local url = 'http://u:hunter2@h/' 'http://u:hunter2@h/' x = =",
    ],
)
@pytest.mark.parametrize("format_", ["text", "concise", "json"])
def test_what_lua_quotes_in_a_message_is_hidden(
    run: Run, tmp_path: Path, script: str, lua: str, format_: str
) -> None:
    path = tmp_path / "push.lua"
    path.write_text(script)
    outcome = run("lua", "check", "-q", "--lua", lua, "--format", format_, path)
    assert outcome.code == 1
    assert "hunter2" not in outcome.out


def test_the_mark_moves_with_the_text_and_the_place_does_not(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "push.lua"
    line = 'f("http://user:hunter2@host/", nul)'
    path.write_text(line)
    outcome = run("lua", "check", "-q", "--select", "PN513", path)
    source, mark = outcome.out.splitlines()[-3:-1]
    assert source[mark.index("^") : mark.rindex("^") + 1] == "nul"
    document = json.loads(run("lua", "check", "-q", "--select", "PN513", "--format", "json", path).out)
    assert document["diagnostics"][1]["column"] == line.index("nul") + 1


def test_a_message_is_not_blanked_by_a_short_secret(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "push.lua"
    path.write_text('local c = dovecot.http.client({ secret = "r", r = 1 })')
    out = run("lua", "check", "-q", "--format", "concise", "--ignore", "PN507,PN508", path).out
    assert "no HTTP client setting 'secret'" in out


def test_show_secrets_shows_all(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "push.lua"
    path.write_text('local password "hunter2"')
    assert run("lua", "check", "-q", "--show-secrets", path).out.count("hunter2") == 2
