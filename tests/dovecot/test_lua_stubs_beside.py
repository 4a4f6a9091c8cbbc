"""The stubs for editors have all that a script can reach on running servers, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from dovecot_conf import Version
from drivers.lua.stubs import Target, stub
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
MEMBER = re.compile(
    r"Info: DUMP (?:(?:meta|index)\()?(?P<table>[\w.]+?)\)?\.(?P<name>[a-zA-Z]\w*) = (?P<value>.*)"
)
END_OF_LOADING = "Info: DUMP user."
END_OF_EVENT = "Info: DUMP event table is a"

Reached = dict[str, dict[str, str]]
"""The value of each member by table, as the dump shows it."""


def reached(lines: Iterable[str]) -> Reached:
    """Return all members that the dump shows, but those that are nil."""
    found: Reached = {}
    loading, event = True, dict[str, str]()
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
        shown = {
            key: value.partition(" ")[2].removesuffix(".0") for key, value in theirs.get(name, {}).items()
        }
        assert {key: field.about for key, field in classes.get(name, {}).items()} == shown
