"""The stubs for editors have all that a script can reach on running servers, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from dovecot_conf import Version
from dovecot_conf.names import table
from drivers.lua.http_settings import HTTP_SETTINGS, URL
from drivers.lua.stubs import Target, stub
from drivers.testing import PushFactory
from tests.dovecot.lua_scripts import said_on_server
from tests.drivers.lua.stub_reader import Field, read

DUMP = Path(__file__).parent / "inputs/lua/dump-api.lua"
OWNERS = {
    "dovecot": "dovecot",
    "dovecot.http": "dovecot.http",
    "dovecot.storage": "dovecot.storage",
    "dovecot.dict": "dovecot.dict",
    "dovecot.doveadm_client": "dovecot.doveadm_client",
    "gettimeofday": "dovecot.TimeOfDay",
    "event": "dovecot.Event",
    "passthrough": "dovecot.PassthroughEvent",
    "client": "dovecot.http.Client",
    "request": "dovecot.http.Request",
    "response": "dovecot.http.Response",
    "user": "dovecot.User",
    "mailbox": "dovecot.Mailbox",
    "status": "dovecot.Status",
}
"""The tables of the dump, and what they are called in the stubs."""

KINDS = {"float": "number", "table": "table", "integer": "integer"}
MEMBER = re.compile(r"Info: DUMP (?:(?:meta|index)\()?(?P<table>[\w.]+?)\)?\.(?P<name>[a-zA-Z]\w*) = (?P<value>.*)")
END_OF_LOADING = "Info: DUMP user."
END_OF_EVENT = "Info: DUMP event table is a"

Reached = dict[str, dict[str, str]]
"""The value of each member by table, as the dump shows it."""


def reached(lines: Iterable[str]) -> Reached:
    """Return all members that the dump shows, but those that are nil."""
    found: Reached = {}
    loading, event = True, {}
    for line in lines:
        loading = loading and not line.startswith(END_OF_LOADING)
        if line.startswith(END_OF_EVENT):
            found[f"push.{event['name'].split()[1].strip(chr(34))}"] = event
            event = {}
        match = MEMBER.fullmatch(line)
        if match is None or match["value"].startswith("nil"):
            continue
        name, value = match["name"], match["value"]
        if match["table"] == "event" and not loading:
            event[name] = value
        elif match["table"] in OWNERS:
            found.setdefault(OWNERS[match["table"]], {})[name] = value
    return found


def kind_of(field: Field, classes: Mapping[str, object]) -> str:
    """Return what the dump calls such a value."""
    return "table" if field.kind in classes or field.kind.endswith("[]") else field.kind


@pytest.mark.parametrize("version", list(Version), ids=str)
def test_all_that_a_script_reaches_is_in_the_stubs_and_nothing_else(
    version: Version, request: pytest.FixtureRequest
) -> None:
    _, said = said_on_server(request, version, DUMP.read_text("utf-8"))
    theirs = reached(said)
    classes = read(stub("emmylua", Target(version, "5.4")).text).classes
    assert theirs.keys() == {name for name in OWNERS.values() if name in classes} | {"push.MessageNew"}
    for name, members in theirs.items():
        here = {key: KINDS.get(kind := value.split()[0], kind) for key, value in members.items()}
        stubbed = {key: kind_of(field, classes) for key, field in classes[name].items()}
        assert here == stubbed, name


@pytest.mark.parametrize("version", list(Version), ids=str)
def test_constants_have_the_values_of_the_server(version: Version, request: pytest.FixtureRequest) -> None:
    _, said = said_on_server(request, version, DUMP.read_text("utf-8"))
    theirs = reached(said)
    classes = read(stub("emmylua", Target(version, "5.4")).text).classes
    for name in ("dovecot.storage", "dovecot.dict", "dovecot.doveadm_client"):
        shown = {key: value.partition(" ")[2].removesuffix(".0") for key, value in theirs.get(name, {}).items()}
        assert {key: field.about for key, field in classes.get(name, {}).items()} == shown


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


PARENT_SCRIPT = """\
function script_init()
  local ok, problem = pcall(dovecot.http.client, {event_parent = %s})
  dovecot.i_info("PARENT " .. (ok and "taken" or problem))
  return 0
end
function dovecot_lua_notify_begin_txn() end
function dovecot_lua_notify_event_message_new() end
function dovecot_lua_notify_end_txn() end
"""


@pytest.mark.parametrize("value", ["dovecot.event()", "{}", "1", "'x'", "false"])
@pytest.mark.parametrize("version", list(Version), ids=str)
def test_a_parent_event_of_a_client_is_taken_or_ends_the_process_as_here(
    version: Version, value: str, request: pytest.FixtureRequest, dovecot_push: PushFactory, tmp_path: Path
) -> None:
    script = PARENT_SCRIPT % value
    (tmp_path / "parent.lua").write_text(script)
    ours = dovecot_push(script=tmp_path / "parent.lua", version=str(version)).user("bob").deliver()
    died = any("SIGSEGV" in line for line in ours.errors)
    _, said = said_on_server(request, version, script, name="parent.lua", lives=not died)
    lines = {line for line in said if "PARENT" in line}
    assert {line for line in ours.log if "PARENT" in line} == lines
    assert bool(lines) is not died
