"""A real server notifies our receiver: what it logs about each fault, and what it sends."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from drivers.receiver import Credentials, Fault, FaultKind, FaultPlan
from drivers.receiver.certificate import self_made_certificate
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.harness.server import Dovecot
from tests.drivers.receiver.receiving import Running, receiving

MESSAGE = b"From: Alice <alice@example.com>\nSubject: hi\n\nHello\n"
HTTP_NOTIFY = "/private/vendor/vendor.dovecot/http-notify"
PUSH = {
    "2.3": "push_notification_driver = ox:url=%s max_retries=2 timeout_msecs=300",
    "2.4": "push_notification ox {\n  url = %s\n  http_client_request_max_attempts = 3\n"
    "  http_client_request_timeout = 300ms\n}\n",
}
FAILURE = "Error: push-notification-ox: Error when sending notification: "
OUTCOMES: Mapping[FaultKind, tuple[Fault, int, str]] = {
    FaultKind.STATUS: (Fault(FaultKind.STATUS, 500), 1, "500 Internal Server Error"),
    FaultKind.DROP: (Fault(FaultKind.DROP), 3, "Connection lost: read("),
    FaultKind.RESET: (Fault(FaultKind.RESET), 3, "Connection lost: read("),
    FaultKind.MALFORMED: (
        Fault(FaultKind.MALFORMED),
        1,
        "Invalid HTTP version in response: `pushnotif sends no H'",
    ),
    FaultKind.DELAY: (Fault(FaultKind.DELAY, delay=2.0), 3, "Request timed out"),
}
"""A fault, how many requests it brings, and how the server's line about it begins."""
ENDINGS = {FaultKind.DROP: "failed: EOF ", FaultKind.RESET: "failed: Connection reset by peer "}


def notified(request: pytest.FixtureRequest, version: str, running: Running, url: str = "") -> list[str]:
    """Deliver a mail to a user who is switched on; return what the server logs about push."""
    start: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    text = url or running.receiver.url
    # In the settings of 2.3's plugins a percent sign begins a variable.
    server: Dovecot = start(PUSH[version] % (text.replace("%", "%%") if version == "2.3" else text))
    user = server.new_user()
    server.set_uidvalidity(user, 1700000000)
    server.set_metadata(user, HTTP_NOTIFY, "user=m")
    server.forget_log()
    server.deliver_lmtp(user, MESSAGE)
    return server.push_log()


@pytest.mark.parametrize("kind", OUTCOMES)
@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_a_fault_is_logged_as_what_it_is(
    request: pytest.FixtureRequest, version: str, kind: FaultKind
) -> None:
    fault, requests, beginning = OUTCOMES[kind]
    with receiving(faults=FaultPlan(fault)) as running:
        [line] = [line for line in notified(request, version, running) if line.startswith(FAILURE)]
        assert line.startswith(FAILURE + beginning)
        assert ENDINGS.get(kind, "") in line
    assert len(running.received) == requests
    assert {answer.fault for answer in running.answers} == {kind}


def test_the_documentation_says_what_servers_do() -> None:
    text = (Path(__file__).parents[2] / "docs" / "reference" / "listen.md").read_text("utf-8")
    told = re.findall(r"^\| `--(\w+)[^|]*\| (\d) \| `+(.*?)`+ \|$", text, re.MULTILINE)
    assert len(told) == len(OUTCOMES)
    for name, requests, line in told:
        _, count, beginning = OUTCOMES[FaultKind(name)]
        assert (int(requests), line.startswith(beginning)) == (count, True)
        assert ENDINGS.get(FaultKind(name), "") in line


@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_an_attempt_after_a_fault_succeeds(request: pytest.FixtureRequest, version: str) -> None:
    plan = FaultPlan(Fault(FaultKind.DROP), every=2)
    with receiving(faults=plan) as running:
        assert not any(line.startswith(FAILURE) for line in notified(request, version, running))
        log = notified(request, version, running)
    assert not any(line.startswith(FAILURE) for line in log)
    assert [answer.fault for answer in running.answers] == [None, "drop", None]


@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_path_and_credentials_are_those_of_the_configuration(
    request: pytest.FixtureRequest, version: str
) -> None:
    credentials = Credentials("bob", "päss word")
    with receiving(path="/notify", credentials=credentials) as running:
        url = running.receiver.url.replace("://", f"://{credentials.userinfo()}@")
        assert not any(line.startswith("Error") for line in notified(request, version, running, url=url))
        for wrong in (running.receiver.url, url + "/x"):
            notified(request, version, running, url=wrong)
    assert [answer.status for answer in running.answers] == [200, 401, 404]
    [first, *_] = running.records
    assert [name for name, _ in first.headers] == [
        "Host",
        "Date",
        "Authorization",
        "Content-Length",
        "Connection",
        "Content-Type",
    ]
    assert json.loads(first.body)["event"] == "messageNew"


@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_a_server_that_trusts_the_authority_speaks_tls(
    request: pytest.FixtureRequest, version: str, tmp_path: Path
) -> None:
    certificate = self_made_certificate()
    start: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    with receiving(tls=certificate.context) as running:
        server = start(
            PUSH[version] % running.receiver.url,
            extra="ssl_client_ca_file = @root@/ca.pem",
            files={"ca.pem": certificate.authority.decode()},
        )
        user = server.new_user()
        server.set_metadata(user, HTTP_NOTIFY, "user=m")
        server.forget_log()
        server.deliver_lmtp(user, MESSAGE)
        assert not any(line.startswith("Error") for line in server.push_log()), server.log()
    assert [answer.status for answer in running.answers] == [200]
