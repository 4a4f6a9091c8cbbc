"""Deliveries, IMAP sessions and doveadm commands through dlog and ox, beside a running 2.3.19.1 server."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.drivers.doubles import push_config
from tests.drivers.played import Player, mailboxes_of

FILE = Path(__file__).parents[2] / "fixtures" / "reference" / "event-cases.jsonl.gz"
ALL_CASES = [json.loads(line) for line in gzip.decompress(FILE.read_bytes()).decode().split("\n") if line]
CASES = [case for case in ALL_CASES if case["drivers"] in ("dlog", "dlog+ox")]


def test_the_covered_cases_are_these() -> None:
    assert len(ALL_CASES) == 210
    assert len(CASES) == 84


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{case['drivers']}-{case['name']}") for case in CASES]
)
def test_an_action_logs_and_sends_what_dovecot_does(case: dict[str, Any]) -> None:
    action = case["action"]
    settings = "\n".join(f"{name} = {value}" for name, value in case["driver_config"].items())
    player = Player(
        action["user"],
        lambda protocol: push_config(settings, protocol=protocol),
        lambda: mailboxes_of(action, action["uidvalidity"]),
    )
    for step in action["steps"]:
        player.play(*step)
    assert player.log == case["log_lines"]
    expected = [{key: request[key] for key in ("path", "body")} for request in case["http_requests"]]
    assert player.requests == expected
