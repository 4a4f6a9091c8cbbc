"""TLS to an ``ox`` endpoint, good and bad, beside a running Dovecot."""

from __future__ import annotations

import datetime
import re
import socket
import ssl
import struct
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pytest
import trustme

from tests.dovecot.harness.listener import HttpListener
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.http_sides import Seen, our_side, real_side, without_moment

PUSH = {
    "2.3": "push_notification_driver = ox:url={url} max_retries=1 timeout_msecs=500",
    "2.4": "push_notification ox {{\n  url = {url}\n  http_client_request_timeout = 500ms\n{lines}}}\n",
}
CA_FILE = "ssl_client_ca_file = @root@/ca.pem\n"
CA_DIR = "ssl_client_ca_dir = @root@/certificates\n"
ANY = "ssl_client_require_valid_cert = no\n"

AUTHORITY, STRANGER = trustme.CA(), trustme.CA()
NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)
INTERMEDIATE = AUTHORITY.create_child_ca()
CERTIFICATES = {
    "good": AUTHORITY.issue_cert("127.0.0.1"),
    "for another host": AUTHORITY.issue_cert("example.org"),
    "for any host": AUTHORITY.issue_cert("*.0.0.1"),
    "expired": AUTHORITY.issue_cert("127.0.0.1", not_before=NOW - 9 * DAY, not_after=NOW - DAY),
    "not valid yet": AUTHORITY.issue_cert("127.0.0.1", not_before=NOW + DAY, not_after=NOW + 9 * DAY),
    "expired and for another host": AUTHORITY.issue_cert(
        "example.org", not_before=NOW - 9 * DAY, not_after=NOW - DAY
    ),
    "of a stranger": STRANGER.issue_cert("127.0.0.1"),
    "by an intermediate": INTERMEDIATE.issue_cert("127.0.0.1"),
    "with a name": AUTHORITY.issue_cert(
        "127.0.0.1", common_name="ox.example", organization_name="Örg / C+o = \\x, y"
    ),
}


def context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(made)
    return made


def old_context() -> ssl.SSLContext:
    made = context(CERTIFICATES["good"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        made.minimum_version = made.maximum_version = ssl.TLSVersion.TLSv1_1
    made.set_ciphers("ALL:@SECLEVEL=0")
    return made


def newest_context() -> ssl.SSLContext:
    made = context(CERTIFICATES["good"])
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    return made


GOOD = AUTHORITY.cert_pem.bytes().decode()
DAMAGED = "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n"


@dataclass(frozen=True, slots=True)
class Case:
    """A server's certificate or context, and the settings of the client."""

    certificate: str = "good"
    settings: str = CA_FILE
    files: Mapping[str, str] | None = None


CASES: Mapping[str, Case] = {
    "nothing set": Case(settings=""),
    "an authority": Case(),
    "an intermediate": Case("by an intermediate"),
    "a name in the certificate": Case("with a name", settings=""),
    "another host": Case("for another host"),
    "another host and a wildcard": Case("for any host"),
    "expired": Case("expired"),
    "not valid yet": Case("not valid yet"),
    "expired and another host": Case("expired and for another host"),
    "a stranger": Case("of a stranger"),
    "a folder without authorities": Case(settings=CA_DIR, files={"certificates/x": ""}),
    "a folder besides a file": Case(settings=CA_FILE + CA_DIR, files={"certificates/x": ""}),
    "any certificate": Case("of a stranger", settings=CA_FILE + ANY),
    "any certificate, no authorities": Case("expired and for another host", settings=ANY),
    "a file that is junk": Case(files={"ca.pem": "junk\n"}),
    "a damaged certificate": Case(files={"ca.pem": DAMAGED}),
    "a certificate that is none": Case(files={"ca.pem": DAMAGED.replace("nonsense", "AAAA")}),
    "one that is cut off": Case(files={"ca.pem": DAMAGED.partition("-----END")[0]}),
    "a damaged one behind a good one": Case(files={"ca.pem": GOOD + DAMAGED}),
    "a damaged one before a good one": Case(files={"ca.pem": DAMAGED + GOOD}),
    "nothing but a key": Case(files={"ca.pem": STRANGER.private_key_pem.bytes().decode()}),
    "a key and a certificate": Case(files={"ca.pem": STRANGER.private_key_pem.bytes().decode() + GOOD}),
    "any certificate, a damaged authority": Case("of a stranger", CA_FILE + ANY, {"ca.pem": DAMAGED}),
    "TLS 1.1": Case("old"),
    "TLS 1.3": Case("newest"),
    "1.3 wanted": Case(settings=CA_FILE + "ssl_min_protocol = TLSv1.3\n"),
}


def compared(seen: Seen) -> Seen:
    """Even out where OpenSSL notices a failed check.

    What is wrong inside of a damaged certificate only OpenSSL knows.
    """
    inner = r"error:06\w{6}:asn1 encoding routines::[^,]*, "
    seen.log = [re.sub(inner, "", without_moment(line)) for line in seen.log]
    return seen


def tls_context(name: str) -> ssl.SSLContext:
    made = {"old": old_context, "newest": newest_context}
    return made[name]() if name in made else context(CERTIFICATES[name])


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_certificates_are_judged_in_the_same_way(
    version: str, name: str, request: pytest.FixtureRequest
) -> None:
    start: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    case = CASES[name]
    files = {"ca.pem": GOOD, **(case.files or {})}
    with HttpListener(tls_context(case.certificate)) as listener:
        push = PUSH[version].format(url=listener.url("/"), lines="")
        server = start(push, extra=case.settings, files=files)
        real = compared(real_side(server, listener))
        assert compared(our_side(server, listener, real.user)) == real


def test_settings_in_a_block_hold_for_its_driver(dovecot24: DovecotFactory) -> None:
    files = {"ca.pem": GOOD, "other.pem": STRANGER.cert_pem.bytes().decode()}
    with HttpListener(context(CERTIFICATES["good"])) as listener:
        push = PUSH["2.4"].format(url=listener.url("/"), lines="  " + CA_FILE)
        server = dovecot24(push, extra="ssl_client_ca_file = @root@/other.pem\n", files=files)
        real = real_side(server, listener)
        assert real.requests
        assert our_side(server, listener, real.user) == real


def test_a_missing_file_of_authorities_is_named(dovecot23: DovecotFactory) -> None:
    with HttpListener(context(CERTIFICATES["good"])) as listener:
        push = PUSH["2.3"].format(url=listener.url("/"))
        server = dovecot23(push, extra="ssl_client_ca_file = @root@/missing.pem\n")
        real = real_side(server, listener)
        assert any("No such file or directory" in line for line in real.log)
        assert our_side(server, listener, real.user) == real


def in_plain_text(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def closing(connection: socket.socket) -> None:
    connection.recv(4096)


def resetting(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def greeting(connection: socket.socket) -> None:
    connection.sendall(b"220 mail.example.com ESMTP\r\n")
    connection.recv(4096)


@contextmanager
def endpoint(behave: Callable[[socket.socket], None]) -> Iterator[int]:
    """Do the same with every connection, and give the port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection, suppress(OSError):
                        behave(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.mark.parametrize("behave", [in_plain_text, closing, resetting, greeting])
@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_a_handshake_fails_in_the_same_words(
    version: str,
    behave: Callable[[socket.socket], None],
    request: pytest.FixtureRequest,
    http_listener: HttpListener,
) -> None:
    start: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    with endpoint(behave) as port:
        server = start(PUSH[version].format(url=f"https://127.0.0.1:{port}/", lines=""))
        real = compared(real_side(server, http_listener))
        assert any("SSL: " in line for line in real.log)
        assert compared(our_side(server, http_listener, real.user)) == real


@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_a_server_that_does_not_speak_tls_is_silent_until_the_timeout(
    version: str, request: pytest.FixtureRequest
) -> None:
    start: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    with HttpListener() as listener:
        server = start(PUSH[version].format(url=listener.url("/").replace("http:", "https:"), lines=""))
        real = real_side(server, listener)
        assert any("SSL handshaking with" in line for line in real.log)
        assert our_side(server, listener, real.user) == real
