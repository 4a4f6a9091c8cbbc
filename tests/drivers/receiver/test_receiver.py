"""What a receiver takes, keeps and answers when nothing is wrong, and what it refuses."""

from __future__ import annotations

import base64
import re
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from drivers.receiver import Credentials, Receiver, ReceiverError, ReceiverSettings
from tests.drivers.receiver.receiving import BODY, put, read_head, receiving, status_of


def basic(text: str) -> str:
    return "Authorization: Basic " + base64.b64encode(text.encode()).decode()


def test_a_request_is_answered_with_200() -> None:
    with receiving() as running:
        answer = running.exchange(put())
    assert re.fullmatch(
        rb"HTTP/1\.1 200 OK\r\nDate: [^\r]* GMT\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", answer
    )


def test_headers_are_kept_as_they_came() -> None:
    with receiving() as running:
        running.exchange(
            put("/A%20b?x=%2f", BODY, "X-UPPER: 1", "x-lower: caf\xe9", "x-Twice: a", "X-twice: b")
        )
    record = running.records[0]
    assert (record.method, record.target, record.body) == ("PUT", "/A%20b?x=%2f", BODY)
    assert record.headers[:5] == (
        ("Host", "x"),
        ("X-UPPER", "1"),
        ("x-lower", "café"),
        ("x-Twice", "a"),
        ("X-twice", "b"),
    )


def test_a_body_in_chunks_is_put_together() -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    with receiving() as running:
        running.exchange(head + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    assert running.records[0].body == b"abcde"


def test_a_connection_serves_many_requests() -> None:
    with receiving() as running, running.connect() as connection:
        for number in range(5):
            connection.sendall(put(f"/{number}", close=False))
            assert status_of(read_head(connection)) == 200
    assert [record.target for record in running.records] == ["/0", "/1", "/2", "/3", "/4"]
    assert len({record.peer for record in running.records}) == 1


def test_requests_sent_at_once_are_answered_in_order() -> None:
    with receiving() as running:
        answer = running.exchange(put("/1", close=False) + put("/2", close=False) + put("/3"))
    assert answer.count(b"HTTP/1.1 200 OK") == 3
    assert [record.target for record in running.records] == ["/1", "/2", "/3"]


def test_clients_at_the_same_time_are_all_served() -> None:
    with receiving() as running:
        threads = [
            threading.Thread(target=running.exchange, args=[put(f"/{number}")]) for number in range(30)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(record.target for record in running.records) == sorted(f"/{number}" for number in range(30))


def test_a_request_is_reported_before_it_is_answered() -> None:
    seen = []
    with receiving() as running, running.connect() as connection:
        for _ in range(20):
            connection.sendall(put(close=False))
            read_head(connection)
            seen.append(len(running.received))
    assert seen == list(range(1, 21))


def test_a_client_that_waits_for_100_gets_it() -> None:
    with receiving() as running, running.connect() as connection:
        head, _, body = put("/", BODY, "Expect: 100-continue").partition(b"\r\n\r\n")
        connection.sendall(head + b"\r\n\r\n")
        assert read_head(connection).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body)
        assert status_of(read_head(connection)) == 200


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/no%74ify", 200),
        ("/notify?x", 200),
        ("/notify", 200),
        ("/notify/", 404),
        ("/", 404),
        ("/Notify", 404),
    ],
)
def test_another_path_is_not_found(target: str, status: int) -> None:
    with receiving(path="/notify") as running:
        assert status_of(running.exchange(put(target))) == status
    assert running.received[0].accepted == (status == 200)
    assert running.answers[0].error == ("" if status == 200 else "the path is not /notify")


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ([basic("bob:päss:word")], 200),
        (["authorization: basic " + basic("bob:päss:word").split()[-1]], 200),
        ([basic("bob:other")], 401),
        ([basic("bob:")], 401),
        (["Authorization: Basic ==="], 401),
        (["Authorization: Basic"], 401),
        (["Authorization: Bearer " + basic("bob:päss:word").split()[-1]], 401),
        ([], 401),
    ],
)
def test_without_the_credentials_nobody_is_let_in(header: list[str], status: int) -> None:
    with receiving(credentials=Credentials("bob", "päss:word")) as running:
        answer = running.exchange(put("/", BODY, *header))
    assert status_of(answer) == status
    assert (b"WWW-Authenticate: Basic realm=" in answer) == (status == 401)
    assert running.received[0].accepted == (status == 200)


def test_credentials_show_no_password() -> None:
    assert "hunter2" not in repr(Credentials("bob", "hunter2"))
    assert Credentials("b b", "p@ß").userinfo() == "b%20b:p%40%C3%9F"


def test_a_body_that_is_too_long_is_refused() -> None:
    with receiving(max_body=100) as running:
        assert status_of(running.exchange(put(body=b"x" * 100))) == 200
        assert status_of(running.exchange(put(body=b"x" * 101, close=False))) == 413
    assert [one.accepted for one in running.received] == [True, False]


def comes_to(state: Callable[[], bool]) -> bool:
    """Ask again until it is so, for some seconds: the receiver has a thread of its own."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with suppress(ConnectionError):
            if state():
                return True
        time.sleep(0.01)
    return False


def test_what_is_too_long_is_not_kept() -> None:
    with receiving(max_body=100) as running:
        for length in (101, 350, 100_000):
            running.exchange(put(body=b"x" * length))
    assert all(len(record.body) <= 100 for record in running.records)


def test_bodies_have_a_limit_together() -> None:
    with receiving(max_body=1000, max_bodies=1500) as running:
        with running.connect() as slow:
            slow.sendall(put(body=b"x" * 1000)[:-1])
            assert comes_to(lambda: b" 503 " in running.exchange(put(body=b"x" * 1000)))
            assert status_of(running.exchange(put(body=b"x" * 400))) == 200
            slow.sendall(b"x")
            assert status_of(read_head(slow)) == 200
        assert status_of(running.exchange(put(body=b"x" * 1000))) == 200
    assert [answer.status for answer in running.answers] == [503, 200, 200, 200]


def test_the_limit_is_for_accepted_requests() -> None:
    with receiving(path="/a", limit=2) as running:
        assert status_of(running.exchange(put("/b"))) == 404
        assert [status_of(running.exchange(put("/a"))) for _ in range(2)] == [200, 200]
        assert running.exchange(put("/a")) == b""
    assert [one.accepted for one in running.received] == [False, True, True]


@pytest.mark.parametrize(
    "garbage", [b"GARBAGE\r\n\r\n", b"GET / HTTP/1.1\r\nBroken\r\n\r\n", b"x" * 70_000 + b"\r\n"]
)
def test_what_is_no_request_is_refused_and_reported(garbage: bytes) -> None:
    with receiving() as running:
        assert status_of(running.exchange(garbage)) == 400
        assert status_of(running.exchange(put())) == 200
    assert [one.accepted for one in running.received] == [False, True]
    assert (running.records[0].method, running.answers[0].status) == ("", 400)
    assert running.answers[0].error


def test_tls_where_none_is_spoken_is_told() -> None:
    with receiving() as running, running.connect() as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00\x01")
        assert connection.recv(1) == b""
    assert "TLS" in running.answers[0].error


def test_half_a_request_is_no_request() -> None:
    with receiving() as running:
        for part in (b"PUT", put()[:-3]):
            with running.connect() as connection:
                connection.sendall(part)
        assert status_of(running.exchange(put())) == 200
    assert len(running.received) == 1


def test_a_proxy_it_is_not() -> None:
    with receiving() as running:
        assert status_of(running.exchange(b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n")) == 405


def test_connections_have_a_limit() -> None:
    with receiving(max_connections=3) as running:
        connections = [running.connect() for _ in range(3)]
        for connection in connections:
            connection.sendall(put(close=False))
            read_head(connection)
        with running.connect() as refused:
            assert refused.recv(1) == b""
        for connection in connections:
            connection.close()
        assert comes_to(lambda: b" 200 " in running.exchange(put()))


def test_open_connections_do_not_keep_it_from_ending() -> None:
    with receiving() as running:
        connections = [running.connect() for _ in range(3)]
        connections[0].sendall(put(close=False))
        read_head(connections[0])
        begin = time.monotonic()
    assert time.monotonic() - begin < 10
    for connection in connections:
        connection.close()


def test_a_taken_port_is_told() -> None:
    with receiving() as running, pytest.raises(ReceiverError) as caught:
        Receiver(ReceiverSettings(port=running.receiver.port), lambda received: None)
    assert str(caught.value) == f"can't listen on 127.0.0.1:{running.receiver.port}: Address already in use"
    assert caught.value.taken


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(
        ReceiverError, match=r"can't listen on 192\.0\.2\.1:0: Cannot assign requested address"
    ):
        Receiver(ReceiverSettings(bind="192.0.2.1"), lambda received: None)


def test_the_url_is_that_of_the_accepted_path() -> None:
    with receiving(path="/notify") as running:
        assert running.receiver.url == f"http://127.0.0.1:{running.receiver.port}/notify"
        assert running.receiver.is_local


def test_all_addresses_are_not_local() -> None:
    with receiving(bind="0.0.0.0") as running:
        assert not running.receiver.is_local
        assert running.receiver.url == f"http://{socket.gethostname()}:{running.receiver.port}/"
        assert status_of(running.exchange(put())) == 200


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6")
def test_ipv6_has_brackets() -> None:
    try:
        with receiving(bind="::1") as running:
            assert running.receiver.origin == f"http://[::1]:{running.receiver.port}"
            with socket.create_connection(("::1", running.receiver.port), timeout=10) as connection:
                connection.sendall(put())
                assert status_of(read_head(connection)) == 200
            assert running.records[0].peer.startswith("[::1]:")
    except ReceiverError:
        pytest.skip("no IPv6")
