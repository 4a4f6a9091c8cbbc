"""Deliveries, IMAP sessions and doveadm commands through dlog and ox, beside a running 2.3.19.1 server.

A stand-in registers what the lua driver does; of the cases with lua, dlog's lines are compared.
"""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from drivers import DriverRegistry
from drivers.dlog import DlogDriver
from tests.drivers.doubles import LuaStandIn, push_config
from tests.drivers.played import Player, mailboxes_of

FILE = Path(__file__).parents[2] / "fixtures" / "reference" / "event-cases.jsonl.gz"
ALL_CASES = [json.loads(line) for line in gzip.decompress(FILE.read_bytes()).decode().split("\n") if line]
CASES = [case for case in ALL_CASES if case["drivers"] in ("dlog", "dlog+ox")]
LUA_CASES = [case for case in ALL_CASES if case["drivers"] in ("dlog+lua", "lua+dlog")]


def test_the_covered_cases_are_these() -> None:
    assert len(ALL_CASES) == 210
    assert len(CASES) == len(LUA_CASES) == 84


def named(cases: list[Any]) -> list[Any]:
    return [pytest.param(case, id=f"{case['drivers']}-{case['name']}") for case in cases]


def played(case: dict[str, Any], registry: DriverRegistry, plugins: str) -> Player:
    action = case["action"]
    settings = "\n".join(f"{name} = {value}" for name, value in case["driver_config"].items())
    player = Player(
        action["user"],
        lambda protocol: push_config(settings, protocol=protocol, plugins=plugins),
        lambda: mailboxes_of(action, action["uidvalidity"]),
        registry=registry,
    )
    for step in action["steps"]:
        player.play(*step)
    return player


@pytest.mark.parametrize("case", named(CASES))
def test_an_action_logs_and_sends_what_dovecot_does(case: dict[str, Any]) -> None:
    player = played(case, DriverRegistry.installed(), "notify push_notification")
    assert player.log == case["log_lines"]
    expected = [{key: request[key] for key in ("path", "body")} for request in case["http_requests"]]
    assert player.requests == expected


@pytest.mark.parametrize("case", named(LUA_CASES))
def test_beside_a_lua_script_dlog_logs_what_it_does_in_dovecot(case: dict[str, Any]) -> None:
    plugins = "notify push_notification mail_lua push_notification_lua"
    player = played(case, DriverRegistry([DlogDriver, LuaStandIn]), plugins)
    is_of_lua = re.compile(r"\w+: lua: ")
    assert player.log == [line for line in case["log_lines"] if not is_of_lua.match(line)]
