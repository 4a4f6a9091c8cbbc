"""The modules that scripts require, beside LuaSocket itself: results, errors, and what goes over the wire."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from drivers import Surroundings, SystemClock
from drivers.http_transport import HttpcoreTransport
from drivers.lua.machine import LuaMachine
from drivers.lua.script_modules import add_modules
from drivers.scripting import DEFAULT_SCRIPTING, Scripting
from tests.dovecot.conftest import unavailable
from tests.dovecot.harness.listener import Answer, HttpListener

SCRIPT = Path(__file__).parent / "inputs/lua/modules.lua"
LUA = "/usr/bin/lua5.4"
ANSWER = Answer(
    201, "Made", (("X-A", "b"), ("Set-Cookie", "a"), ("Set-Cookie", "b"), ("Connection", "close"))
)
REQUESTS = 5
PRINT = b"""
local path, endpoint = ...
local file = io.open(path, "w")
function print(...)
  local shown, count = {...}, select("#", ...)
  for place = 1, count do shown[place] = tostring(shown[place]) end
  file:write(table.concat(shown, "\\t", 1, count), "\\n")
  file:flush()
end
ENDPOINT = endpoint
"""


def of_luasocket(endpoint: str) -> str:
    if shutil.which(LUA) is None or not Path("/usr/share/lua/5.4/socket/http.lua").exists():
        unavailable("no lua5.4 with lua-socket is installed")
    done = subprocess.run(
        [LUA, str(SCRIPT), endpoint], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


def machine_with_modules(
    scripting: Scripting = DEFAULT_SCRIPTING, world: Callable[[], Surroundings] | None = None
) -> LuaMachine:
    machine = LuaMachine(scripting)
    add_modules(machine, world or pytest.fail, [])
    return machine


def ours(endpoint: str, output: Path) -> str:
    """Run the script in our machine, with its prints in a file."""
    with closing(HttpcoreTransport()) as transport:
        world = Surroundings(lambda _: None, transport, SystemClock())
        machine = machine_with_modules(world=lambda: world)
        machine.extend(PRINT, str(output).encode(), endpoint.encode())
        machine.compile(SCRIPT.read_bytes().replace(b"local ENDPOINT = ...\n", b""), str(SCRIPT))
        machine.run()
    return output.read_text("utf-8")


def sent(listener: HttpListener) -> list[tuple[bytes, frozenset[bytes]]]:
    """Return request line and headers: LuaSocket's headers have no order."""
    found = []
    for request in listener.wait_for(REQUESTS):
        line, *headers = request.raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
        found.append((line, frozenset(headers)))
    return found


def without_place(text: str) -> str:
    return re.sub(r"\S*http\.lua:\d+: ", "", text)


def test_results_and_requests_are_those_of_luasocket(http_listener: HttpListener, tmp_path: Path) -> None:
    endpoint = http_listener.url().removeprefix("http://").removesuffix("/")
    http_listener.answer_with(*[ANSWER] * REQUESTS)
    expected = of_luasocket(endpoint)
    theirs = sent(http_listener)
    http_listener.reset()
    http_listener.answer_with(*[ANSWER] * REQUESTS)
    assert without_place(ours(endpoint, tmp_path / "printed")) == without_place(expected)
    assert sent(http_listener) == theirs
