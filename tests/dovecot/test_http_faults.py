"""Endpoints that misbehave: the same log lines and requests from a running server and from us."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from dovecot_conf import load, user_values
from drivers import DriverRegistry, MailUser, Surroundings, SystemClock, deliver
from drivers.http_transport import HttpcoreTransport
from mailstore.message import Message
from mailstore.state import MailboxState
from tests.dovecot.harness.listener import Answer, Hangup, HttpListener, Raw, Script, Silence
from tests.dovecot.harness.pool import DovecotFactory

MESSAGE = b"From: Alice <alice@example.com>\nSubject: hi\n\nHello\n"
HTTP_NOTIFY = "/private/vendor/vendor.dovecot/http-notify"
PUSH = {
    "2.3": "push_notification_driver = ox:url=%s max_retries=2 timeout_msecs=300",
    "2.4": "push_notification ox {\n  url = %s\n  http_client_request_max_attempts = 3\n"
    "  http_client_request_timeout = 300ms\n}\n",
}
MOVED = "http://127.0.0.1:1/"
FAULTS: Mapping[str, tuple[Script, ...]] = {
    "no content": (Answer(204, "No Content"),),
    "error": (Answer(500, "Internal Server Error"),),
    "busy": (Answer(503, "Busy", (("Retry-After", "1"),)),),
    "late": (Answer(408, "Request Timeout"),) * 4,
    "late once": (Answer(408, "Request Timeout"),),
    "hangup": (Hangup(),) * 4,
    "hangup once": (Hangup(),),
    "silence": (Silence(),) * 4,
    "silence once": (Silence(),),
    "garbage": (Raw(b"garbage\r\n\r\n"),),
    "bad status": (Raw(b"HTTP/1.1 999 x\r\n\r\n"),),
    "no reason": (Raw(b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"),),
    "bare LF": (Raw(b"HTTP/1.1 200 OK\nContent-Length: 0\n\n"),),
    "two lengths": (Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"),),
    "half a head": (Raw(b"HTTP/1.1 200 OK\r\nContent-"),) * 4,
    "half a body": (Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"),),
    "continue": (Raw(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),),
    "moved": (Answer(301, "Moved", (("Location", MOVED),)),),
    "moved nearby": (Answer(302, "Found", (("Location", "/x"),)),),
    "moved nowhere": (Answer(303, "See Other"),),
    "not modified": (Answer(304, "Not Modified", (("Location", MOVED),)),),
}


def without_numbers(line: str) -> str:
    return re.sub(r",id=\d+", ",id=N", re.sub(r"\d+\.\d{3}", "N", line))


def without_date(raw: bytes) -> bytes:
    return re.sub(rb"\r\nDate: [^\r]*", b"", raw)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_a_fault_has_the_same_consequences(
    version: str, fault: str, request: pytest.FixtureRequest, http_listener: HttpListener
) -> None:
    start: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    server = start(PUSH[version] % http_listener.url("/notify", "login:pass"))
    user = server.new_user()
    server.set_uidvalidity(user, 1700000000)
    server.set_metadata(user, HTTP_NOTIFY, "user=m")
    server.forget_log()
    http_listener.answer_with(*FAULTS[fault])
    server.deliver_lmtp(user, MESSAGE)
    expected_log = [without_numbers(line) for line in server.push_log()]
    expected_requests = [without_date(received.raw) for received in http_listener.requests]
    assert expected_requests

    http_listener.reset()
    http_listener.answer_with(*FAULTS[fault])
    report = deliver(
        load(server.config_file).push("lmtp"),
        user=MailUser(user, user_values(user, "lmtp", home="/nowhere")),
        mailbox=MailboxState(uidvalidity=1700000000),
        message=Message.from_bytes(MESSAGE),
        registry=DriverRegistry.installed(),
        surroundings=Surroundings(
            lambda entry: "user=m", HttpcoreTransport(), SystemClock(), show_secrets=True
        ),
    )
    assert [without_numbers(f"{line.level}: {line.message}") for line in report.log] == expected_log
    assert [without_date(received.raw) for received in http_listener.requests] == expected_requests
