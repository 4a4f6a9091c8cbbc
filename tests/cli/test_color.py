"""Colour: ``--color`` decides, else NO_COLOR, else FORCE_COLOR, else whether stdout is a terminal."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

import click
import pytest

import cli.main
from cli.render.styled import wants_color
from tests.ci_files import REPOSITORY
from tests.cli.command_tree import CONTEXTS
from tests.cli.example_site import example_site, examples_in_help

__all__ = ["example_site"]

ESCAPE = "\x1b["
IN_COLOR = [
    path
    for path, context in CONTEXTS.items()
    if not isinstance(context.command, click.Group)
    and any("--color" in param.opts for param in context.command.params)
]
# What is asked for, the variables, whether stdout is a terminal; and whether that means colour.
CASES = [
    ("auto", {}, True, True),
    ("auto", {}, False, False),
    ("auto", {"NO_COLOR": "1"}, True, False),
    ("auto", {"NO_COLOR": ""}, True, True),
    ("auto", {"FORCE_COLOR": "1"}, False, True),
    ("auto", {"FORCE_COLOR": ""}, False, False),
    ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
    ("always", {"NO_COLOR": "1"}, False, True),
    ("never", {"FORCE_COLOR": "1"}, True, False),
]


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


@pytest.mark.parametrize(("asked", "variables", "terminal", "colored"), CASES)
def test_what_decides_on_colour(
    asked: str, variables: dict[str, str], terminal: bool, colored: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    assert wants_color(asked, into_file=False) is colored
    assert wants_color(asked, into_file=True) is (asked == "always")


def printed(path: str, options: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Run the examples of a command that say nothing of a format; return what they print."""
    for command in examples_in_help(CONTEXTS[path]):
        if not re.search(r"[<>|]|--format|-f |--output", command):
            cli.main.run([*shlex.split(command)[1:], *options])
    return capsys.readouterr().out


@pytest.mark.parametrize("path", [path for path in IN_COLOR if path != "pushnotif listen"])
@pytest.mark.usefixtures("example_site")
def test_every_command_does_as_it_is_told(
    path: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ESCAPE not in printed(path, [], capsys)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert ESCAPE in printed(path, [], capsys)
    assert ESCAPE not in printed(path, ["--color", "never"], capsys)
    monkeypatch.setenv("NO_COLOR", "1")
    assert ESCAPE not in printed(path, [], capsys)
    in_color = printed(path, ["--color", "always"], capsys)
    assert re.search(r"\x1b\[[\d;]*3\d", in_color), "bold alone is no colour"


@pytest.mark.parametrize(
    ("variables", "options", "colored"),
    [
        ({"FORCE_COLOR": "1"}, [], True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], False),
        ({"NO_COLOR": "1"}, ["--color", "always"], True),
    ],
)
def test_listen_does_too(variables: dict[str, str], options: list[str], colored: bool) -> None:
    code = """
import http.client, io, os, re, sys, threading
from cli.main import run

class Said(io.StringIO):
    def write(self, text):
        if found := re.search(r"127.0.0.1:(\\d+)", text):
            threading.Thread(target=ask, args=(int(found[1]),)).start()
        return len(text)

def ask(port):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("PUT", "/", "{}")
    connection.getresponse().read()

sys.stderr = Said()
run(["listen", "--port", "0", "--once", "--timeout", "20", "--format", "text", *sys.argv[1:]])
"""
    done = subprocess.run(
        [sys.executable, "-c", code, *options],
        cwd=REPOSITORY,
        env={"PATH": "/usr/bin:/bin", **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (ESCAPE in done.stdout, "PUT /" in done.stdout) == (colored, True)
