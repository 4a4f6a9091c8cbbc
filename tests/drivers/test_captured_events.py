"""What is done in mailboxes with dlog and ox in either order, beside running 2.3 and 2.4 servers."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from dovecot_conf import PushConfig
from tests.dovecot.captures.events import CHAINS
from tests.drivers.doubles import push_config, push_config_24
from tests.drivers.played import NEW_UIDVALIDITY, Player, mailboxes_of

FILE = Path(__file__).parents[2] / "fixtures" / "captured" / "events.jsonl.gz"
CASES = [json.loads(line) for line in gzip.decompress(FILE.read_bytes()).decode().split("\n") if line]
PORT = "8009"


def configuration(version: str, drivers: str, protocol: str) -> PushConfig:
    push = CHAINS[version][drivers].replace("@port@", PORT)
    make = push_config if version == "2.3" else push_config_24
    return make(push, protocol=protocol)


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
    )
    for step in case["steps"]:
        player.play(*step)
    assert list(map(stable, player.log)) == case["log"]
    assert player.requests == case["requests"]
