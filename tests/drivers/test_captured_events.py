"""What is done in mailboxes with dlog, ox and lua in several orders, beside running 2.3 and 2.4 servers.

A stand-in registers what the lua driver does; lua's own lines are left out.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from dovecot_conf import PushConfig
from drivers import DriverRegistry
from tests.dovecot.captures.events import CHAINS, LUA_PLUGINS
from tests.dovecot.harness.setups import PLUGINS
from tests.drivers.doubles import LuaStandIn, push_config, push_config_24
from tests.drivers.played import NEW_UIDVALIDITY, Player, mailboxes_of

FILE = Path(__file__).parents[2] / "fixtures" / "captured" / "events.jsonl.gz"
CASES = [json.loads(line) for line in gzip.decompress(FILE.read_bytes()).decode().split("\n") if line]
PORT = "8009"
REGISTRY = DriverRegistry([*DriverRegistry.installed(), LuaStandIn])


def configuration(version: str, drivers: str, protocol: str) -> PushConfig:
    push = CHAINS[version][drivers].replace("@port@", PORT)
    plugins = LUA_PLUGINS if "lua" in drivers else PLUGINS
    if version == "2.3":
        return push_config(push, protocol=protocol, plugins=" ".join(plugins))
    return push_config_24(push, protocol=protocol, plugins=plugins)


def stable(text: str) -> str:
    new = f"UIDVALIDITY [{NEW_UIDVALIDITY}]"
    return text.replace(f":{PORT}", ":@port@").replace(new, "UIDVALIDITY [@new@]")


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{case['version']}-{case['drivers']}-{case['name']}") for case in CASES]
)
def test_an_action_logs_and_sends_what_dovecot_does(case: dict[str, Any]) -> None:
    player = Player(
        case["user"],
        lambda protocol: configuration(case["version"], case["drivers"], protocol),
        lambda: mailboxes_of(case, case["uidvalidity"]),
        case.get("server", ""),
        case.get("places"),
        REGISTRY,
    )
    for step in case["steps"]:
        player.play(*step)
    assert list(map(stable, player.log)) == case["log"]
    assert player.requests == case["requests"]
