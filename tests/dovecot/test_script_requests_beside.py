"""Requests of scripts with all kinds of payloads and headers, beside running servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.dovecot.harness.listener import HttpListener
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.harness.server import Dovecot
from tests.dovecot.http_sides import without_date
from tests.dovecot.script_sides import PLUGINS, PUSH, Step, Theirs, our_player

SCRIPT = """\
local client = dovecot.http.client({})
function dovecot_lua_notify_begin_txn(user) end
function dovecot_lua_notify_event_message_new(context, event)
  local request = client:request({url = "%s", method = "%s"})
  local ok, problem = pcall(function() %s end)
  if not ok then dovecot.i_info("push_notification " .. problem) end
  dovecot.i_info("push_notification " .. request:submit():status())
end
function dovecot_lua_notify_end_txn(context, success) end
"""
STEP: Step = ("lmtp", ["USER"], "Subject: x\r\n\r\nhi\r\n")
REQUESTS = {
    "text": ("POST", 'request:set_payload("text")'),
    "empty": ("POST", 'request:set_payload("")'),
    "none": ("POST", ""),
    "sync": ("PUT", 'request:set_payload("text", true)'),
    "not-sync": ("PUT", 'request:set_payload("text", false)'),
    "sync-is-nil": ("PUT", 'request:set_payload("text", nil)'),
    "sync-is-zero": ("PUT", 'request:set_payload("text", 0)'),
    "empty-and-sync": ("PUT", 'request:set_payload("", true)'),
    "four-arguments": ("PUT", 'request:set_payload("text", true, 1)'),
    "with-nul": ("POST", r'request:set_payload("a\0b")'),
    "begins-with-nul": ("POST", r'request:set_payload("\0b")'),
    "number": ("POST", "request:set_payload(12.5)"),
    "bytes": ("POST", r'request:set_payload("h\u{e9}\xff")'),
    "of-a-get": ("GET", 'request:set_payload("text")'),
    "of-a-head": ("HEAD", ""),
    "other-method": ("REPORT", 'request:set_payload("text")'),
    "two-of-one-header": ("DELETE", 'request:add_header("X-A", "b") request:add_header("x-a", "c")'),
    "own-user-agent": ("POST", 'request:add_header("User-Agent", "me")'),
    "own-host": ("POST", 'request:add_header("host", "other")'),
    "own-date": ("POST", 'request:add_header("Date", "today")'),
    "own-connection": ("POST", 'request:add_header("Connection", "close")'),
    "own-expect": ("POST", 'request:add_header("Expect", "a") request:set_payload("text")'),
    "removed": (
        "POST",
        'request:add_header("X-A", "b") request:remove_header("x-A") request:set_payload("t")',
    ),
    "remove-what-is-not-there": ("POST", 'request:remove_header("Content-Length") request:set_payload("t")'),
    "long": ("POST", 'request:set_payload(("long "):rep(20000))'),
    "empty-header": ("POST", 'request:add_header("X-A", "")'),
    "odd-header": ("POST", r'request:add_header("X-A", " a\tb \u{e9}")'),
}


@pytest.fixture(params=["2.3", "2.4"])
def server(request: pytest.FixtureRequest) -> Dovecot:
    version: str = request.param
    start: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    push = PUSH[version].format(script="request.lua", settings="")
    return start(push, plugins=PLUGINS, files={"request.lua": ""})


@pytest.fixture
def new_listener() -> Iterator[HttpListener]:
    """Give a listener of which the server doesn't know yet that it sends no 100 Continue."""
    with HttpListener() as listener:
        yield listener


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_goes_out_as_from_the_server(
    server: Dovecot, new_listener: HttpListener, name: str, tmp_path: Path
) -> None:
    method, prepare = REQUESTS[name]
    (server.root / "request.lua").write_text(
        SCRIPT % (new_listener.url("/request"), method, prepare), "utf-8"
    )
    theirs = Theirs(server, server.new_user())
    theirs.prepare()

    def seen(play: Callable[[], object]) -> list[bytes]:
        new_listener.reset()
        play()
        return [without_date(request.raw) for request in new_listener.requests]

    expected = seen(lambda: theirs.play(*STEP))
    log = [line for line in server.push_log() if "push_notification " in line]
    with our_player(theirs, tmp_path) as player:
        found = seen(lambda: player.play(*STEP))
    assert found == expected
    assert [line for line in player.log if "push_notification " in line] == log
    assert expected
