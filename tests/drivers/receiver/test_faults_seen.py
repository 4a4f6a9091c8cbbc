"""Every fault as a raw client sees it, and as our own HTTP client reports it in Dovecot's words."""

from __future__ import annotations

import re
import time
from contextlib import ExitStack, closing

import pytest

from dovecot_conf.http_url import parse_http_url
from drivers import HttpRequest, SystemClock
from drivers.http_client import HttpClient
from drivers.http_queue import HttpResult
from drivers.http_settings import HttpSettings
from drivers.http_transport import HttpcoreTransport
from drivers.receiver import Fault, FaultKind, FaultPlan
from drivers.receiver.desk import MALFORMED_ANSWER
from tests.drivers.receiver.receiving import BODY, Running, put, read_head, receiving, status_of


def faulty(kind: FaultKind, status: int = 500, delay: float = 0.0, every: int | None = None) -> FaultPlan:
    return FaultPlan(Fault(kind, status, delay), every)


def notify(running: Running, timeout: float = 5.0, attempts: int = 1) -> HttpResult:
    """Send a notification as ox does."""
    port = running.receiver.port
    headers = (
        ("Host", f"127.0.0.1:{port}"),
        ("Content-Length", str(len(BODY))),
        ("Connection", "Keep-Alive"),
    )
    results: list[HttpResult] = []
    url = parse_http_url(f"http://127.0.0.1:{port}/")
    with closing(HttpcoreTransport()) as transport:
        client = HttpClient(transport, SystemClock(), HttpSettings(max_attempts=attempts, timeout=timeout))
        client.submit(HttpRequest("PUT", url, headers, BODY), results.append)
        client.wait()
    return results[0]


def without_numbers(text: str) -> str:
    text = re.sub(r"127\.0\.0\.1:\d+", "PEER", re.sub(r"\d+\.\d{3}", "N", text))
    # Said only if it took a millisecond.
    return text.replace(", N in http ioloop", "")


STATISTICS = (
    "(Request queued N secs ago, 1 send attempts in N secs, N in other ioloops, connected N secs ago)"
)


@pytest.mark.parametrize("status", [204, 299, 301, 400, 404, 500, 503, 599])
def test_another_status(status: int) -> None:
    with receiving(faults=faulty(FaultKind.STATUS, status)) as running:
        assert status_of(running.exchange(put())) == status
        result = notify(running)
    assert result.attempts[0].status == status
    assert result.success == (status // 100 == 2)
    assert {(answer.status, answer.fault) for answer in running.answers} == {(status, "status")}


def test_a_server_error_in_dovecots_words() -> None:
    with receiving(faults=faulty(FaultKind.STATUS, 500)) as running:
        assert notify(running).message == "500 Internal Server Error"


def test_no_answer_and_a_closed_connection() -> None:
    with receiving(faults=faulty(FaultKind.DROP)) as running:
        assert running.exchange(put()) == b""
        message = without_numbers(notify(running).message)
    assert message == f"Connection lost: read((conn:PEER,id=1)) failed: EOF {STATISTICS}"
    assert (running.answers[0].status, running.answers[0].fault) == (None, "drop")


def test_no_answer_and_a_reset_connection() -> None:
    with receiving(faults=faulty(FaultKind.RESET)) as running:
        with pytest.raises(ConnectionResetError):
            running.exchange(put())
        message = without_numbers(notify(running).message)
    problem = "read((conn:PEER,id=1)) failed: read(size=8192) failed: Connection reset by peer"
    assert message == f"Connection lost: {problem} {STATISTICS}"
    assert (running.answers[0].status, running.answers[0].fault) == (None, "reset")


def test_an_answer_that_is_no_http() -> None:
    with receiving(faults=faulty(FaultKind.MALFORMED)) as running:
        assert running.exchange(put()) == MALFORMED_ANSWER
        message = notify(running).message
    assert message == "Invalid HTTP version in response: `pushnotif sends no H'"
    assert (running.answers[0].status, running.answers[0].fault) == (None, "malformed")


def test_an_answer_that_comes_late() -> None:
    with receiving(faults=faulty(FaultKind.DELAY, delay=0.2)) as running:
        begin = time.monotonic()
        assert status_of(running.exchange(put())) == 200
        assert time.monotonic() - begin >= 0.2
    assert (running.answers[0].status, running.answers[0].fault) == (200, "delay")
    assert running.answers[0].elapsed >= 0.2


def test_an_answer_that_comes_too_late() -> None:
    with receiving(faults=faulty(FaultKind.DELAY, delay=10)) as running:
        message = without_numbers(notify(running, timeout=0.1).message)
        wait_for_report(running)
    assert message == f"Request timed out {STATISTICS}"
    assert (running.answers[0].status, running.answers[0].fault) == (None, "delay")
    assert running.answers[0].error == "the client closed the connection before the answer"


def wait_for_report(running: Running) -> None:
    deadline = time.monotonic() + 5
    while not running.received and time.monotonic() < deadline:
        time.sleep(0.01)


def test_another_fault_after_a_delay() -> None:
    with receiving(faults=faulty(FaultKind.DROP, delay=0.1)) as running:
        begin = time.monotonic()
        assert running.exchange(put()) == b""
        assert time.monotonic() - begin >= 0.1


def test_a_long_delay_does_not_keep_the_receiver_from_ending() -> None:
    with ExitStack() as clients:
        with receiving(faults=faulty(FaultKind.DELAY, delay=60)) as running:
            # The client stays: one that leaves would be reported.
            clients.enter_context(running.connect()).sendall(put())
            time.sleep(0.05)
            begin = time.monotonic()
        assert time.monotonic() - begin < 30
        assert running.received == []


def test_every_second_request_fails_and_the_next_attempt_succeeds() -> None:
    with receiving(faults=faulty(FaultKind.DROP, every=2)) as running:
        assert [notify(running, attempts=2).success for _ in range(3)] == [True, True, True]
    assert [answer.fault for answer in running.answers] == [None, "drop", None, "drop", None]


def test_a_connection_lives_on_after_another_status() -> None:
    with receiving(faults=faulty(FaultKind.STATUS, 500, every=2)) as running, running.connect() as connection:
        statuses = []
        for _ in range(4):
            connection.sendall(put(close=False))
            statuses.append(status_of(read_head(connection)))
    assert statuses == [200, 500, 200, 500]


def test_refused_requests_do_not_count() -> None:
    with receiving(path="/a", faults=faulty(FaultKind.STATUS, 500, every=2)) as running:
        statuses = [status_of(running.exchange(put(path))) for path in ("/a", "/b", "/b", "/a")]
    assert statuses == [200, 404, 404, 500]
