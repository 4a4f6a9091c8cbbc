"""Connections that are kept: used again, given up in time, shared by threads."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing

import pytest

from dovecot_conf.http_url import parse_http_url
from drivers import HttpRequest
from drivers.http import Attempt, ConnectFailedError, HostLookupError
from drivers.http_settings import HttpSettings
from drivers.http_transport import HttpcoreTransport
from tests.dovecot.harness.listener import Answer, Hangup, HttpListener, Raw


@pytest.fixture
def listener() -> Iterator[HttpListener]:
    with HttpListener() as running:
        yield running


@pytest.fixture
def transport() -> Iterator[HttpcoreTransport]:
    with closing(HttpcoreTransport(resolver=local)) as made:
        yield made


def local(host: str, port: int) -> Sequence[str]:
    return ("127.0.0.1",)


def send(transport: HttpcoreTransport, url: str, settings: HttpSettings | None = None) -> int:
    request = HttpRequest("PUT", parse_http_url(url), (("Content-Length", "2"),), b"{}")
    attempt = Attempt(settings or HttpSettings(timeout=5.0), time.monotonic() + 10)
    response = transport.send(request, attempt)
    assert response is not None
    return response.status


def connections(listener: HttpListener) -> list[int]:
    return [request.connection for request in listener.requests]


def test_a_connection_is_used_again(listener: HttpListener, transport: HttpcoreTransport) -> None:
    listener.answer_with(Answer(body=b"thank you"), Answer(204, "No Content"))
    assert [send(transport, listener.url()) for _ in range(3)] == [200, 204, 200]
    assert connections(listener) == [1, 1, 1]


def test_names_of_one_address_share_connections(listener: HttpListener, transport: HttpcoreTransport) -> None:
    send(transport, listener.url())
    send(transport, f"http://ox.example:{listener.port}/")
    assert connections(listener) == [1, 1]


def test_a_connection_that_the_server_closed_meanwhile_is_not_used(
    listener: HttpListener, transport: HttpcoreTransport
) -> None:
    listener.answer_with(Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
    send(transport, listener.url())
    time.sleep(0.3)
    assert send(transport, listener.url()) == 200
    assert connections(listener) == [1, 2]


def test_an_idle_connection_is_given_up_after_its_time(
    listener: HttpListener, transport: HttpcoreTransport
) -> None:
    settings = HttpSettings(timeout=5.0, max_idle=0.01)
    send(transport, listener.url(), settings)
    time.sleep(0.02)
    send(transport, listener.url(), settings)
    assert connections(listener) == [1, 2]


def test_closing_ends_all_connections(listener: HttpListener, transport: HttpcoreTransport) -> None:
    send(transport, listener.url())
    transport.close()
    send(transport, listener.url())
    assert connections(listener) == [1, 2]


def test_threads_have_connections_of_their_own(listener: HttpListener, transport: HttpcoreTransport) -> None:
    statuses: list[int] = []

    def work() -> None:
        statuses.extend(send(transport, listener.url()) for _ in range(50))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 200
    assert max(connections(listener)) <= 4


def test_other_settings_of_tls_mean_other_connections(
    listener: HttpListener, transport: HttpcoreTransport
) -> None:
    send(transport, listener.url())
    settings = HttpSettings(timeout=5.0)
    send(transport, listener.url(), settings._replace(tls=settings.tls._replace(require_valid=False)))
    assert connections(listener) == [1, 2]


def test_a_lookup_can_have_a_timeout() -> None:
    going_on = threading.Event()

    def slow(host: str, port: int) -> Sequence[str]:
        going_on.wait(5)
        return ()

    with closing(HttpcoreTransport(resolver=slow)) as transport, pytest.raises(HostLookupError) as caught:
        send(transport, "http://ox.example/", HttpSettings(lookup_timeout=0.02))
    going_on.set()
    assert str(caught.value).startswith("Failed to lookup host ox.example: Lookup timed out in 0.0")


def test_every_address_is_tried(listener: HttpListener) -> None:
    def two(host: str, port: int) -> Sequence[str]:
        return ("127.0.0.2", "127.0.0.1")

    with closing(HttpcoreTransport(resolver=two)) as transport:
        listener.answer_with(Answer(close=True))
        assert [send(transport, f"http://ox.example:{listener.port}/") for _ in range(2)] == [200, 200]


def test_all_addresses_that_refuse_are_counted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with (
        closing(HttpcoreTransport(resolver=lambda host, port: ("127.0.0.2", "127.0.0.1"))) as transport,
        pytest.raises(ConnectFailedError) as caught,
    ):
        send(transport, f"http://ox.example:{port}/")
    assert str(caught.value).startswith(
        f"connect(127.0.0.1:{port}) failed: Connection refused (2 attempts in "
    )


def test_the_tunnel_of_a_proxy_is_refused(listener: HttpListener, transport: HttpcoreTransport) -> None:
    proxy = parse_http_url(listener.url())
    request = HttpRequest("PUT", parse_http_url("https://ox.example/"), (), b"", proxy)
    with pytest.raises(ConnectFailedError, match="tunnel"):
        transport.send(request, Attempt(HttpSettings(), time.monotonic() + 5))
    assert not listener.requests


def test_a_failed_attempt_leaves_no_connection(listener: HttpListener, transport: HttpcoreTransport) -> None:
    listener.answer_with(Hangup())
    with pytest.raises(Exception, match="EOF"):
        send(transport, listener.url())
    assert send(transport, listener.url()) == 200
    assert connections(listener) == [1, 2]
