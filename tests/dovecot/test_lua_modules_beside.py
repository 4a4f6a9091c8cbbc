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
from tests.dovecot.harness.listener import Answer, HttpListener, Raw

INPUTS = Path(__file__).parent / "inputs/lua"
LUA = "/usr/bin/lua5.4"
ANSWER = Answer(
    201, "Made", (("X-A", "b"), ("Set-Cookie", "a"), ("Set-Cookie", "b"), ("Connection", "close"))
)
REQUESTS = 5
OK = b"HTTP/1.1 200 OK\r\n"
ODD_ANSWERS = [
    b"",
    b"HTT",
    b"pushnotif sends no HTTP\r\n",
    b"http/1.1 200 OK\r\n\r\nx",
    b"\r\nHTTP/1.1 200 OK\r\n\r\nx",
    b"HTTP/\r\n\r\n",
    b"HTTP/1.1 abc\r\n\r\n",
    b"HTTP/1.1  200 OK\r\n\r\n",
    b"HTTP/1.1 20 OK\r\n\r\n",
    b"HTTP/1.1 200\r\n\r\nuntil the end",
    b"HTTP/1.1 2000 odd\r\n\r\nx",
    b"HTTP/1.1 200OK\r\n\r\nx",
    b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi",
    b"HTTP/2 200 OK\r\n\r\nx",
    b"HTTP/2.0 200 OK\r\n\r\nx",
    b"HTTP/11.22 201 Made\r\n\r\nx",
    b"HTTP/. 200 OK\r\n\r\nx",
    b"HTTP/1.1 999 Odd\r\n\r\nx",
    b"HTTP/1.1 000 Odd\r\n\r\nx",
    b"HTTP/1.1 408 Request Timeout\r\n\r\nslow",
    b"HTTP/1.1 200 \xfc\xff\r\nX: \xe9\r\n\r\n\x01\xff",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx",
    b"HTTP/1.1 102 Processing\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx",
    b"HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc",
    b"HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\nabc",
    b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 3\r\n\r\nabc",
    OK + b"X: y",
    OK + b"no colon\r\n\r\nx",
    OK + b"X: y\r\nno colon\r\n\r\nx",
    OK + b": empty\r\n\r\nx",
    OK + b"A b: c\r\nA b : d\r\n\r\nx",
    OK + b"X: one\r\n two\r\n\tthree\r\nY: z\r\n\r\nx",
    OK + b" folded: first\r\n\r\nx",
    OK + b"X:\r\nY: \r\nz:  a:b \r\n\r\nx",
    b"HTTP/1.1 200 OK\nX: bare\n\nx",
    OK + b"X: a\rb\r\n\r\nx",
    OK + b"Content-Length: 5\r\n\r\nhi",
    OK + b"Content-Length: 0\r\n\r\n",
    OK + b"Content-Length:\r\n\r\nhi",
    OK + b"Content-Length: two\r\n\r\nhi",
    OK + b"Content-Length: 0x2\r\n\r\nhi there",
    OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi there",
    OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n3;x=y\r\n yo\r\n0\r\nT: u\r\n\r\n",
    OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n",
    OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhi",
    OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhi\r\n0\r\n\r\n",
    OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
    OK + b"Transfer-Encoding: gzip\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
    OK + b"Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nhi there",
]
"""What servers answer that don't quite speak HTTP; then the connection ends."""
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


def of_luasocket(script: Path, endpoint: str) -> str:
    if shutil.which(LUA) is None or not Path("/usr/share/lua/5.4/socket/http.lua").exists():
        unavailable("no lua5.4 with lua-socket is installed")
    done = subprocess.run([LUA, str(script), endpoint], capture_output=True, check=True, timeout=60)
    return done.stdout.decode("utf-8", "backslashreplace")


def machine_with_modules(
    scripting: Scripting = DEFAULT_SCRIPTING, world: Callable[[], Surroundings] | None = None
) -> LuaMachine:
    machine = LuaMachine(scripting)
    add_modules(machine, world or pytest.fail, [])
    return machine


def ours(script: Path, endpoint: str, output: Path) -> str:
    """Run the script in our machine, with its prints in a file."""
    with closing(HttpcoreTransport()) as transport:
        world = Surroundings(lambda _: None, transport, SystemClock())
        machine = machine_with_modules(world=lambda: world)
        machine.extend(PRINT, str(output).encode(), endpoint.encode())
        machine.compile(script.read_bytes().replace(b"local ENDPOINT = ...\n", b""), str(script))
        machine.run()
    return output.read_bytes().decode("utf-8", "backslashreplace")


def address(listener: HttpListener) -> str:
    return listener.url().removeprefix("http://").removesuffix("/")


def sent(listener: HttpListener) -> list[tuple[bytes, frozenset[bytes]]]:
    """Return request line and headers: LuaSocket's headers have no order."""
    found = []
    for request in listener.wait_for(REQUESTS):
        line, *headers = request.raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
        found.append((line, frozenset(headers)))
    return found


def without_place(text: str) -> str:
    return re.sub(r"\S*(?:http|ltn12)\.lua:\d+: ", "", text)


def test_results_and_requests_are_those_of_luasocket(http_listener: HttpListener, tmp_path: Path) -> None:
    script, endpoint = INPUTS / "modules.lua", address(http_listener)
    http_listener.answer_with(*[ANSWER] * REQUESTS)
    expected = of_luasocket(script, endpoint)
    theirs = sent(http_listener)
    http_listener.reset()
    http_listener.answer_with(*[ANSWER] * REQUESTS)
    assert without_place(ours(script, endpoint, tmp_path / "printed")) == without_place(expected)
    assert sent(http_listener) == theirs


def test_odd_answers_are_read_as_luasocket_reads_them(
    http_listener: HttpListener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, endpoint = INPUTS / "answers.lua", address(http_listener)
    monkeypatch.setenv("ANSWERS", str(len(ODD_ANSWERS)))
    answers = [Raw(answer) for answer in ODD_ANSWERS for _ in range(2)]
    http_listener.answer_with(*answers)
    expected = without_place(of_luasocket(script, endpoint)).splitlines()
    http_listener.reset()
    http_listener.answer_with(*answers)
    found = without_place(ours(script, endpoint, tmp_path / "printed")).splitlines()
    assert found == expected
    assert len(expected) >= len(answers)
