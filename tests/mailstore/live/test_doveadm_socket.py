"""Doveadm's own protocol, with a server that answers as Dovecot does, and with others."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from mailstore.entries import EntryType
from mailstore.live.doveadm_api import DoveadmMetadata
from mailstore.live.doveadm_socket import (
    DoveadmSocket,
    SocketAddress,
    command_line,
    parse_socket_address,
)
from mailstore.live.errors import AccessDeniedError, LiveServerError
from mailstore.metadata import MailboxNotFoundError
from mailstore.users import UnknownUserError
from tests.mailstore.live.fake_servers import Script, dripping, serving


def server(*answers: bytes, heard: list[bytes]) -> Script:
    """Answer each line with the next of ``answers``."""

    def script(connection: socket.socket) -> None:
        with connection.makefile("rb") as stream:
            for answer in answers:
                heard.append(stream.readline())
                connection.sendall(answer)

    return script


def metadata(port: int, password: str = "hush", timeout: float = 5) -> DoveadmMetadata:
    address = SocketAddress(host="127.0.0.1", port=port)
    return DoveadmMetadata(DoveadmSocket(address, lambda: password, timeout), "bob")


def test_a_place_is_a_path_or_host_and_port() -> None:
    assert parse_socket_address("/run/x") == SocketAddress(path="/run/x")
    assert parse_socket_address("./a:1") == SocketAddress(path="./a:1")
    assert parse_socket_address("host:24245") == SocketAddress(host="host", port=24245)
    assert parse_socket_address("[::1]:1") == SocketAddress(host="::1", port=1)
    for wrong in ("", "host", "host:", ":1", "host:x", "host:99999"):
        with pytest.raises(LiveServerError):
            parse_socket_address(wrong)


def test_a_command_is_one_line_of_escaped_fields() -> None:
    parameters = {
        "user": "bob",
        "mailbox": "",
        "key": "/private/k",
        "value": "a\tb\n",
        "allowEmptyMailboxName": True,
    }
    assert command_line("mailbox metadata set", parameters) == (
        b"\tbob\tmailbox metadata set\t-s\t--\t\t/private/k\ta\x01tb\x01n\n"
    )


def test_a_value_is_read() -> None:
    heard: list[bytes] = []
    with serving(server(b"+\n", b"a\x01tb\t\n+\n", heard=heard)) as port:
        assert metadata(port).get("INBOX", "/private/x") == "a\tb"
    assert heard == [
        b"VERSION\tdoveadm-server\t1\t0\n",
        b"\tbob\tmailbox metadata get\t--\tINBOX\t/private/x\n",
    ]


def test_names_are_listed() -> None:
    with serving(server(b"+\n", b"/private/a\t/private/\t/shared/b\t\n+\n", heard=[])) as port:
        private, shared = metadata(port).list("INBOX")
    assert (private.type, private.names) == (EntryType.PRIVATE, ("a", ""))
    assert shared.names == ("b",)


def test_a_password_is_given_when_it_is_wanted() -> None:
    heard: list[bytes] = []
    with serving(server(b"-\n", b"+\n", b"v\t\n+\n", heard=heard)) as port:
        assert metadata(port).get("INBOX", "/private/x") == "v"
    assert heard[1] == b"PLAIN\tAGRvdmVhZG0AaHVzaA==\n"


def test_a_wrong_password_is_said_without_showing_it() -> None:
    with serving(server(b"-\n", b"-\n", heard=[])) as port, pytest.raises(AccessDeniedError) as caught:
        metadata(port).get("INBOX", "/private/x")
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("word", "error"), [(b"NOTFOUND", MailboxNotFoundError), (b"NOUSER", UnknownUserError)]
)
def test_codes_become_errors(word: bytes, error: type[Exception]) -> None:
    with serving(server(b"+\n", b"\n-" + word + b"\n", heard=[])) as port, pytest.raises(error):
        metadata(port).set("INBOX", "/private/x", "v")


@pytest.mark.parametrize(
    "answers",
    [(b"* OK IMAP\r\n",), (b"",), (b"+\n", b""), (b"+\n", b"v\t\n"), (b"+\n", b"v\t\nwhat\n"), (b"\0\n",)],
)
def test_any_other_server_is_one_line(answers: tuple[bytes, ...]) -> None:
    with serving(server(*answers, heard=[])) as port, pytest.raises(LiveServerError) as caught:
        metadata(port).get("INBOX", "/private/x")
    assert "\n" not in str(caught.value)


def test_a_server_that_says_nothing_is_given_up() -> None:
    def script(connection: socket.socket) -> None:
        while connection.recv(100):
            pass

    with serving(script) as port, pytest.raises(LiveServerError, match=r"no answer within 0\.2 seconds"):
        metadata(port, timeout=0.2).get("INBOX", "/private/x")


@pytest.mark.parametrize("answers", [(b"+" * 40 + b"\n",), (b"+\n", b"a long value\t\n+\n")])
def test_a_server_that_drips_its_answer_is_given_up(answers: tuple[bytes, ...]) -> None:
    with (
        serving(dripping(server(*answers, heard=[]), answers[-1])) as port,
        pytest.raises(LiveServerError, match=r"no whole answer within 0\.2 seconds"),
    ):
        metadata(port, timeout=0.2).get("INBOX", "/private/x")


def test_an_answer_in_small_pieces_is_read_whole() -> None:
    answers = server(b"+\n", b"a value\t\n+\n", heard=[])
    with serving(dripping(answers, pause=0.001)) as port:
        assert metadata(port).get("INBOX", "/private/x") == "a value"


def test_typing_a_password_takes_none_of_the_servers_time() -> None:
    now = [0.0]

    def slowly() -> str:
        now[0] += 100.0
        return "hush"

    with serving(server(b"-\n", b"+\n", b"v\t\n+\n", heard=[])) as port:
        address = SocketAddress(host="127.0.0.1", port=port)
        store = DoveadmMetadata(DoveadmSocket(address, slowly, 50.0, lambda: now[0]), "bob")
        assert store.get("INBOX", "/private/x") == "v"


def test_a_socket_that_is_not_there_is_said_in_doveadms_words(tmp_path: Path) -> None:
    store = DoveadmMetadata(DoveadmSocket(SocketAddress(path=f"{tmp_path}/no"), lambda: ""), "bob")
    with pytest.raises(LiveServerError) as caught:
        store.get("INBOX", "/private/x")
    assert str(caught.value) == f"net_connect_unix({tmp_path}/no) failed: No such file or directory"


@pytest.mark.parametrize("host", ["hö\udcff", "a..b", "x" * 300, "a b"])
def test_a_host_that_can_not_be_is_one_line(host: str) -> None:
    address = SocketAddress(host=host, port=1)
    with pytest.raises(LiveServerError) as caught:
        DoveadmMetadata(DoveadmSocket(address, lambda: ""), "bob").get("INBOX", "/private/x")
    assert "\n" not in str(caught.value)
