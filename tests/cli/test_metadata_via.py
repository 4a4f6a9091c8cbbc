"""`pushnotif metadata --via`, up to the point where a server is asked."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from tests.cli.conftest import Outcome, Run
from tests.mailstore.live.fake_servers import http_answer, read_request, serving


@pytest.fixture
def call(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``pushnotif metadata`` with a configuration that has a key, and no secrets around."""
    monkeypatch.delenv("PUSHNOTIF_DOVEADM_API_KEY", raising=False)
    monkeypatch.delenv("PUSHNOTIF_IMAP_PASSWORD", raising=False)
    configuration = tmp_path / "dovecot.conf"
    configuration.write_text("doveadm_api_key = hush\n")

    def metadata(*arguments: object) -> Outcome:
        return run("metadata", "-c", configuration, *arguments)

    return metadata


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://localhost", 64),
        ("doveadm-http://hush@localhost", 64),
        ("imap://bob:hush@localhost", 64),
        ("imap://localhost", 64),
        ("imap://alice@localhost", 64),
        ("doveadm-http://127.0.0.1:1", 75),
        ("imap://127.0.0.1:1", 75),
        ("imaps://bob@127.0.0.1:1", 75),
    ],
)
def test_a_server_that_can_not_be_asked_is_one_line(call: Run, url: str, code: int) -> None:
    user = () if url == "imap://localhost" else ("-u", "bob")
    outcome = call("get", "--via", url, *user, "INBOX", "/private/x")
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (code, "", 1)
    assert "hush" not in outcome.err


def test_without_a_terminal_nobody_is_asked_for_a_secret(run: Run, tmp_path: Path, call: Run) -> None:
    (tmp_path / "dovecot.conf").write_text("protocols = imap\n")
    outcome = call("get", "--via", "doveadm-http://127.0.0.1:1", "-u", "bob", "INBOX", "/private/x")
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (77, "", 1)
    assert "PUSHNOTIF_DOVEADM_API_KEY" in outcome.err


def test_the_key_of_the_configuration_wins(call: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUSHNOTIF_DOVEADM_API_KEY", "other")
    heads: list[bytes] = []

    def script(connection: socket.socket) -> None:
        heads.append(read_request(connection)[0])
        connection.sendall(b'HTTP/1.1 200 OK\r\n\r\n[["doveadmResponse",[{"value":"v"}],"pushnotif"]]')

    with serving(script) as port:
        url = f"doveadm-http://127.0.0.1:{port}"
        outcome = call("-f", "json", "get", "--via", url, "-u", "bob", "INBOX", "/private/x")
    assert outcome == Outcome(0, '[{"value":"v"}]', "")
    assert b"X-Dovecot-API aHVzaA==" in heads[0]


def test_a_password_is_sent_as_basic(call: Run, tmp_path: Path) -> None:
    (tmp_path / "dovecot.conf").write_text("doveadm_password = hush\n")
    heads: list[bytes] = []

    def script(connection: socket.socket) -> None:
        heads.append(read_request(connection)[0])
        connection.sendall(b"HTTP/1.1 401 Authentication required\r\n\r\n")

    with serving(script) as port:
        url = f"doveadm-http://127.0.0.1:{port}"
        outcome = call("get", "--via", url, "-u", "bob", "INBOX", "/private/x")
    assert (outcome.code, outcome.err.count("\n")) == (77, 1)
    assert "hush" not in outcome.err
    assert b"Basic ZG92ZWFkbTpodXNo" in heads[0]


def test_a_wrong_entry_name_is_never_sent(call: Run) -> None:
    outcome = call("get", "--via", "doveadm-http://127.0.0.1:1", "-u", "bob", "INBOX", "/privatex")
    assert outcome.code == 64
    assert "Must begin with /private or /shared" in outcome.err


def test_a_user_who_is_not_there_ends_as_with_doveadm(call: Run) -> None:
    with serving(http_answer(b'[["error",{"type":"exitCode", "exitCode":67},"pushnotif"]]')) as port:
        url = f"doveadm-http://127.0.0.1:{port}"
        outcome = call("get", "--via", url, "-u", "bob", "INBOX", "/private/x")
    assert (outcome.code, outcome.err) == (67, "pushnotif: Error: User doesn't exist\n")


def test_all_users_are_those_of_the_server(call: Run) -> None:
    def script(connection: socket.socket) -> None:
        [[command, parameters, tag]] = json.loads(read_request(connection)[1])
        rows = {"userList": ["a1", "a2", "b"]} if command == "user" else [{"value": parameters["user"] * 2}]
        answer = json.dumps([["doveadmResponse", rows, tag]])
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + answer.encode())

    with serving(script) as port:
        url = f"doveadm-http://127.0.0.1:{port}"
        outcome = call("get", "--via", url, "-u", "a?", "INBOX", "/private/x")
    assert outcome == Outcome(0, "a1 a1a1\na2 a2a2\n", "")


def test_imap_has_one_user_only(call: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUSHNOTIF_IMAP_PASSWORD", "hush")
    outcome = call("get", "--via", "imap://bob@127.0.0.1:1", "-A", "INBOX", "/private/x")
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (75, "", 1)
    assert "one user only" in outcome.err


def test_no_configuration_is_needed_beside_a_server(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.common.SYSTEM_CONFIG", "/nowhere/dovecot.conf")
    monkeypatch.setenv("PUSHNOTIF_DOVEADM_API_KEY", "key")
    with serving(http_answer(b'[["doveadmResponse",[{"value":"v"}],"pushnotif"]]')) as port:
        url = f"doveadm-http://127.0.0.1:{port}"
        outcome = run("metadata", "get", "--via", url, "-u", "bob", "INBOX", "/private/x")
    assert outcome == Outcome(0, "v\n", "")
