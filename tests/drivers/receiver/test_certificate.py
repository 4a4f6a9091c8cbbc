"""HTTPS with a certificate that the receiver made for itself."""

from __future__ import annotations

import socket
import ssl
import struct
import time
from contextlib import closing

import pytest

from dovecot_conf.http_url import parse_http_url
from drivers import HttpRequest
from drivers.http import Attempt, ConnectFailedError
from drivers.http_settings import HttpSettings
from drivers.http_transport import HttpcoreTransport
from drivers.receiver import Fault, FaultKind, FaultPlan
from drivers.receiver.certificate import SelfMadeCertificate, self_made_certificate
from drivers.receiver.desk import MALFORMED_ANSWER
from tests.drivers.receiver.receiving import BODY, Running, put, read_to_end, receiving, status_of


@pytest.fixture(scope="module")
def certificate() -> SelfMadeCertificate:
    return self_made_certificate("push.example.com")


def secured(running: Running, certificate: SelfMadeCertificate, name: str) -> ssl.SSLSocket:
    context = ssl.create_default_context(cadata=certificate.authority.decode())
    return context.wrap_socket(running.connect(), server_hostname=name)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "push.example.com", "::1"])
def test_who_trusts_the_authority_trusts_the_receiver(certificate: SelfMadeCertificate, name: str) -> None:
    with receiving(tls=certificate.context) as running, secured(running, certificate, name) as connection:
        connection.sendall(put())
        assert status_of(read_to_end(connection)) == 200
        assert running.receiver.url == f"https://127.0.0.1:{running.receiver.port}/"


def request(running: Running) -> HttpRequest:
    url = parse_http_url(f"https://127.0.0.1:{running.receiver.port}/")
    return HttpRequest("PUT", url, (("Host", "x"), ("Content-Length", str(len(BODY)))), BODY)


def test_nobody_else_does(certificate: SelfMadeCertificate) -> None:
    attempt = Attempt(HttpSettings(timeout=5.0), deadline=time.monotonic() + 60)
    with (
        receiving(tls=certificate.context) as running,
        closing(HttpcoreTransport()) as strict,
        closing(HttpcoreTransport(insecure=True)) as insecure,
    ):
        with pytest.raises(ConnectFailedError, match=r"verif|issuer"):
            strict.send(request(running), attempt)
        response = insecure.send(request(running), attempt)
    assert response is not None
    assert response.status == 200


def test_a_client_without_tls_gets_nothing(certificate: SelfMadeCertificate) -> None:
    with receiving(tls=certificate.context) as running:
        assert not running.exchange(put()).startswith(b"HTTP")
    assert running.received == []


@pytest.mark.parametrize(("kind", "answer"), [(FaultKind.DROP, b""), (FaultKind.MALFORMED, MALFORMED_ANSWER)])
def test_faults_work_behind_tls(certificate: SelfMadeCertificate, kind: FaultKind, answer: bytes) -> None:
    with (
        receiving(tls=certificate.context, faults=FaultPlan(Fault(kind))) as running,
        secured(running, certificate, "localhost") as connection,
    ):
        connection.sendall(put())
        assert read_to_end(connection) == answer


def test_a_reset_is_one_of_tcp(certificate: SelfMadeCertificate) -> None:
    faults = FaultPlan(Fault(FaultKind.RESET))
    with receiving(tls=certificate.context, faults=faults) as running:
        secure = secured(running, certificate, "localhost")
        secure.sendall(put())
        with socket.socket(fileno=secure.detach()) as connection:
            connection.settimeout(10)
            with pytest.raises(ConnectionResetError):
                read_to_end(connection)


def test_a_client_that_leaves_during_the_handshake_does_no_harm(certificate: SelfMadeCertificate) -> None:
    with receiving(tls=certificate.context) as running:
        with running.connect() as connection:
            connection.sendall(b"\x16\x03\x01\x02\x00\x01")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with secured(running, certificate, "localhost") as connection:
            connection.sendall(put())
            assert status_of(read_to_end(connection)) == 200
