"""What doveadm and pushnotif send to a dict server, and how they take its answers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.main import run
from tests.dovecot.dict_sides import (
    AWKWARD,
    MESSAGE,
    OTHER_SOCKET,
    TIMES,
    Both,
    Outcome,
    both_sides,
)
from tests.dovecot.harness.listener import HttpListener
from tests.dovecot.harness.pool import DovecotFactory
from tests.mailstore.dict_server import Scripted, home_made, listen, scripted


@pytest.fixture(params=["2.3", "2.4"])
def both(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    http_listener: HttpListener,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> Both:
    version = str(request.param)
    start: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    return both_sides(version, start, tmp_path, http_listener.url("/notify"), capfdbinary)


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (("set", "INBOX", "/private/k", AWKWARD), b"*1\n+1\tO1\t1\t0\t1\t0\n"),
        (("set", "INBOX", "/shared/k", ""), b"*1\n+1\tO1\t1\t0\t1\t0\n"),
        (("unset", "INBOX", "/private/k"), b"*1\n+1\tO1\t1\t0\t1\t0\n"),
        (("get", "INBOX", "/private/k"), b"*1\n+1\tOval\x01tx\t1\t0\t1\t0\n"),
        (("get", "INBOX", "/shared/k"), b"*1\n+1\tMval\x011tx\x01tb\t1\t0\t1\t0\n"),
        (("get", "INBOX", "/private/k"), b"Ov\n"),
        (("get", "INBOX", "/private/k"), b"N\n"),
        (("get", "INBOX", "/private/k"), b"F\n"),
        (("get", "INBOX", "/private/k"), b"Fno such\n"),
        (("set", "INBOX", "/private/k", "v"), b"F1\tno such table\n"),
        (("set", "INBOX", "/private/k", "v"), b"W1\tnobody knows\n"),
        (("set", "INBOX", "/private/k", "v"), b"N1\n"),
        (("set", "INBOX", "/private/k", "v"), b"O\n"),
        (("set", "INBOX", "/private/k", "v"), b"F\n"),
        (("list", "INBOX", "/private/vendor/"), b"F\n"),
        (("list", "INBOX", "/shared/vendor"), b"Fno\n"),
        (("list", "INBOX", "/private/vendor/"), b"*1\n+1\t\t1\t0\t1\t0\n"),
        (("list", "INBOX", "/private/vendor/"), b"\n"),
    ],
    ids=str,
)
def test_both_say_the_same_to_a_server_and_take_its_answer_the_same(
    both: Both, call: tuple[str, ...], answer: bytes
) -> None:
    theirs, ours, received = ask_scripted(both, call, answer)
    assert ours == theirs
    assert received[0] == received[1]


@pytest.mark.parametrize(
    "call",
    [("set", "INBOX", "/private/k", "v"), ("get", "INBOX", "/private/k"), ("list", "INBOX", "/private/a/")],
    ids=" ".join,
)
def test_an_answer_that_is_none_is_told_also_where_doveadm_crashes(both: Both, call: tuple[str, ...]) -> None:
    theirs, ours, _ = ask_scripted(both, call, b"Xab\n")
    assert ours.code == 75
    assert "reply: Xab\n" in ours.errors
    crashes = both.server.version == "2.3" or call[0] == "list"
    assert theirs.code < 0 if crashes else theirs == ours


def test_both_work_with_a_home_made_server(both: Both) -> None:
    user = both.new_user()
    path, place = both.server.root / "homemade", both.server.place.root
    root = str(both.server.root)
    override = OTHER_SOCKET[both.server.version] % f"{place}/homemade"
    calls = [
        ("get", "INBOX", "/private/token"),
        ("set", "INBOX", "/private/token", "a b"),
        ("get", "INBOX", "/private/token"),
        ("set", "INBOX", "/private/token", ""),
        ("set", "INBOX", "/private/refused", "x"),
        ("unset", "INBOX", "/private/token"),
        ("list", "INBOX"),
        ("list", "INBOX", "/private/vendor/"),
    ]
    try:
        with home_made(path, ["token"]) as server:
            path.chmod(0o666)
            for call in calls:
                before = dict(server.values)
                theirs = both.theirs("-o", override, call[0], "-u", user, *call[1:])
                kept, server.values = server.values, before
                ours = both.ours("-o", override.replace(place, root), call[0], "-u", user, *call[1:])
                assert ours == theirs
                assert server.values == kept
    finally:
        path.unlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root acts as the mail user")
def test_the_ox_driver_says_the_same_of_a_server_that_it_may_not_ask(both: Both, tmp_path: Path) -> None:
    user = both.new_user()
    mail = tmp_path / "mail"
    mail.write_bytes(MESSAGE)
    socket_path = both.server.root / "run" / "dict"
    socket_path.chmod(0o600)
    try:
        both.server.forget_log()
        both.server.deliver_lmtp(user, MESSAGE)
        both.capture.readouterr()
        call = ["simulate", "message-new", "-c", str(both.configuration), "-u", user, "--message", str(mail)]
        assert run([*call, "--dry-run"]) == 1
    finally:
        socket_path.chmod(0o666)
    ours = both.capture.readouterr().out.decode()
    (theirs,) = [line for line in both.server.push_log() if "unable to get attribute" in line]
    assert TIMES.sub("", theirs).replace(both.server.place.root, str(both.server.root)) in ours


def ask_scripted(both: Both, call: tuple[str, ...], answer: bytes) -> tuple[Outcome, Outcome, list[bytes]]:
    """Let doveadm, then pushnotif, ask a server that gives ``answer``; return their ends and requests."""
    user = both.new_user()
    path, place = both.server.root / "scripted", both.server.place.root
    override = OTHER_SOCKET[both.server.version] % f"{place}/scripted"
    listener, script = listen(path), Scripted([answer, answer], hold=True)
    path.chmod(0o666)
    args = (call[0], "-u", user, *call[1:])
    try:
        with scripted(listener, script):
            theirs = both.theirs("-o", override, *args)
            ours = both.ours("-o", override.replace(place, str(both.server.root)), *args)
    finally:
        path.unlink()
    return theirs, ours, script.received
