"""The settings that ``dovecot.http.client`` takes: on running servers, in the tables, and here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dovecot_conf import Version
from dovecot_conf.names import table
from drivers.lua.http_settings import HTTP_SETTINGS, URL
from drivers.lua.stubs import Target, stub
from drivers.testing import PushFactory
from tests.dovecot.lua_scripts import said_on_server
from tests.drivers.lua.stub_reader import read

SETTINGS_SCRIPT = """\
function script_init()
  for _, name in ipairs({%s}) do
    local problem
    for _, value in ipairs({%s}) do
      if not problem then problem = select(2, pcall(dovecot.http.client, {[name] = value})) end
      if type(problem) == "table" then problem = nil end
    end
    dovecot.i_info("SETTING " .. name .. ": " .. (problem or "taken"))
  end
  return 0
end
function dovecot_lua_notify_begin_txn() end
function dovecot_lua_notify_event_message_new() end
function dovecot_lua_notify_end_txn() end
"""
WRONG = {Version.V23: '{}, "\\1"', Version.V24: '"\\1"'}
"""Values that settings of the version don't take; 2.3 is mild with many, and 2.4 dies of other types."""

REFUSED_23 = re.compile(r"Invalid HTTP client setting: \w+: (?:non-negative )?(\w+) expected")
INVALID_URL_23 = "Invalid HTTP client setting: proxy_url is invalid: "


def kind_by(version: Version, answer: str) -> str:
    """Return the kind of a setting by what Dovecot says of a wrong value, '' for an unknown setting."""
    if version is Version.V24:
        return "" if answer.endswith(" is unknown setting") else "text"
    if answer.startswith(INVALID_URL_23):
        return URL
    refused = REFUSED_23.fullmatch(answer)
    return refused[1] if refused else ""


@pytest.mark.parametrize("version", list(Version), ids=str)
def test_the_settings_of_an_http_client_are_those_of_the_server(
    version: Version, request: pytest.FixtureRequest
) -> None:
    configured = [name for name in table(Version.V24).names if name.startswith(("http_client_", "ssl_"))]
    candidates = {name.removeprefix("http_client_") for name in configured}
    candidates |= {name for settings in HTTP_SETTINGS.values() for name in settings} - {"event_parent"}
    names = ", ".join(f'"{name}"' for name in sorted(candidates))
    _, said = said_on_server(request, version, SETTINGS_SCRIPT % (names, WRONG[version]), name="settings.lua")
    answers = dict(
        line.removeprefix("Info: SETTING ").split(": ", 1) for line in said if ": SETTING " in line
    )
    assert answers.keys() == candidates
    theirs = {name: kind for name, answer in answers.items() if (kind := kind_by(version, answer))}
    ours = read(stub("emmylua", Target(version, "5.4")).text).classes["dovecot.http.Settings"]
    ours.pop("event_parent", None)
    assert theirs == {name: HTTP_SETTINGS[version][name] for name in ours}


ONE_SETTING = """\
function script_init()
  local ok, problem = pcall(dovecot.http.client, {%s = %s})
  dovecot.i_info("SETTING " .. (ok and "taken" or problem))
  return 0
end
function dovecot_lua_notify_begin_txn() end
function dovecot_lua_notify_event_message_new() end
function dovecot_lua_notify_end_txn() end
"""
"""For values of which Dovecot may die."""

DEADLY = [
    *[("event_parent", value) for value in ("dovecot.event()", "{}", "1", "'x'", "false")],
    *[("user_agent", value) for value in ("true", "{}")],
    ("auto_retry", "false"),
    ("nope", "true"),
]


@pytest.mark.parametrize(("setting", "value"), DEADLY)
@pytest.mark.parametrize("version", list(Version), ids=str)
def test_a_setting_of_a_client_ends_the_process_where_it_does_here(
    version: Version,
    setting: str,
    value: str,
    request: pytest.FixtureRequest,
    dovecot_push: PushFactory,
    tmp_path: Path,
) -> None:
    script = ONE_SETTING % (setting, value)
    (tmp_path / "one.lua").write_text(script)
    ours = dovecot_push(script=tmp_path / "one.lua", version=str(version)).user("bob").deliver()
    died = any("SIGSEGV" in line for line in ours.errors)
    _, said = said_on_server(request, version, script, name="one.lua", lives=not died)
    lines = {line for line in said if "SETTING" in line}
    assert {line for line in ours.log if "SETTING" in line} == lines
    assert bool(lines) is not died


VALUES = {
    Version.V23: (
        "{}",
        "true",
        "false",
        "0",
        "1",
        "1.5",
        "-1",
        "'1'",
        "'x'",
        "''",
        "2.0",
        "4294967296",
        "1e300",
        "-1.5",
    ),
    Version.V24: ("0", "1", "1.5", "'1'", "'x'", "'yes'", "'1s'", "'1k'"),
}
VALUES_SCRIPT = """\
function script_init()
  for _, name in ipairs({%s}) do
    for number, value in ipairs({%s}) do
      local ok, problem = pcall(dovecot.http.client, {[name] = value})
      dovecot.i_info("VALUE " .. name .. " " .. number .. " " .. (ok and "taken" or problem))
    end
  end
  return 0
end
function dovecot_lua_notify_begin_txn() end
function dovecot_lua_notify_event_message_new() end
function dovecot_lua_notify_end_txn() end
"""


@pytest.mark.parametrize("version", list(Version), ids=str)
def test_clients_take_and_refuse_the_same_values_here(
    version: Version, request: pytest.FixtureRequest, dovecot_push: PushFactory, tmp_path: Path
) -> None:
    names = ", ".join(f'"{name}"' for name in (*HTTP_SETTINGS[version], "nope") if name != "event_parent")
    script = VALUES_SCRIPT % (names, ", ".join(VALUES[version]))
    (tmp_path / "values.lua").write_text(script)
    ours = dovecot_push(script=tmp_path / "values.lua", version=str(version)).user("bob").deliver()
    _, said = said_on_server(request, version, script, name="values.lua")
    theirs = [line for line in said if "VALUE" in line]
    assert theirs
    assert [line for line in ours.log if "VALUE" in line][: len(theirs)] == theirs
