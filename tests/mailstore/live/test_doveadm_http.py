"""Doveadm's HTTP API with a server that answers as Dovecot does, and with others."""

from __future__ import annotations

import json
import socket
from dataclasses import replace

import pytest

from mailstore.entries import EntryNameError, EntryType, ReadOnlyEntryError
from mailstore.live.address import ServerAddress
from mailstore.live.doveadm_api import CommandFailedError, DoveadmMetadata, user_names
from mailstore.live.doveadm_http import DoveadmHttp, api_key_header, password_header
from mailstore.live.errors import AccessDeniedError, LiveServerError, ServerFailureError
from mailstore.metadata import Listing, MailboxNotFoundError, NotEnabledError
from mailstore.users import UnknownUserError
from tests.mailstore.live.fake_servers import Script, dripping, http_answer, read_request, serving

ENTRY = "/private/vendor/vendor.dovecot/http-notify"


def api(port: int, timeout: float = 5) -> DoveadmHttp:
    return DoveadmHttp(
        ServerAddress("doveadm-http", "127.0.0.1", port), api_key_header("secretkey"), False, timeout
    )


def response(rows: object) -> Script:
    return http_answer(json.dumps([["doveadmResponse", rows, "pushnotif"]]).encode())


def exit_code(code: int) -> Script:
    return http_answer(b'[["error",{"type":"exitCode", "exitCode":%d},"pushnotif"]]' % code)


def test_the_keys_are_sent_as_dovecot_wants_them() -> None:
    assert api_key_header("secretkey") == "X-Dovecot-API c2VjcmV0a2V5"
    assert password_header("x") == "Basic ZG92ZWFkbTp4"
    assert "c2VjcmV0" not in repr(api(1))


def test_a_call_is_one_command_with_its_parameters() -> None:
    heard: list[tuple[bytes, bytes]] = []

    def script(connection: socket.socket) -> None:
        heard.append(read_request(connection))
        connection.sendall(b'HTTP/1.1 200 OK\r\n\r\n[["doveadmResponse",[],"pushnotif"]]')

    with serving(script) as port:
        DoveadmMetadata(api(port), "bob").set("", ENTRY, "user=bob\tx=é\x01")
    [(head, body)] = heard
    assert head.startswith(b"POST /doveadm/v1 HTTP/1.1\r\n")
    assert b"X-Dovecot-API c2VjcmV0a2V5" in head
    parameters = {"user": "bob", "mailbox": "", "key": ENTRY, "value": "user=bob\tx=é\x01"}
    assert json.loads(body) == [
        ["mailboxMetadataSet", {**parameters, "allowEmptyMailboxName": True}, "pushnotif"]
    ]
    assert "é".encode() in body


def test_a_value_is_read() -> None:
    with serving(response([{"value": "a\tb"}])) as port:
        assert DoveadmMetadata(api(port), "bob").get("INBOX", "/private/x") == "a\tb"


def test_names_are_listed_by_type() -> None:
    with serving(response([{"key": "/private/a"}, {"key": "/shared/b"}, {"key": "/private/"}])) as port:
        assert DoveadmMetadata(api(port), "bob").list("INBOX") == (
            Listing(EntryType.PRIVATE, ("a", "")),
            Listing(EntryType.SHARED, ("b",)),
        )


@pytest.mark.parametrize(
    ("code", "entry", "error"),
    [
        (67, "/private/x", UnknownUserError),
        (68, "/private/x", MailboxNotFoundError),
        (65, "/private/x", NotEnabledError),
        (65, "/private/specialuse", ReadOnlyEntryError),
    ],
)
def test_exit_codes_become_errors(code: int, entry: str, error: type[Exception]) -> None:
    with serving(exit_code(code)) as port, pytest.raises(error):
        DoveadmMetadata(api(port), "bob").set("INBOX", entry, "v")


@pytest.mark.parametrize(("code", "ours"), [(75, 75), (1, 1), (-1, 255), (1002, 255)])
def test_other_exit_codes_are_passed_on(code: int, ours: int) -> None:
    with serving(exit_code(code)) as port, pytest.raises(ServerFailureError) as caught:
        DoveadmMetadata(api(port), "bob").get("INBOX", "/private/x")
    assert caught.value.exit_code == ours


def test_a_failing_list_still_has_the_built_in_names() -> None:
    with serving(exit_code(68)) as port:
        private, shared = DoveadmMetadata(api(port), "bob").list("Nope")
    assert private.names == ("comment", "specialuse")
    assert shared.names == ("comment",)
    assert isinstance(private.error, MailboxNotFoundError)


def test_keys_are_checked_before_anything_is_sent() -> None:
    store = DoveadmMetadata(api(1), "bob")
    for entry in ("", "/foo", "/privatex", "private/x"):
        with pytest.raises(EntryNameError):
            store.get("INBOX", entry)
    with pytest.raises(EntryNameError):
        store.set("INBOX", "/private", "v")
    with pytest.raises(EntryNameError):
        store.get("INBOX", "/private/\udcff")


def test_the_users_are_listed() -> None:
    with serving(response({"userList": ["alice", "bob"]})) as port:
        assert list(user_names(api(port))) == ["alice", "bob"]


NOT_THE_API: list[Script] = [
    http_answer(b"<html>"),
    http_answer(b""),
    http_answer(b"[]"),
    http_answer(b"{}"),
    http_answer(b"null"),
    http_answer(b"\xff\xff"),
    http_answer(b"[" * 100_000),
    http_answer(b'[["doveadmResponse",[],"other"]]'),
    http_answer(b'[["error",[],"pushnotif"]]'),
    http_answer(b'[["error",{"type":"unknownMethod", "exitCode":0},"pushnotif"]]'),
    http_answer(b'[["doveadmResponse",7,"pushnotif"]]'),
    http_answer(b'[["doveadmResponse",[7],"pushnotif"]]'),
    http_answer(b"", "404 Not Found"),
    http_answer(b"", "302 Found"),
    lambda connection: connection.sendall(b"* OK IMAP ready\r\n"),
    lambda connection: read_request(connection) and None,
    lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[["),
]


@pytest.mark.parametrize("number", range(len(NOT_THE_API)))
def test_any_other_server_is_one_line(number: int) -> None:
    with serving(NOT_THE_API[number]) as port, pytest.raises(LiveServerError) as caught:
        DoveadmMetadata(api(port), "bob").get("INBOX", "/private/x")
    assert "\n" not in str(caught.value)
    assert f"doveadm-http://127.0.0.1:{port}" in str(caught.value)


def test_a_refused_key_is_said_without_showing_it() -> None:
    with (
        serving(http_answer(b"", "401 Authentication required")) as port,
        pytest.raises(AccessDeniedError) as caught,
    ):
        api(port).run("user", {})
    assert "secretkey" not in str(caught.value)


def test_a_refused_request_is_said_in_the_servers_words() -> None:
    script = http_answer(b"JSON parse error: Excessive string size (> 32768)\r\n", "400 Bad Request")
    with serving(script) as port, pytest.raises(ServerFailureError, match="Excessive string size") as caught:
        api(port).run("user", {})
    assert caught.value.exit_code == 64


def test_a_server_that_is_not_there_is_one_line() -> None:
    with serving(http_answer(b"")) as port:
        pass
    with pytest.raises(LiveServerError, match="Connection refused"):
        api(port).run("user", {})


def test_a_server_that_says_nothing_is_given_up() -> None:
    def script(connection: socket.socket) -> None:
        read_request(connection)
        connection.recv(1)

    with serving(script) as port, pytest.raises(LiveServerError, match=r"no answer within 0\.2 seconds"):
        api(port, 0.2).run("user", {})


HEAD = b"HTTP/1.1 200 OK\r\n\r\n"


@pytest.mark.parametrize("slow", [HEAD, b"doveadmResponse"])
def test_a_server_that_drips_its_answer_is_given_up(slow: bytes) -> None:
    def script(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(HEAD)
        connection.sendall(b'[["doveadmResponse",[],"pushnotif"]]')

    with (
        serving(dripping(script, slow)) as port,
        pytest.raises(LiveServerError, match=r"no whole answer within 0\.2 seconds"),
    ):
        api(port, 0.2).run("user", {})


def test_an_answer_in_small_pieces_is_read_whole() -> None:
    with serving(dripping(response([{"value": "a"}]), pause=0.001)) as port:
        assert DoveadmMetadata(api(port), "bob").get("INBOX", "/private/x") == "a"


def test_the_time_is_that_of_the_clock() -> None:
    now = [0.0]

    def script(connection: socket.socket) -> None:
        read_request(connection)
        now[0] = 50.0
        connection.sendall(HEAD)

    with (
        serving(script) as port,
        pytest.raises(LiveServerError, match=r"no (whole )?answer within 50 seconds"),
    ):
        replace(api(port, 50), clock=lambda: now[0]).run("user", {})


def test_an_exit_code_alone_is_an_error_of_its_own() -> None:
    with serving(exit_code(64)) as port, pytest.raises(CommandFailedError):
        api(port).run("user", {})
