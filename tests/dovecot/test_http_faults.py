"""Endpoints that misbehave: log lines, attempts and connections of a running server and of ours."""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import formatdate

import pytest

from tests.dovecot.harness.listener import Answer, Drip, Hangup, HttpListener, Raw, Reset, Script, Silence
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.http_sides import our_side, real_side

ONE_DRIVER = {
    "2.3": "push_notification_driver = ox:url=%s max_retries=2 timeout_msecs=300",
    "2.4": "push_notification ox {\n  url = %s\n  http_client_request_max_attempts = 3\n"
    "  http_client_request_timeout = 300ms\n}\n",
}
TWO_DRIVERS = {
    "2.3": "push_notification_driver = ox:url=%s max_retries=1 timeout_msecs=300\n"
    "push_notification_driver2 = ox:url=%s max_retries=0 timeout_msecs=900",
    "2.4": "push_notification ox {\n  url = %s\n  http_client_request_max_attempts = 2\n"
    "  http_client_request_timeout = 300ms\n}\n"
    "push_notification second {\n  driver = ox\n  push_notification_ox_url = %s\n"
    "  http_client_request_max_attempts = 1\n  http_client_request_timeout = 900ms\n}\n",
}
MOVED = "http://127.0.0.1:1/"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def ok_with(head: bytes, body: bytes = b"") -> bytes:
    return b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + body


def raw(head: bytes, body: bytes = b"", *, keep: bool = True) -> tuple[Script, ...]:
    return (Raw(ok_with(head, body), keep),)


def status(code: int, reason: str, *headers: tuple[str, str]) -> tuple[Script, ...]:
    return (Answer(code, reason, headers),)


FAULTS: Mapping[str, tuple[Script, ...]] = {
    "no content": status(204, "No Content"),
    "bad request": status(400, "Bad Request"),
    "unauthorized": status(401, "Unauthorized", ("WWW-Authenticate", "Basic realm=x")),
    "not found": status(404, "Not Found"),
    "too many": status(429, "Too Many Requests", ("Retry-After", "1")),
    "error": status(500, "Internal Server Error"),
    "bad gateway": status(502, "Bad Gateway"),
    "busy": status(503, "Busy", ("Retry-After", "1")),
    "busy until soon": status(503, "Busy", ("Retry-After", "soon")),
    "busy until last year": status(503, "Busy", ("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT")),
    "busy for years": status(503, "Busy", ("Retry-After", "Fri, 06 Nov 2099 08:49:37 GMT")),
    "gateway timeout": status(504, "Gateway Timeout"),
    "late": (Answer(408, "Request Timeout"),) * 4,
    "late once": (Answer(408, "Request Timeout"),),
    "hangup": (Hangup(),) * 4,
    "hangup once": (Hangup(),),
    "reset": (Reset(),) * 4,
    "reset once": (Reset(),),
    "silence": (Silence(),) * 4,
    "silence once": (Silence(),),
    "slow head": (Drip((b"HTTP/1.1 2", b"00 OK\r\nContent-Le", b"ngth: 0\r\n\r", b"\n"), 0.15, True),),
    "slow body": (Drip((ok_with(b"Content-Length: 3\r\n"), b"a", b"bc"), 0.05, keep=True),),
    "garbage": (Raw(b"garbage\r\n\r\n"),),
    "garbage and silence": (Raw(b"garbage!", keep=True),),
    "garbage in pieces": (Drip((b"garb", b"age!"), 0.05),),
    "bad status": (Raw(b"HTTP/1.1 999 x\r\n\r\n"),),
    "no space": (Raw(b"HTTP/1.1200 OK\r\n\r\n"),),
    "long status": (Raw(b"HTTP/1.1 2000 OK\r\n\r\n"),),
    "no reason": (Raw(b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"),),
    "empty reason": (Raw(b"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", keep=True),),
    "control in reason": (Raw(b"HTTP/1.1 200 O\x7fK\r\n\r\n"),),
    "utf-8 in reason": (Raw("HTTP/1.1 500 Schön\r\nContent-Length: 0\r\n\r\n".encode(), keep=True),),
    "long reason": (Raw(b"HTTP/1.1 200 " + b"r" * 2000 + b"\r\nContent-Length: 0\r\n\r\n", keep=True),),
    "bare LF": (Raw(b"HTTP/1.1 200 OK\nContent-Length: 0\n\n"),),
    "bare CR": raw(b"A: b\rc\r\n"),
    "stray CR": raw(b"\rx\r\n"),
    "space in name": raw(b"Bad Name: x\r\n"),
    "space before colon": raw(b"Name : x\r\n"),
    "no name": raw(b": x\r\n"),
    "no colon": raw(b"Nothing\r\n"),
    "NUL in name": raw(b"A\x00b: x\r\n"),
    "NUL in value": raw(b"A: x\x00y\r\nContent-Length: 0\r\n"),
    "folded": raw(b"A: x\r\n  y\r\nContent-Length:\r\n 0\r\n"),
    "folded length": raw(b"A: x\r\n\t y \r\nContent-Length: 0\r\n"),
    "folded first": raw(b" x\r\nContent-Length: 0\r\n"),
    "two lengths": raw(b"Content-Length: 1\r\nContent-Length: 2\r\n", b"xx"),
    "same length twice": raw(b"Content-Length: 1\r\nContent-Length: 1\r\n", b"x"),
    "no length": raw(b"Content-Length: x\r\n"),
    "empty length": raw(b"Content-Length:\r\n"),
    "negative length": raw(b"Content-Length: -1\r\n"),
    "huge length": raw(b"Content-Length: 99999999999999999999\r\n"),
    "length of nothing": (Raw(b"HTTP/1.1 204 No\r\nContent-Length: 3\r\n\r\nabc"),),
    "bad connection": raw(b"Connection: @\r\nContent-Length: 0\r\n"),
    "empty connection": raw(b"Connection:\r\nContent-Length: 0\r\n"),
    "two connections": raw(b"Connection: a b\r\nContent-Length: 0\r\n"),
    "unknown coding": raw(b"Transfer-Encoding: gzip\r\n"),
    "no coding": raw(b"Transfer-Encoding:\r\n"),
    "bad coding": raw(b"Transfer-Encoding: chunked x\r\n"),
    "chunked with parameter": raw(b"Transfer-Encoding: chunked; a=b\r\n", b"0\r\n\r\n"),
    "chunked before others": raw(b"Transfer-Encoding: chunked, gzip\r\n"),
    "chunked and a length": raw(b"Transfer-Encoding: chunked\r\nContent-Length: 7\r\n", b"0\r\n\r\n"),
    "bad chunk": raw(b"Transfer-Encoding: chunked\r\n", b"zz\r\n"),
    "large field": raw(b"A: " + b"x" * 8190 + b"\r\nContent-Length: 0\r\n"),
    "field at the limit": raw(b"A: " + b"x" * 8187 + b"\r\nContent-Length: 0\r\n"),
    "many fields": raw(b"A: x\r\n" * 50 + b"Content-Length: 0\r\n"),
    "fields at the limit": raw(b"A: x\r\n" * 49 + b"Content-Length: 0\r\n"),
    "large head": raw((b"A: " + b"x" * 8000 + b"\r\n") * 26 + b"Content-Length: 0\r\n"),
    "half a head": (Raw(b"HTTP/1.1 200 OK\r\nContent-"),) * 4,
    "half a status line": (Raw(b"HTTP/1.1 2"),),
    "half a body": raw(b"Content-Length: 10\r\n", b"abc", keep=False),
    "continue": (Raw(b"HTTP/1.1 100 Continue\r\n\r\n" + OK, keep=True),),
    "continue later": (Drip((b"HTTP/1.1 100 Continue\r\n\r\n", OK), 0.05, keep=True),),
    "processing": (Raw(b"HTTP/1.1 102 Processing\r\nA: b\r\n\r\n" + OK, keep=True),),
    "switching": (Raw(b"HTTP/1.1 101 Switching\r\n\r\n" + OK, keep=True),),
    "choices": status(300, "Choices", ("Location", MOVED)),
    "moved": status(301, "Moved", ("Location", MOVED)),
    "moved nearby": status(302, "Found", ("Location", "/x")),
    "moved nowhere": status(303, "See Other"),
    "moved to two places": status(302, "Found", ("Location", "/x"), ("Location", MOVED)),
    "moved with a login": status(307, "Moved", ("Location", "http://u:p@127.0.0.1/")),
    "moved elsewhere": status(308, "Moved", ("Location", "ftp://127.0.0.1/")),
    "not modified": status(304, "Not Modified", ("Location", MOVED)),
}

KEPT: Mapping[str, tuple[Script, ...]] = {
    "fine": (),
    "closing": (Answer(close=True),),
    "old": (Raw(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", keep=True),),
    "old but keeping": (
        Raw(b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", keep=True),
    ),
    "closing among others": raw(b"Connection: a, Close\r\nContent-Length: 0\r\n"),
    "a body": (Answer(body=b"thank you"),),
    "a slow body": (Drip((ok_with(b"Content-Length: 10\r\n", b"ab"), b"cdefghij"), 0.1, keep=True),),
    "less than announced": raw(b"Content-Length: 10\r\n", b"ab"),
    "until the end": (Drip((ok_with(b"", b"abc"), b""), 0.1),),
    "chunks": raw(b"Transfer-Encoding: chunked\r\n", b"3;a=b\r\nabc\r\n0\r\nX: y\r\n\r\n"),
    "slow chunks": (
        Drip(
            (ok_with(b"Transfer-Encoding: chunked\r\n", b"3"), b"\r\nab", b"c\r\n0\r\n", b"\r\n"), 0.05, True
        ),
    ),
    "bad chunks": raw(b"Transfer-Encoding: chunked\r\n", b"zz\r\n\r\n"),
    "chunks without an end": raw(b"Transfer-Encoding: chunked\r\n", b"3\r\nabcdef\r\n"),
    "another answer": (Raw(OK + OK, keep=True),),
    "junk": (Raw(OK + b"junkjunkjunk", keep=True),),
    "half an answer more": (Raw(OK + b"HTT", keep=True),),
    "little junk": (Raw(OK + b"junk", keep=True),),
    "no content": (Answer(204, "No"),),
    "not modified": (Raw(b"HTTP/1.1 304 Not\r\nContent-Length: 5\r\n\r\n", keep=True),),
    "refusal": (Answer(500, "No", body=b"x" * 100_000),),
    "late": (Answer(408, "Late"),),
    "late again": (Answer(408, "Late"),) * 6,
    "hangup": (Hangup(),),
    "hangup in the head": (Raw(b"HTTP/1.1 20"),),
    "silence": (Silence(),),
    "moved": (Answer(301, "Moved", (("Location", MOVED),)),),
    "garbage": (Raw(b"garbage!!\r\n", keep=True),),
    "fine, then a hangup": (Answer(), Hangup()),
    "fine, then a reset": (Answer(), Reset()),
    "fine, then hangups": (Answer(), *(Hangup(),) * 5),
    "fine, then late": (Answer(), *(Answer(408, "Late"),) * 5),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_a_fault_has_the_same_consequences(
    version: str, fault: str, request: pytest.FixtureRequest, http_listener: HttpListener
) -> None:
    start: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    server = start(ONE_DRIVER[version] % http_listener.url("/notify", "login:pass"))
    real = real_side(server, http_listener, lambda: FAULTS[fault])
    assert real.requests
    assert our_side(server, http_listener, real.user, lambda: FAULTS[fault]) == real


@pytest.mark.parametrize("case", KEPT)
@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_connections_are_kept_and_requests_queue_in_the_same_way(
    version: str, case: str, request: pytest.FixtureRequest, http_listener: HttpListener
) -> None:
    start: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    server = start(TWO_DRIVERS[version] % (http_listener.url("/1"), http_listener.url("/2")))
    real = real_side(server, http_listener, lambda: KEPT[case])
    assert len(real.requests) >= 2
    assert our_side(server, http_listener, real.user, lambda: KEPT[case]) == real


@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_a_short_wait_that_an_answer_asks_for_is_kept(
    version: str, request: pytest.FixtureRequest, http_listener: HttpListener
) -> None:
    start: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    push = TWO_DRIVERS[version].replace("300ms", "1s").replace("timeout_msecs=300", "timeout_msecs=1000")
    server = start(push % (http_listener.url("/1"), http_listener.url("/2")))

    def busy() -> tuple[Script, ...]:
        return status(503, "Busy", ("Retry-After", formatdate(time.time() + 1, usegmt=True)))

    real = real_side(server, http_listener, busy)
    assert [raw.split(b" ")[1] for raw in real.requests] == [b"/1", b"/2", b"/1"]
    assert our_side(server, http_listener, real.user, busy) == real
