"""How scripts begin, and are given their settings, beside running servers: what is logged and sent."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.dovecot.harness.listener import Answer, Hangup, HttpListener, Script
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.http_sides import masked, without_date
from tests.dovecot.script_sides import PLUGINS, PUSH, Step, Theirs, our_player, with_their_paths

FORM = Path(__file__).parents[2] / "fixtures" / "lua" / "form-2.4.lua"
REFUSED = "http://127.0.0.1:1/"
MAIL = "From: Alice <alice@example.com>\r\nTo: bob@example.com\r\nSubject: Grüße & mehr\r\n\r\nHello\r\n"
SHOWS_ARGUMENTS = """\
function script_init(...)
  local given, shown, count = ..., {}, select("#", ...)
  for name, value in pairs(type(given) == "table" and given or {}) do
    shown[#shown + 1] = name .. "=" .. value .. ":" .. type(value)
  end
  table.sort(shown)
  dovecot.i_info("push_notification " .. count .. " " .. type(given) .. " " .. table.concat(shown, ","))
  %s
end
function dovecot_lua_notify_begin_txn(user) return 1 end
function dovecot_lua_notify_event_message_new(context, event) end
function dovecot_lua_notify_end_txn(context) end
"""
BLOCK = "push_notification lua {{\n  lua_file = @root@/push.lua\n{}}}\n"
SETTINGS = "  lua_settings {{\n    {}\n  }}\n"


def block(*settings: str, around: str = "") -> str:
    return BLOCK.format(SETTINGS.format("\n    ".join(settings)) if settings else "") + around


SETTINGS_24 = {
    "none": block(),
    "some": block("a = b", "z = 1", "empty =", 'quoted = " x y "'),
    "percent": block("a = 100% %% %{user|upper}", "b = $HOME", "user = %{user}"),
    "strange-names": block('"two words" = x', "it/s = y", "UPPER = z"),
    "around": "lua_settings {\n  a = around\n}\n" + block(),
    "around-and-inside": "lua_settings {\n  a = around\n  b = around\n}\n" + block("a = inside"),
    "of-a-protocol": block(
        "a = b", "c = d", around="protocol lmtp {\n  lua_settings {\n    a = lmtp\n  }\n}\n"
    ),
    "as-a-path": BLOCK.format("  lua_settings/a = b\n"),
    "another-name": block("a = b").replace(
        "push_notification lua {", "push_notification x {\n  driver = lua"
    ),
    "unknown-variable": block("a = b", "c = %{nope}"),
    "two-unknown-variables": block("b = %{nope}", "a = %{nix}"),
    "unknown-variable-in-the-name-of-the-file": block("a = %{nix}").replace("push.lua", "%{nope}.lua"),
    "no-file": block("a = b").replace("  lua_file = @root@/push.lua\n", ""),
}
RESULTS = {
    "nothing": "",
    "nil": "return nil, 'text'",
    "zero": "return 0",
    "zero-and-more": "return 0, 1, 2",
    "float": "return 0.0",
    "one": "return 1",
    "minus-one": "return -1",
    "text": "return '0'",
    "false": "return false",
    "true": "return true",
    "table": "return {}",
    "an-error": "error('bad init')",
    "an-error-without-place": "error('bad init', 0)",
    "an-error-of-a-table": "error({})",
    "an-unknown-client-setting": "dovecot.http.client({timeout = 10000})",
    "a-client-setting-that-is-nil": "dovecot.http.client({debug = True})",
    "a-client-setting-of-23": "dovecot.http.client({request_timeout_msecs = 100})",
}
ENDPOINTS: dict[str, list[Script]] = {
    "ok": [Answer()],
    "created": [Answer(201, "Made")],
    "server-error": [Answer(500, "Oh no")],
    "service-unavailable": [Answer(503, "Later")] * 2,
    "drop-once": [Hangup(), Answer()],
    "drop-twice": [Hangup()] * 2,
}


@dataclass(frozen=True)
class Sides:
    """A server with a script, and we beside it."""

    theirs: Theirs
    folder: Path

    def play(self, step: Step) -> tuple[list[str], list[str]]:
        """Do one step on both sides; return what they log."""
        theirs: list[str] = []
        with contextlib.suppress(ConnectionError):
            theirs = self.theirs.play(*step)
        theirs = theirs or self.theirs.server.push_log()
        return first_lines(theirs), self.ours(step)

    def ours(self, step: Step) -> list[str]:
        with our_player(self.theirs, self.folder) as player:
            player.play(*step)
        # a process that dies writes no push line about it
        log = [line for line in player.log if not line.startswith("Panic: ")]
        return first_lines(with_their_paths(log, self.theirs.server))


def first_lines(log: list[str]) -> list[str]:
    """Return entries without tracebacks: 2.4 logs those line by line, and not all with ``lua: ``."""
    return [masked(entry.split("\n")[0]) for entry in log if "lua: stack traceback:" not in entry]


def sides(factory: DovecotFactory, push: str, script: str, folder: Path) -> Sides:
    server = factory(push, plugins=PLUGINS, files={"push.lua": script})
    theirs = Theirs(server, server.new_user())
    theirs.prepare()
    return Sides(theirs, folder)


@pytest.mark.parametrize("name", SETTINGS_24)
def test_a_script_is_given_the_same_settings(dovecot24: DovecotFactory, name: str, tmp_path: Path) -> None:
    both = sides(dovecot24, SETTINGS_24[name], SHOWS_ARGUMENTS.replace("%s", ""), tmp_path)
    theirs, ours = both.play(("lmtp", ["USER"], MAIL))
    assert ours == theirs
    assert any(re.search(r"push_notification 1 table|Error: ", line) for line in theirs)


@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_what_script_init_returns_counts_as_on_the_server(
    version: str, name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    factory: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    push = PUSH[version].format(script="push.lua", settings="")
    both = sides(factory, push, SHOWS_ARGUMENTS.replace("%s", RESULTS[name]), tmp_path)
    theirs, ours = both.play(("lmtp", ["USER"], MAIL))
    assert ours == theirs


@pytest.mark.parametrize("name", ENDPOINTS)
def test_a_script_of_24_posts_its_forms_as_on_the_server(
    dovecot24: DovecotFactory, http_listener: HttpListener, name: str, tmp_path: Path
) -> None:
    push = block(f"push_url = {http_listener.url('/form')}")
    both = sides(dovecot24, push, FORM.read_text("utf-8"), tmp_path)
    step = ("lmtp", ["USER"], MAIL)
    http_listener.answer_with(*ENDPOINTS[name])
    with contextlib.suppress(ConnectionError):
        both.theirs.play(*step)
    theirs = first_lines(both.theirs.server.push_log())
    requests = [without_date(request.raw) for request in http_listener.requests]
    http_listener.reset()
    http_listener.answer_with(*ENDPOINTS[name])
    assert both.ours(step) == theirs
    assert [without_date(request.raw) for request in http_listener.requests] == requests
    assert requests


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ('request_timeout = "2s"', "debug = True, timeout = 10000"),
        ('request_timeout = "2s"', "debug = True"),
        ("username = user.username", 'username = user:plugin_getenv("name")'),
        ("endpoint = settings.push_url", "endpoint = nil"),
        ("settings.push_url", 'settings["nothing"]'),
        ("local client, endpoint", 'local url = require "socket.url" local client, endpoint'),
    ],
)
def test_a_script_with_a_mistake_fails_as_on_the_server(
    dovecot24: DovecotFactory, written: str, instead: str, tmp_path: Path
) -> None:
    script = FORM.read_text("utf-8")
    assert written in script
    both = sides(dovecot24, block(f"push_url = {REFUSED}"), script.replace(written, instead), tmp_path)
    theirs, ours = both.play(("lmtp", ["USER"], MAIL))
    assert ours == theirs
    assert any(line.startswith("Error: lua") for line in theirs)
