"""Deliveries played through, beside what running 2.3 and 2.4 servers logged and sent for the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dovecot_conf import Configuration, Severity, Version, loads, user_values
from drivers import (
    DriverRegistry,
    HttpRequest,
    HttpResponse,
    MailUser,
    SimulationReport,
    Surroundings,
    SystemClock,
    deliver,
)
from drivers.http import Attempt
from mailstore.message import Message
from mailstore.state import MailboxState
from tests.dovecot.harness.setups import Account, Place, Setup, render
from tests.drivers.doubles import harness_envelope

REPOSITORY = Path(__file__).parents[2]
CAPTURED = REPOSITORY / "fixtures" / "captured"
PORT = "8009"
HTTP_NOTIFY = "/private/vendor/vendor.dovecot/http-notify"
CHAIN_MAIL = b"From: Alice <alice@example.com>\r\nSubject: Chain\r\n\r\nHello\r\n"
MESSAGE_PUSH = {
    "2.3": "push_notification_driver = dlog\n"
    "push_notification_driver2 = ox:url=http://login:secret@127.0.0.1:@port@/notify",
    "2.4": "push_notification dlog {\n}\n"
    "push_notification ox {\n  url = http://login:secret@127.0.0.1:@port@/notify\n}\n",
}


def records(name: str) -> list[Any]:
    lines = (CAPTURED / f"{name}.jsonl").read_text(encoding="utf-8").rstrip("\n").split("\n")
    return [pytest.param(record, id=record["name"]) for record in map(json.loads, lines)]


def deliveries(name: str) -> list[Any]:
    """Return the records of a delivery: an APPEND by IMAP is another event."""
    return [param for param in records(name) if param.values[0].get("protocol") != "imap"]


class KeepingTransport:
    """Keeps the requests and says 200 OK to each."""

    concurrent = False

    def __init__(self) -> None:
        self.requests: list[HttpRequest] = []

    def close(self) -> None:
        pass

    def send(self, request: HttpRequest, attempt: Attempt) -> HttpResponse:
        self.requests.append(request)
        return HttpResponse(200, "OK")


def configuration(
    version: str, push: str, extra: str = "", plugins: list[str] | None = None
) -> Configuration:
    chosen = ["notify", "push_notification"] if plugins is None else plugins
    setup = Setup(push.replace("@port@", PORT), extra, plugins=tuple(chosen))
    text = render(version, setup, Place("/root-of-server", 1143, 1024), Account("nobody", "nogroup", False))
    return loads(text, version=Version(version))


def play(
    record: dict[str, Any], config: Configuration, mail: bytes, transport: KeepingTransport
) -> SimulationReport:
    user, protocol = record["user"], record.get("protocol", "lmtp")
    metadata = record.get("metadata", f"user={user}")
    return deliver(
        config.push(protocol),
        user=MailUser(user, user_values(user, protocol)),
        mailbox=MailboxState(uidvalidity=record["uidvalidity"]),
        message=Message.from_bytes(mail),
        registry=DriverRegistry.installed(),
        surroundings=Surroundings({HTTP_NOTIFY: metadata}.get, transport, SystemClock(), show_secrets=True),
        envelope=harness_envelope(user) if protocol == "lmtp" else None,
    )


def log_of(report: SimulationReport) -> list[str]:
    return [f"{line.level}: {line.message}".replace(f":{PORT}", ":@port@") for line in report.log]


def requests_of(transport: KeepingTransport) -> list[dict[str, Any]]:
    return [
        {
            "method": request.method,
            "path": request.url.target,
            "headers": [
                [name, value.replace(f":{PORT}", ":@port@")]
                for name, value in request.headers
                if name != "Date"
            ],
            "body": request.body.decode("utf-8"),
        }
        for request in transport.requests
    ]


@pytest.mark.parametrize("record", deliveries("chains"))
def test_a_chain_loads_and_logs_as_in_the_running_server(record: dict[str, Any]) -> None:
    config = configuration(record["version"], record["push"], record["extra"], record["plugins"])
    errors = [problem for problem in config.problems if problem.severity is Severity.ERROR]
    assert bool(errors) == (record["refused"] is not None)
    if record["refused"] is None:
        transport = KeepingTransport()
        report = play(record, config, CHAIN_MAIL, transport)
        assert log_of(report) == record["log"]
        assert requests_of(transport) == record["requests"]


@pytest.mark.parametrize("record", records("messages"))
def test_a_mail_is_logged_and_sent_as_by_the_running_server(record: dict[str, Any]) -> None:
    transport = KeepingTransport()
    config = configuration(record["version"], MESSAGE_PUSH[record["version"]])
    report = play(record, config, (REPOSITORY / record["message"]).read_bytes(), transport)
    assert requests_of(transport) == record["requests"]
    assert log_of(report) == record["log"]
