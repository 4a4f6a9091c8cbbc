"""Deliveries, IMAP sessions and doveadm commands through dlog and ox, beside a running 2.3.19.1 server.

The file has 210 cases; the 84 of dlog, and of dlog and ox, are covered here. The others have the lua driver.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dovecot_conf import user_values
from drivers import DriverRegistry, MailUser, SimulationReport, Surroundings
from drivers.actions import Actions
from drivers.simulate import perform
from mailstore.simulated import SimulatedMailbox, SimulatedMailboxes
from tests.drivers.clients import ImapClient, doveadm, message
from tests.drivers.doubles import FakeClock, ScriptedTransport, log_of, push_config

FILE = Path(__file__).parents[2] / "fixtures" / "reference" / "event-cases.jsonl.gz"
ALL_CASES = [json.loads(line) for line in gzip.decompress(FILE.read_bytes()).decode().split("\n") if line]
CASES = [case for case in ALL_CASES if case["drivers"] in ("dlog", "dlog+ox")]


def test_the_covered_cases_are_these() -> None:
    assert len(ALL_CASES) == 210
    assert len(CASES) == 84


def sessions(steps: list[Any]) -> Iterator[tuple[str, Callable[[Actions], None]]]:
    """Yield the protocol of each session and what is done in it."""
    for protocol, *arguments in steps:
        if protocol == "imap":
            yield protocol, lambda actions, commands=arguments[0]: imap(actions, commands)
        elif protocol == "doveadm":
            yield protocol, lambda actions, call=arguments: doveadm(actions, *call)
        else:
            yield protocol, lambda actions, text=arguments[-1]: deliver(actions, text)


def imap(actions: Actions, commands: list[Any]) -> None:
    client = ImapClient(actions)
    for command in commands:
        client.run(command)


def deliver(actions: Actions, text: str) -> None:
    actions.deliver("INBOX", message(text))


def mailboxes_of(action: dict[str, Any]) -> SimulatedMailboxes:
    made = SimulatedMailboxes(
        {name: SimulatedMailbox(name, action["uidvalidity"]) for name in action["mailboxes"]},
        uidvalidity=action["uidvalidity"],
    )
    for _, mailbox, text in action["setup"]:
        made[mailbox].add(message(text))
    return made


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{case['drivers']}-{case['name']}") for case in CASES]
)
def test_an_action_logs_and_sends_what_dovecot_does(case: dict[str, Any]) -> None:
    action, user = case["action"], case["action"]["user"]
    settings = "\n".join(f"{name} = {value}" for name, value in case["driver_config"].items())
    clock = FakeClock()
    transport = ScriptedTransport(clock)
    mailboxes = mailboxes_of(action)
    reports: list[SimulationReport] = [
        perform(
            push_config(settings, protocol=protocol),
            user=MailUser(user, user_values(user, protocol, home=f"/home/{user}")),
            mailboxes=mailboxes,
            act=act,
            mailbox="INBOX",
            registry=DriverRegistry.installed(),
            surroundings=Surroundings(lambda entry: f"user={user}", transport, clock),
        )
        for protocol, act in sessions(action["steps"])
    ]
    assert [line for report in reports for line in log_of(report)] == case["log_lines"]
    assert [
        {"method": request.method, "path": request.url.target, "body": request.body.decode()}
        for request in transport.requests
    ] == case["http_requests"]
