"""Live servers over TLS, with certificates of an authority that the system doesn't know."""

from __future__ import annotations

import socket
import ssl

import pytest
import trustme

from mailstore.live.address import ServerAddress
from mailstore.live.doveadm_http import DoveadmHttp
from mailstore.live.errors import LiveServerError
from mailstore.live.imap_connection import connect
from tests.mailstore.live.fake_servers import Script, dripping, http_answer, imap_script, serving

READY = b"* OK ready\r\n"
CAPABILITY = (b"CAPABILITY", b"* CAPABILITY IMAP4rev1 AUTH=PLAIN METADATA\r\n@ OK done\r\n")
LOGIN = [CAPABILITY, (b"AUTHENTICATE PLAIN", b"+ \r\n"), (b"AGJvYgBodXNo", b"@ OK in\r\n"), CAPABILITY]
LOGOUT = (b"LOGOUT", b"* BYE\r\n@ OK bye\r\n")


@pytest.fixture(scope="module")
def context() -> ssl.SSLContext:
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost", "127.0.0.1").configure_cert(found)
    return found


def over_tls(script: Script, context: ssl.SSLContext) -> Script:
    def wrapped(connection: socket.socket) -> None:
        with context.wrap_socket(connection.dup(), server_side=True) as secured:
            script(secured)

    return wrapped


def after_starttls(script: Script, context: ssl.SSLContext, heard: list[bytes]) -> Script:
    offer = (b"CAPABILITY", b"* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n@ OK done\r\n")
    clear = imap_script(offer, (b"STARTTLS", b"@ OK begin\r\n"), greeting=READY, heard=heard)

    def both(connection: socket.socket) -> None:
        clear(connection)
        over_tls(script, context)(connection)

    return both


def test_imaps_is_tls_from_the_first_byte(context: ssl.SSLContext) -> None:
    script = imap_script(*LOGIN, LOGOUT, greeting=READY, heard=[])
    with serving(over_tls(script, context)) as port:
        address = ServerAddress("imaps", "127.0.0.1", port)
        connect(address, "bob", lambda: "hush", insecure=True, timeout=5).close()


def test_starttls_is_used_where_it_is_offered(context: ssl.SSLContext) -> None:
    heard: list[bytes] = []
    secret: list[bytes] = []
    script = imap_script(*LOGIN, LOGOUT, greeting=b"", heard=secret)
    with serving(after_starttls(script, context, heard)) as port:
        address = ServerAddress("imap", "127.0.0.1", port)
        connect(address, "bob", lambda: "hush", insecure=True, timeout=5).close()
    assert heard[-1].endswith(b"STARTTLS\r\n")
    assert b"AGJvYgBodXNo\r\n" in secret


@pytest.mark.parametrize("scheme", ["imap", "imaps"])
def test_a_certificate_of_nobody_ends_the_login(context: ssl.SSLContext, scheme: str) -> None:
    inner = imap_script(*LOGIN, greeting=READY if scheme == "imaps" else b"", heard=[])
    script = over_tls(inner, context) if scheme == "imaps" else after_starttls(inner, context, [])
    with serving(script) as port, pytest.raises(LiveServerError, match="certificate is not valid") as caught:
        connect(ServerAddress(scheme, "127.0.0.1", port), "bob", lambda: "hush", timeout=5)
    assert "\n" not in str(caught.value)


def test_doveadm_https_checks_the_certificate_too(context: ssl.SSLContext) -> None:
    script = over_tls(http_answer(b'[["doveadmResponse",[],"pushnotif"]]'), context)
    with serving(script) as port:
        address = ServerAddress("doveadm-https", "127.0.0.1", port)
        assert DoveadmHttp(address, "x", insecure=True, timeout=5).run("user", {}) == []
        with pytest.raises(LiveServerError, match="certificate is not valid"):
            DoveadmHttp(address, "x", timeout=5).run("user", {})


def ask(address: ServerAddress, timeout: float) -> None:
    if address.scheme == "imaps":
        connect(address, "bob", lambda: "hush", insecure=True, timeout=timeout)
    else:
        DoveadmHttp(address, "x", insecure=True, timeout=timeout).run("user", {})


@pytest.mark.parametrize("scheme", ["imaps", "doveadm-https"])
def test_a_server_that_drips_is_given_up_with_tls_too(context: ssl.SSLContext, scheme: str) -> None:
    answers = {
        "imaps": imap_script(*LOGIN, LOGOUT, greeting=b"* OK " + b"ready " * 10 + b"\r\n", heard=[]),
        "doveadm-https": http_answer(b'[["doveadmResponse",[],"pushnotif"]]'),
    }
    script = over_tls(dripping(answers[scheme]), context)
    with serving(script) as port, pytest.raises(LiveServerError, match=r"no whole answer within 0\.3 sec"):
        ask(ServerAddress(scheme, "127.0.0.1", port), 0.3)


@pytest.mark.parametrize(
    ("scheme", "text"),
    [("imaps", r"no answer within 0\.2 seconds"), ("doveadm-https", r"no connection within 0\.2 seconds")],
)
def test_a_server_that_says_nothing_is_given_up(scheme: str, text: str) -> None:
    def script(connection: socket.socket) -> None:
        while connection.recv(1000):
            pass

    with serving(script) as port, pytest.raises(LiveServerError, match=text):
        ask(ServerAddress(scheme, "127.0.0.1", port), 0.2)


@pytest.mark.parametrize("scheme", ["imaps", "doveadm-https"])
def test_a_server_without_tls_is_one_line(scheme: str) -> None:
    def script(connection: socket.socket) -> None:
        connection.sendall(b"* OK no TLS here\r\n")
        connection.recv(1000)

    with serving(script) as port, pytest.raises(LiveServerError, match="TLS failed"):
        ask(ServerAddress(scheme, "127.0.0.1", port), 5)
