"""Servers that can't be reached, and several servers at once, beside a running Dovecot."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import closing

import pytest

from drivers.http_transport import HttpcoreTransport
from tests.dovecot.harness.listener import Answer, HttpListener
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.http_sides import MESSAGE, deliver_here, our_side, real_side

PUSH = {
    "2.3": "push_notification_driver = ox:url=%s max_retries=1 timeout_msecs=300\n"
    "push_notification_driver2 = ox:url=%s",
    "2.4": "push_notification ox {\n  url = %s\n  http_client_request_max_attempts = 2\n"
    "  http_client_request_timeout = 300ms\n}\n"
    "push_notification second {\n  driver = ox\n  push_notification_ox_url = %s\n}\n",
}


@pytest.fixture(params=["2.3", "2.4"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def start(version: str, request: pytest.FixtureRequest) -> DovecotFactory:
    factory: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    return factory


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def full_port() -> Iterator[int]:
    """A port where nobody accepts, with no room for more connections."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        yield int(listener.getsockname()[1])
        for client in waiting:
            client.close()


def test_a_refused_connection_fails_all_requests_to_the_server(
    version: str, start: DovecotFactory, closed_port: int, http_listener: HttpListener
) -> None:
    url = f"http://127.0.0.1:{closed_port}/"
    server = start(PUSH[version] % (url, url + "2"))
    real = real_side(server, http_listener)
    assert any("connect(127.0.0.1" in line for line in real.log)
    assert our_side(server, http_listener, real.user) == real


def test_a_connection_that_nobody_accepts_times_out_once_for_all_requests(
    version: str, start: DovecotFactory, full_port: int, http_listener: HttpListener
) -> None:
    url = f"http://127.0.0.1:{full_port}/"
    server = start(PUSH[version] % (url, url + "2"))
    real = real_side(server, http_listener)
    assert any("Connection timed out in N secs" in line for line in real.log)
    assert our_side(server, http_listener, real.user) == real


def test_a_server_that_hangs_does_not_hold_up_another(
    version: str, start: DovecotFactory, full_port: int, closed_port: int, http_listener: HttpListener
) -> None:
    server = start(PUSH[version] % (f"http://127.0.0.1:{full_port}/", f"http://127.0.0.1:{closed_port}/"))
    real = real_side(server, http_listener)
    assert our_side(server, http_listener, real.user) == real


def test_answers_are_logged_in_the_order_in_which_they_come(
    version: str, start: DovecotFactory, http_listener: HttpListener
) -> None:
    with HttpListener() as other:
        server = start(PUSH[version] % (http_listener.url("/"), other.url("/")))

        def slow_first() -> Sequence[Answer]:
            other.reset()
            other.answer_with(Answer(202, "Fast"))
            return (Answer(201, "Slow", delay=0.2),)

        real = real_side(server, http_listener, slow_first)
        answers = [line.rpartition(": ")[2] for line in real.log if "sent successfully" in line]
        assert answers == ["202 Fast", "201 Slow"]
        assert our_side(server, http_listener, real.user, slow_first) == real


def test_a_name_without_an_address_fails_all_requests(
    version: str, start: DovecotFactory, http_listener: HttpListener
) -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    server = start(PUSH[version] % ("http://nosuch.invalid/", "http://nosuch.invalid/2"))
    real = real_side(server, http_listener)
    assert any("Failed to lookup host nosuch.invalid" in line for line in real.log)
    assert our_side(server, http_listener, real.user, resolver=unknown) == real


@pytest.mark.parametrize("host", ["[::1]", "0.0.0.0"])
def test_addresses_are_named_in_the_same_way(
    host: str, version: str, start: DovecotFactory, closed_port: int, http_listener: HttpListener
) -> None:
    server = start(PUSH[version] % (f"http://{host}:{closed_port}/", f"http://{host}:{closed_port}/2"))
    real = real_side(server, http_listener)
    assert our_side(server, http_listener, real.user) == real


def test_users_of_one_process_share_its_connections(
    version: str, start: DovecotFactory, http_listener: HttpListener
) -> None:
    server = start(PUSH[version] % (http_listener.url("/1"), http_listener.url("/2")))
    users = [real_side(server, http_listener).user for _ in range(2)]
    http_listener.reset()
    server.deliver_lmtp(users, MESSAGE)
    real = [(request.target, request.connection) for request in http_listener.requests]
    assert len({connection for _, connection in real}) == 1

    http_listener.reset()
    with closing(HttpcoreTransport()) as transport:
        for user in users:
            deliver_here(server, user, transport)
    ours = [(request.target, request.connection) for request in http_listener.requests]
    assert [target for target, _ in ours] == [target for target, _ in real]
    assert len({connection for _, connection in ours}) == 1
