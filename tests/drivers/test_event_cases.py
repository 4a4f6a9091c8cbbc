"""Deliveries through dlog and ox, beside the log lines of a running 2.3.19.1 server.

The file has 210 cases. Those covered here are the deliveries by LMTP and LDA to dlog, or dlog and
ox: 10 of them. The others are IMAP and doveadm actions, and chains with the lua driver.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from mailstore.state import MailboxState
from tests.drivers.doubles import FakeClock, ScriptedTransport, log_of, push_config, simulate

FILE = Path(__file__).parents[2] / "fixtures" / "reference" / "event-cases.jsonl.gz"
ALL_CASES = [json.loads(line) for line in gzip.decompress(FILE.read_bytes()).decode().split("\n") if line]
CASES = [
    case
    for case in ALL_CASES
    if case["drivers"] in ("dlog", "dlog+ox")
    and all(step[0] in ("lmtp", "lda") for step in case["action"]["steps"])
]


def test_the_covered_cases_are_these() -> None:
    assert len(ALL_CASES) == 210
    names = ["lmtp-new", "lmtp-new-no-headers", "lmtp-new-encoded", "lmtp-new-second", "lda-new"]
    assert [(case["drivers"], case["name"]) for case in CASES] == [
        (drivers, name) for drivers in ("dlog", "dlog+ox") for name in names
    ]


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{case['drivers']}-{case['name']}") for case in CASES]
)
def test_a_delivery_logs_and_sends_what_dovecot_does(case: dict[str, Any]) -> None:
    action = case["action"]
    ((protocol, *arguments),) = action["steps"]
    message = arguments[1] if protocol == "lmtp" else arguments[0]
    before = len(action["setup"])
    settings = "\n".join(f"{name} = {value}" for name, value in case["driver_config"].items())
    transport = ScriptedTransport(FakeClock())
    report = simulate(
        push_config(settings, protocol=protocol),
        user=action["user"],
        metadata=lambda entry: f"user={action['user']}",
        mailbox=MailboxState("INBOX", action["uidvalidity"], uid=before + 1, unseen=before),
        mail=message.encode().replace(b"\r\n", b"\n"),
        transport=transport,
    )
    assert log_of(report) == case["log_lines"]
    assert [
        {"method": request.method, "path": request.url.target, "body": request.body.decode()}
        for request in transport.requests
    ] == case["http_requests"]
