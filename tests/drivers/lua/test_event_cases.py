"""A script with a function for every event, in all captured sessions of a running 2.3.19.1 server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from drivers import DriverRegistry
from tests.drivers.doubles import push_config
from tests.drivers.played import Player, mailboxes_of
from tests.drivers.test_event_cases import ALL_CASES, named

SCRIPT = Path(__file__).parents[3] / "fixtures/reference/dump.lua"
PLUGINS = "notify push_notification mail_lua push_notification_lua"
CASES = [case for case in ALL_CASES if "lua" in case["drivers"]]


def test_the_covered_cases_are_these() -> None:
    assert len(CASES) == 126


@pytest.mark.parametrize("case", named(CASES))
def test_a_script_is_told_what_dovecot_tells_it(
    case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dump.lua").write_bytes(SCRIPT.read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LUAOUT", str(tmp_path / "events.jsonl"))
    action = case["action"]
    settings = "\n".join(f"{name} = {value}" for name, value in case["driver_config"].items())
    player = Player(
        action["user"],
        lambda protocol: push_config(settings, protocol=protocol, plugins=PLUGINS),
        lambda: mailboxes_of(action, action["uidvalidity"]),
        registry=DriverRegistry.installed(),
    )
    for step in action["steps"]:
        player.play(*step)
    assert player.log == case["log_lines"]
    written = (tmp_path / "events.jsonl").read_text("utf-8").splitlines() if case["lua_events"] else []
    assert [json.loads(line) for line in written] == case["lua_events"]
