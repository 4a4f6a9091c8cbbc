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
    TooLateError,
)
from drivers.http_client import HttpClient
from drivers.http_queue import HttpResult
from drivers.http_settings import HttpSettings
from tests.drivers.doubles import BEGINNING, FakeClock, ScriptedTransport

REQUEST = HttpRequest("PUT", parse_http_url("http://127.0.0.1:8009/"), (), b"{}")
PEER = "127.0.0.1:8009"


def lost(reason: str = "EOF", *, premature: bool = True) -> TransportError:
    return ConnectionLostError(f"read((conn:{PEER},id=4)) failed: {reason}", 0.0, premature=premature)


def silent() -> TransportError:
    return RequestTimedOutError("", 0.0)


def outcome(
    *steps: tuple[float, HttpResponse | TransportError], max_attempts: int = 2, timeout: float = 2.0
) -> tuple[HttpResult, FakeClock]:
    clock = FakeClock()
    settings = HttpSettings(max_attempts=max_attempts, timeout=timeout)
    client = HttpClient(ScriptedTransport(clock, *steps), clock, settings)
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
    assert not clock.sleeps


def test_a_success_after_a_retry_says_so() -> None:
    result, _ = outcome((0.5, HttpResponse(408, "Request Timeout")))
    assert (result.success, result.message) == (True, "200 OK (1 retries in 0.500 secs)")


def test_a_connection_that_never_worked_is_retried_after_a_pause() -> None:
    result, clock = outcome(*[(0.0, lost()) for _ in range(4)], max_attempts=4)
    assert clock.sleeps == pytest.approx([0.1, 0.1, 0.1])
    assert result.message == (
        "Connection lost: read((conn:127.0.0.1:8009,id=4)) failed: EOF (Request queued 0.300 secs ago, "
        "3 times retried, 4 send attempts in 0.300 secs, 0.000 in last attempt, "
        "0.000 in other ioloops, connected 0.000 secs ago)"
    )


def test_a_connection_that_worked_is_replaced_at_once() -> None:
    _, clock = outcome((0.0, lost(premature=False)))
    assert not clock.sleeps


def test_silence_is_retried_without_a_pause() -> None:
    result, clock = outcome((2.001, silent()), (2.002, silent()))
    assert not clock.sleeps
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
    assert (result.success, clock.sleeps) == (True, [1.75])


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
    client = HttpClient(ScriptedTransport(clock, (0.0, HttpResponse(500, "First"))), clock, HttpSettings())
    messages: list[str] = []
    client.submit(REQUEST, lambda result: messages.append(result.message))
    client.submit(REQUEST, lambda result: messages.append(result.message))
    client.wait()
    assert messages == ["500 First", "200 OK"]


def both(
    *steps: tuple[float, HttpResponse | TransportError], settings: HttpSettings | None = None
) -> tuple[list[str], list[str]]:
    """Send two requests to one server; return the paths sent to, and what came of them in which order."""
    clock = FakeClock()
    transport = ScriptedTransport(clock, *steps)
    client = HttpClient(transport, clock, settings or HttpSettings(max_attempts=2))
    messages: list[str] = []
    for path in ("/1", "/2"):
        request = HttpRequest("PUT", parse_http_url(f"http://127.0.0.1:8009{path}"), (), b"{}")
        client.submit(request, lambda result, path=path: messages.append(f"{path}: {result.message}"))  # type: ignore[misc]
    client.wait()
    return [request.url.target for request in transport.requests], messages


def test_a_request_that_is_tried_again_goes_behind_the_others() -> None:
    paths, messages = both((0.0, HttpResponse(408, "Late")))
    assert paths == ["/1", "/2", "/1"]
    assert messages == ["/2: 200 OK", "/1: 200 OK (1 retries in 0.000 secs)"]


def test_a_request_that_waits_lets_others_pass() -> None:
    paths, _ = both((0.0, busy("2")))
    assert paths == ["/1", "/2", "/1"]


def test_a_server_that_refuses_connections_is_asked_once_for_all_requests() -> None:
    refusal = "connect(127.0.0.1:8009) failed: Connection refused"
    paths, messages = both((0.0, ConnectFailedError(refusal)))
    assert paths == ["/1"]
    assert messages == [f"/1: {refusal}", f"/2: {refusal}"]


def test_a_request_as_a_whole_can_have_a_timeout() -> None:
    settings = HttpSettings(max_attempts=5, timeout=0.3, absolute_timeout=0.5)
    clock = FakeClock()
    transport = ScriptedTransport(clock, (0.3, silent()), (0.2, TooLateError(sent=True)))
    results: list[HttpResult] = []
    client = HttpClient(transport, clock, settings)
    client.submit(REQUEST, results.append)
    client.wait()
    assert results[0].message == (
        "Absolute request timeout expired (Request queued 0.500 secs ago, 1 times retried, "
        "2 send attempts in 0.500 secs, 0.200 in last attempt, 0.200 in http ioloop, 0.000 in other ioloops)"
    )


def test_redirects_are_followed_as_often_as_allowed() -> None:
    moved = HttpResponse(302, "Found", (("Location", "http://127.0.0.1:8009/3"),))
    paths, messages = both(moved_step := (0.0, moved), moved_step, settings=HttpSettings(max_redirects=1))
    assert paths == ["/1", "/2", "/3", "/3"]
    assert messages == ["/1: 200 OK", "/2: 200 OK"]


def test_after_a_303_the_request_is_a_get_without_a_body() -> None:
    clock = FakeClock()
    other = HttpResponse(303, "See Other", (("Location", "http://h/3"),))
    transport = ScriptedTransport(clock, (0.0, other))
    client = HttpClient(transport, clock, HttpSettings(max_redirects=1))
    headers = (("Host", "127.0.0.1:8009"), ("Content-Length", "2"), ("Content-Type", "text/plain"))
    request = HttpRequest("PUT", parse_http_url("http://127.0.0.1:8009/"), headers, b"{}")
    client.submit(request, lambda result: None)
    client.wait()
    followed = transport.requests[1]
    assert (followed.method, followed.body) == ("GET", b"")
    assert followed.headers == (("Host", "h"), ("Content-Type", "text/plain"))
