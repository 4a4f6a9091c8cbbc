"""What goes over the wire, byte for byte, and what comes of servers that misbehave."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from dovecot_conf import Version
from dovecot_conf.http_url import parse_http_url
from drivers import HttpRequest, HttpResponse
from drivers.http import (
    Attempt,
    BadResponseError,
    ConnectFailedError,
    ConnectionLostError,
    HostLookupError,
    RequestTimedOutError,
    TooLateError,
)
from drivers.http_settings import HttpSettings
from drivers.http_tls import TlsContexts
from drivers.http_transport import HttpcoreTransport
from drivers.tls_settings import Authorities, AuthoritiesError, TlsSettings

BODY = '{"user":"jürgen"}'.encode()
OK = b"HTTP/1.1 200 Fine with me\r\nContent-Length: 0\r\n\r\n"


class Server:
    """Takes one connection at a time, keeps what it reads up to the body, and lets ``behave`` answer."""

    def __init__(self, behave: Callable[[socket.socket], None]) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.received = b""
        self.connections = 0
        self.behave = behave
        self.wrap: Callable[[socket.socket], socket.socket] = lambda connection: connection
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            with suppress(OSError), self.wrap(connection) as wrapped:
                self.received = b""
                while not self.received.endswith(BODY) and (data := wrapped.recv(65536)):
                    self.received += data
                self.behave(wrapped)

    def close(self) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(5)


@contextmanager
def server(behave: Callable[[socket.socket], None]) -> Iterator[Server]:
    running = Server(behave)
    try:
        yield running
    finally:
        running.close()


def answering(data: bytes) -> Callable[[socket.socket], None]:
    return lambda connection: connection.sendall(data)


def until_closed(connection: socket.socket) -> None:
    connection.settimeout(5)
    connection.recv(1)


def request(port: int, path: str = "/a%20b?x=%2f") -> HttpRequest:
    headers = (
        ("Host", f"127.0.0.1:{port}"),
        ("Date", "Mon, 23 Nov 2026 17:16:00 GMT"),
        ("Authorization", "Basic bG9naW46cGFzcw=="),
        ("Content-Length", str(len(BODY))),
        ("Connection", "Keep-Alive"),
        ("Content-Type", "application/json; charset=utf-8"),
    )
    return HttpRequest("PUT", parse_http_url(f"http://login:pass@127.0.0.1:{port}{path}"), headers, BODY)


def send(request: HttpRequest, timeout: float = 5.0, *, insecure: bool = False) -> HttpResponse | None:
    with closing(HttpcoreTransport(insecure=insecure)) as transport:
        settings = HttpSettings(timeout=timeout)
        return transport.send(request, Attempt(settings, deadline=time.monotonic() + 60))


def test_the_request_is_dovecots_to_the_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with server(answering(OK)) as running:
        response = send(request(running.port))
    assert running.received == (
        b"PUT /a%20b?x=%2f HTTP/1.1\r\n"
        + f"Host: 127.0.0.1:{running.port}\r\n".encode()
        + b"Date: Mon, 23 Nov 2026 17:16:00 GMT\r\n"
        b"Authorization: Basic bG9naW46cGFzcw==\r\n"
        b"Content-Length: 18\r\n"
        b"Connection: Keep-Alive\r\n"
        b"Content-Type: application/json; charset=utf-8\r\n"
        b"\r\n" + BODY
    )
    assert response is not None
    assert (response.status, response.reason) == (200, "Fine with me")


def test_a_redirect_is_answered_with_itself() -> None:
    with server(answering(b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n")) as running:
        response = send(request(running.port))
    assert response is not None
    assert (response.status, response.header("location"), running.connections) == (302, "/x", 1)


def test_interim_answers_are_passed_over() -> None:
    with server(answering(b"HTTP/1.1 100 Continue\r\n\r\n" + OK)) as running:
        response = send(request(running.port))
    assert response is not None
    assert response.status == 200


def test_the_body_of_the_answer_is_not_waited_for() -> None:
    def promise(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 500 Oops\r\nContent-Length: 1000000000\r\n\r\n")
        until_closed(connection)

    with server(promise) as running:
        response = send(request(running.port), 60.0)
    assert response is not None
    assert response.status == 500


def test_a_closed_connection_is_lost() -> None:
    with server(lambda connection: None) as running, pytest.raises(ConnectionLostError) as caught:
        send(request(running.port))
    assert str(caught.value) == f"read((conn:127.0.0.1:{running.port},id=1)) failed: EOF"
    assert caught.value.premature


def test_a_connection_closed_in_the_middle_of_the_head_is_lost() -> None:
    with server(answering(b"HTTP/1.1 200 OK\r\nContent-")) as running, pytest.raises(ConnectionLostError):
        send(request(running.port))


def test_silence_ends_with_the_timeout() -> None:
    with server(until_closed) as running, pytest.raises(RequestTimedOutError):
        send(request(running.port), 0.2)


def drip(connection: socket.socket) -> None:
    with suppress(OSError):
        for byte in OK:
            connection.sendall(bytes([byte]))
            time.sleep(0.01)


def test_an_answer_that_drips_in_is_waited_for() -> None:
    with server(drip) as running:
        response = send(request(running.port), 0.2)
    assert response is not None
    assert response.status == 200


def test_an_answer_that_drips_in_ends_with_the_deadline_of_the_request() -> None:
    with server(drip) as running, pytest.raises(TooLateError) as caught, closing(HttpcoreTransport()) as it:
        it.send(request(running.port), Attempt(HttpSettings(timeout=5.0), time.monotonic() + 0.1))
    assert caught.value.sent


def test_an_endless_head_is_cut() -> None:
    def pour(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        with suppress(OSError):
            while True:
                connection.sendall(b"X-Filler: " + b"x" * 1000 + b"\r\n")

    with server(pour) as running, pytest.raises(BadResponseError):
        send(request(running.port), 10.0)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"garbage\r\n\r\n", "Invalid HTTP version in response: `garbage'<CR><LF><CR><LF>"),
        (b"HTTP/1.1 999 x\r\n\r\n", "Invalid HTTP status code in response"),
        (
            b"HTTP/1.1 200\r\n\r\n",
            "Expected ' ' after response status code, but found <CR><LF><CR><LF>",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
            "Duplicate Content-Length header",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "Invalid Content-Length header"),
    ],
)
def test_garbage_is_refused_in_dovecots_words(answer: bytes, problem: str) -> None:
    with server(answering(answer)) as running, pytest.raises(BadResponseError) as caught:
        send(request(running.port))
    assert str(caught.value) == problem


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_a_refused_connection_is_named() -> None:
    port = free_port()
    with pytest.raises(ConnectFailedError) as caught:
        send(request(port))
    assert str(caught.value) == f"connect(127.0.0.1:{port}) failed: Connection refused"


def test_a_host_without_address_is_named() -> None:
    unknown = HttpRequest("PUT", parse_http_url("http://" + "x" * 70 + "/"), (("Host", "x"),), b"")
    with pytest.raises(HostLookupError, match=f"^Failed to lookup host {'x' * 70}: "):
        send(unknown)


def test_a_server_without_tls_is_no_https_server() -> None:
    with server(until_closed) as running:
        running.wrap = answered_in_plain_text
        with pytest.raises(ConnectFailedError) as caught:
            send(tls_request(running.port), insecure=True)
    assert str(caught.value).startswith(f"SSL handshaking with 127.0.0.1:{running.port} failed: ")


def answered_in_plain_text(connection: socket.socket) -> socket.socket:
    connection.sendall(OK)
    return connection


@pytest.fixture
def tls_server(tmp_path: Path) -> Iterator[Server]:
    """A server with a certificate that nobody vouches for."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(
        [openssl, "req", "-x509", *curve, "-nodes", *subject, "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with server(answering(OK)) as running:
        running.wrap = lambda connection: context.wrap_socket(connection, server_side=True)
        yield running


def tls_request(port: int) -> HttpRequest:
    plain = request(port)
    return HttpRequest("PUT", parse_http_url(f"https://127.0.0.1:{port}/"), plain.headers, BODY)


def test_an_unknown_certificate_is_refused(tls_server: Server) -> None:
    with pytest.raises(ConnectFailedError) as caught:
        send(tls_request(tls_server.port))
    place = f"127.0.0.1:{tls_server.port}"
    assert str(caught.value) == (
        f"SSL handshaking with {place} failed: read(SSL (conn:{place},id=1)) failed: Received invalid SSL "
        "certificate: self-signed certificate: /CN=127.0.0.1 (check ssl_client_ca_* settings?)"
    )


def test_an_unknown_certificate_is_accepted_when_told_so(tls_server: Server) -> None:
    response = send(tls_request(tls_server.port), insecure=True)
    assert response is not None
    assert response.status == 200
    assert tls_server.received.endswith(BODY)


def test_authorities_that_can_not_be_read_are_told_unless_any_certificate_will_do(tls_server: Server) -> None:
    missing = TlsSettings(Authorities("/nowhere/ca.pem", Version.V23))
    settings = HttpSettings(timeout=5.0, tls=missing)
    attempt = Attempt(settings, time.monotonic() + 60)
    with closing(HttpcoreTransport()) as transport, pytest.raises(ConnectFailedError) as caught:
        transport.send(tls_request(tls_server.port), attempt)
    words = "Couldn't initialize SSL context: Can't load CA certs from /nowhere/ca.pem "
    assert str(caught.value).startswith(words)
    with closing(HttpcoreTransport(insecure=True)) as transport:
        response = transport.send(tls_request(tls_server.port), attempt)
    assert response is not None
    assert response.status == 200


@pytest.mark.parametrize(
    ("damaged", "words"),
    [
        ("-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n", "PEM routines::ASN1 lib"),
        ("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "PEM routines::ASN1 lib"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n", "PEM routines::bad end line"),
    ],
)
@pytest.mark.parametrize("version", Version)
def test_damaged_authorities_are_an_error_in_dovecots_words(
    version: Version, damaged: str, words: str, tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_text(damaged)
    tls = TlsSettings(Authorities(str(tmp_path / "ca.pem"), version))
    with pytest.raises(AuthoritiesError, match=words):
        TlsContexts(insecure=False).get(tls)
    assert TlsContexts(insecure=True).get(tls)
