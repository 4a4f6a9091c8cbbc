"""Endpoints that are right and wrong in every way, each with the settings of a client that meets it."""

from __future__ import annotations

import datetime
import socket
import ssl
import struct
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

import trustme

from tests.dovecot.harness.listener import Answer, HttpListener, Script

AUTHORITY, STRANGER = trustme.CA(), trustme.CA()
INTERMEDIATE = AUTHORITY.create_child_ca()
NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)
GOOD = AUTHORITY.cert_pem.bytes().decode()
CERTIFICATES = {
    "good": AUTHORITY.issue_cert("127.0.0.1"),
    "by an intermediate": INTERMEDIATE.issue_cert("127.0.0.1"),
    "ending": AUTHORITY.issue_cert("127.0.0.1", not_after=NOW + 3 * DAY),
    "expired": AUTHORITY.issue_cert("127.0.0.1", not_before=NOW - 9 * DAY, not_after=NOW - DAY),
    "early": AUTHORITY.issue_cert("127.0.0.1", not_before=NOW + DAY, not_after=NOW + 9 * DAY),
    "another host": AUTHORITY.issue_cert("push.example.org"),
    "a stranger": STRANGER.issue_cert("127.0.0.1"),
}

Behaviour = Callable[[socket.socket], None]


def tls(name: str = "good", *, chain: bool = True) -> ssl.SSLContext:
    """A context with a certificate; without its ``chain`` the server sends it alone."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = CERTIFICATES[name]
    if chain:
        certificate.configure_cert(made)
        return made
    with certificate.private_key_pem.tempfile() as key, certificate.cert_chain_pems[0].tempfile() as own:
        made.load_cert_chain(own, key)
    return made


def sending_its_authority() -> ssl.SSLContext:
    """A context that sends the certificate of its authority too, which nobody believes."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = CERTIFICATES["a stranger"]
    both = trustme.Blob(certificate.cert_chain_pems[0].bytes() + STRANGER.cert_pem.bytes())
    with certificate.private_key_pem.tempfile() as key, both.tempfile() as pair:
        made.load_cert_chain(pair, key)
    return made


def old_tls() -> ssl.SSLContext:
    made = tls()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        made.minimum_version = made.maximum_version = ssl.TLSVersion.TLSv1_1
    made.set_ciphers("ALL:@SECLEVEL=0")
    return made


@contextmanager
def answering(*script: Script, context: ssl.SSLContext | None = None, userinfo: str = "") -> Iterator[str]:
    """A listener that answers each request in the same way; gives its URL."""
    with HttpListener(context) as listener:
        listener.answer_with(*script * 8)
        yield listener.url("/push/notify", userinfo)


@contextmanager
def behaving(behave: Behaviour, scheme: str = "http") -> Iterator[str]:
    """Do the same with every connection; gives the URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    threading.Thread(target=handle, args=(connection,), daemon=True).start()

        def handle(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                connection.settimeout(5)
                behave(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"{scheme}://127.0.0.1:{server.getsockname()[1]}/push/notify"
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@contextmanager
def nobody() -> Iterator[str]:
    """A port where nobody listens, and nobody can while this lasts."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/push/notify"


@contextmanager
def full() -> Iterator[str]:
    """A port where nothing is answered to a connection, as behind a firewall that drops what is sent."""
    with socket.socket() as server, socket.socket() as filler:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        filler.connect(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}/push/notify"


@contextmanager
def plain(url: str) -> Iterator[str]:
    """Nothing but a URL."""
    yield url


def silent(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def hanging_up(connection: socket.socket) -> None:
    connection.recv(4096)


def resetting(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def greeting(connection: socket.socket) -> None:
    connection.sendall(b"220 mail.example.com ESMTP\r\n")
    time.sleep(0.05)
    connection.recv(4096)


def speaking_tls(name: str = "good") -> Behaviour:
    context = tls(name)

    def behave(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(4096)
            secured.sendall(Answer(close=True).encoded())

    return behave


def asking_for(credentials: str, context: ssl.SSLContext | None = None) -> Behaviour:
    """Want the given value of Authorization, whatever the method is."""

    def behave(connection: socket.socket) -> None:
        head = connection.recv(65536)
        wanted = f"Authorization: {credentials}\r\n".encode()
        answer = Answer(close=True)
        if wanted not in head:
            answer = Answer(401, "Unauthorized", (("WWW-Authenticate", "Basic realm=push"),), close=True)
        connection.sendall(answer.encoded())

    return behave


@contextmanager
def with_userinfo(endpoint: AbstractContextManager[str], userinfo: str) -> Iterator[str]:
    """An endpoint with a user name and a password in its URL."""
    with endpoint as url:
        yield url.replace("://", f"://{userinfo}@")


Endpoint = Callable[[], AbstractContextManager[str]]
