"""Retries, waits and texts; the texts are those of a running 2.3.19.1 server, with other numbers."""

from __future__ import annotations

from email.utils import formatdate

import pytest

from dovecot_conf.http_url import parse_http_url
from drivers import HttpRequest, HttpResponse, TransportError
from drivers.http import (
    BadResponseError,
    ConnectFailedError,
    ConnectionLostError,
    RequestTimedOutError,
)
from drivers.http_client import HttpClient, HttpResult
from tests.drivers.doubles import BEGINNING, FakeClock, ScriptedTransport

REQUEST = HttpRequest("PUT", parse_http_url("http://127.0.0.1:8009/"), (), b"{}")
PEER = "127.0.0.1:8009"


def lost(reason: str = "EOF") -> TransportError:
    return ConnectionLostError(reason, PEER, 0.0)


def silent() -> TransportError:
    return RequestTimedOutError("", PEER, 0.0)


def outcome(
    *steps: tuple[float, HttpResponse | TransportError], max_attempts: int = 2, timeout: float = 2.0
) -> tuple[HttpResult, FakeClock]:
    clock = FakeClock()
    client = HttpClient(ScriptedTransport(clock, *steps), clock, max_attempts, timeout)
    results: list[HttpResult] = []
    client.submit(REQUEST, results.append)
    assert not results
    client.wait()
    (result,) = results
    return result, clock


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_any_2xx_is_a_success(status: int) -> None:
    result, _ = outcome((0.0, HttpResponse(status, "Fine")))
    assert (result.success, result.message, len(result.attempts)) == (True, f"{status} Fine", 1)


@pytest.mark.parametrize("status", [300, 304, 400, 401, 404, 429, 500, 502, 503, 504])
def test_other_answers_are_final(status: int) -> None:
    result, _ = outcome((0.0, HttpResponse(status, "No")), max_attempts=5)
    assert (result.success, result.message, len(result.attempts)) == (False, f"{status} No", 1)


def test_408_is_retried_at_once() -> None:
    result, clock = outcome(
        (0.001, HttpResponse(408, "Request Timeout")), (0.002, HttpResponse(408, "Request Timeout"))
    )
    assert result.message == "408 Request Timeout (1 retries in 0.003 secs)"
    assert [attempt.status for attempt in result.attempts] == [408, 408]
    assert clock.sleeps == [0.0]


def test_a_success_after_a_retry_says_so() -> None:
    result, _ = outcome((0.5, HttpResponse(408, "Request Timeout")))
    assert (result.success, result.message) == (True, "200 OK (1 retries in 0.500 secs)")


def test_a_lost_connection_is_retried_after_a_growing_pause() -> None:
    result, clock = outcome(*[(0.0, lost()) for _ in range(4)], max_attempts=4)
    assert clock.sleeps == [0.1, 0.2, 0.4]
    assert result.message == (
        "Connection lost: read((conn:127.0.0.1:8009,id=4)) failed: EOF (Request queued 0.700 secs ago, "
        "3 times retried, 4 send attempts in 0.700 secs, 0.000 in last attempt, 0.000 in http ioloop, "
        "0.000 in other ioloops, connected 0.000 secs ago)"
    )


def test_silence_is_retried_without_a_pause() -> None:
    result, clock = outcome((2.001, silent()), (2.002, silent()))
    assert clock.sleeps == [0.0]
    assert result.message == (
        "Request timed out (Request queued 4.003 secs ago, 1 times retried, 2 send attempts in 4.003 secs, "
        "2.002 in last attempt, 2.002 in http ioloop, 0.000 in other ioloops, connected 2.002 secs ago)"
    )
    assert [attempt.status for attempt in result.attempts] == [None, None]
    assert result.attempts[1].error == result.message
    assert result.attempts[1].elapsed_ms == pytest.approx(2002)


def test_without_a_retry_the_text_does_not_speak_of_any() -> None:
    result, _ = outcome((2.0, silent()), max_attempts=1)
    assert result.message == (
        "Request timed out (Request queued 2.000 secs ago, 1 send attempts in 2.000 secs, "
        "2.000 in http ioloop, 0.000 in other ioloops, connected 2.000 secs ago)"
    )


def test_no_attempts_at_all_still_means_one() -> None:
    result, _ = outcome((0.0, lost()), max_attempts=0)
    assert len(result.attempts) == 1


@pytest.mark.parametrize(
    "error",
    [
        ConnectFailedError("connect(127.0.0.1:8009) failed: Connection refused"),
        BadResponseError("Invalid HTTP version in response: `garbage'<CR><LF>"),
    ],
)
def test_a_refused_connection_and_garbage_are_final(error: TransportError) -> None:
    result, _ = outcome((0.0, error), max_attempts=5)
    assert (result.message, len(result.attempts)) == (str(error), 1)


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("http://127.0.0.1:1/", "Redirect refused"),
        ("/elsewhere", "Invalid redirect location: Relative HTTP URL not allowed"),
        ("http://u:p@h/", "Invalid redirect location: HTTP URL does not allow `userinfo@' part"),
    ],
)
@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(status: int, location: str, message: str) -> None:
    result, _ = outcome((0.0, HttpResponse(status, "Moved", (("Location", location),))), max_attempts=3)
    assert (result.success, result.message, len(result.attempts)) == (False, message, 1)


def test_a_redirect_without_a_place_is_an_answer_like_others() -> None:
    result, _ = outcome((0.0, HttpResponse(301, "Moved")))
    assert result.message == "301 Moved"


def busy(retry_after: str, date: float | None = BEGINNING) -> HttpResponse:
    headers = (("Retry-After", retry_after),)
    if date is not None:
        headers += (("Date", formatdate(date, usegmt=True)),)
    return HttpResponse(503, "Busy", headers)


def test_503_is_retried_when_it_names_a_short_wait() -> None:
    result, clock = outcome((0.0, busy("2")))
    assert (result.success, clock.sleeps) == (True, [2.0])


@pytest.mark.parametrize(
    "answer", [busy("3"), busy("2", date=None), busy("soon"), busy("0", date=BEGINNING - 60)]
)
def test_503_is_final_when_the_wait_is_too_long_or_unknown(answer: HttpResponse) -> None:
    result, _ = outcome((0.0, answer))
    assert (result.message, len(result.attempts)) == ("503 Busy", 1)


def test_attempts_end_after_ten_minutes_however_many_are_allowed() -> None:
    result, _ = outcome(*[(60.0, silent()) for _ in range(100)], max_attempts=4294967295, timeout=60.0)
    assert len(result.attempts) == 10


def test_requests_are_sent_in_order() -> None:
    clock = FakeClock()
    client = HttpClient(ScriptedTransport(clock, (0.0, HttpResponse(500, "First"))), clock, 1, 1.0)
    messages: list[str] = []
    client.submit(REQUEST, lambda result: messages.append(result.message))
    client.submit(REQUEST, lambda result: messages.append(result.message))
    client.wait()
    assert messages == ["500 First", "200 OK"]
