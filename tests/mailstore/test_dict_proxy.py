from __future__ import annotations

import itertools
import socket
import time
from pathlib import Path

import pytest

from dovecot_conf.errors import DictError
from dovecot_conf.versions import Version
from mailstore.dict_interface import SilentDictError
from mailstore.dict_protocol import dialects
from mailstore.dict_proxy import ProxyDict, ProxyTimes
from mailstore.proxy_address import TcpAddress
from tests.mailstore.dict_server import Scripted, home_made, listen, listen_tcp, scripted
from tests.mailstore.dict_transcripts import KEY, LOOKUP, ROWS_23, TRANSCRIPTS, G, Use

HASTY = ProxyTimes(connect=0.1, reply=0.2)
HELLO = {Version.V23: b"H3\t2\t0\t\tmetadata\n", Version.V24: b"H4\t0\t0\t\tmetadata\n"}

USES: dict[str, Use] = {
    "lookup": lambda store: store.lookup(KEY),
    "list": lambda store: store.keys_below(f"priv/{G}/"),
    "update": lambda store: store.update({KEY: "v"}),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "dict"


def proxy(address: Path | TcpAddress, version: Version = Version.V23, times: ProxyTimes = HASTY) -> ProxyDict:
    return ProxyDict(address, "metadata", "alice", dialects(version), times)


def reply(path: Path, *answers: bytes, use: Use, version: Version = Version.V23) -> object:
    with scripted(listen(path), Scripted(answers)):
        return use(proxy(path, version))


def failure(path: Path, *answers: bytes, use: Use) -> str:
    with pytest.raises(DictError) as caught:
        reply(path, *answers, use=use)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("version", TRANSCRIPTS)
def test_requests_and_replies_are_those_of_a_real_server(path: Path, version: Version) -> None:
    steps = TRANSCRIPTS[version]
    script = Scripted([answer for _, _, answer, _ in steps])
    with scripted(listen(path), script):
        store = proxy(path, version)
        results = [use(store) for use, _, _, _ in steps]
    assert script.received == [HELLO[version] + request for _, request, _, _ in steps]
    assert results == [result for _, _, _, result in steps]


# Home-made servers


def test_a_home_made_server_without_ids_and_times_is_understood(path: Path) -> None:
    with home_made(path, ["devicetoken"]) as server:
        store = proxy(path)
        assert store.lookup(f"priv/{G}/devicetoken") is None
        store.update({f"priv/{G}/devicetoken": "a b"})
        assert server.values == {("alice", "devicetoken"): "a b"}
        assert store.lookup(f"priv/{G}/devicetoken") == "a b"
        assert list(store.keys_below(f"priv/{G}/")) == []
        store.update({f"priv/{G}/devicetoken": None})
        store.update({f"priv/{G}/devicetoken": ""})
        assert store.lookup(f"priv/{G}/devicetoken") == ""


def test_a_home_made_server_may_refuse_without_a_reason(path: Path) -> None:
    with home_made(path, []), pytest.raises(DictError) as caught:
        proxy(path).update({KEY: "v"})
    assert str(caught.value) == "dict-server returned failure: "


# Which major


def test_the_other_major_is_tried_when_the_server_closes_without_a_word(path: Path) -> None:
    script = Scripted([b"", b"*1\n+1\tOv\n", b"*1\n+1\tOw\n"])
    with scripted(listen(path), script):
        store = proxy(path, Version.V24)
        assert store.lookup(KEY) == "v"
        assert store.lookup(KEY) == "w"
    assert [data[:2] for data in script.received] == [b"H4", b"H3", b"H3"]


def test_a_server_that_knows_neither_major_closed_the_connection(path: Path) -> None:
    assert failure(path, b"", b"", use=USES["update"]) == "Connection closed"


def test_a_major_that_worked_once_is_kept(path: Path) -> None:
    script = Scripted([b"N\n", b"", b"N\n"])
    with scripted(listen(path), script):
        store = proxy(path)
        assert store.lookup(KEY) is None
        with pytest.raises(DictError, match=r"^Connection closed$"):
            store.update({KEY: "v"})
    assert [data[:2] for data in script.received] == [b"H3", b"H3"]


# Faults


@pytest.mark.parametrize("name", USES)
def test_a_server_that_ends_in_the_middle_of_any_reply_is_one_clear_error(path: Path, name: str) -> None:
    answer = {"lookup": b"*1\n+1\tOv\t1\n", "list": ROWS_23, "update": b"*1\n+1\tO1\t1\n"}[name]
    for length in range(1, len(answer)):
        assert failure(path, answer[:length], use=USES[name]) == "Connection closed"
        path.unlink()
    reply(path, answer, use=USES[name])


@pytest.mark.parametrize("name", USES)
@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (b"F1\tno such table\t1\t2\t3\t4\n", "dict-server returned failure: "),
        (b"*1\n+1\tF1\tno such table\n", "dict-server returned failure: "),
        (b"F\n", "dict-server returned failure"),
        (b"X1\n", "X1"),
        (b"*x\n", "Received invalid async-id line: *x"),
        (b"*1\n*2\n", "Received async-id line, but the request has one: *2"),
        (b"*1\n+2\tOv\n", "Received reply for nonexistent async-id 2"),
        (b"+1\tOv\n", "Received reply for nonexistent async-id 1"),
        (b"\xff\xfe\x00\x01\x02\n", "reply: "),
        (b"HTTP/1.0 400 Bad Request\r\n", "reply: HTTP/1.0 400 Bad Request?"),
    ],
)
def test_an_answer_that_is_none_is_one_clear_error(
    path: Path, name: str, answer: bytes, message: str
) -> None:
    assert message in failure(path, answer, use=USES[name])


def test_each_request_says_in_its_own_words_what_came_instead_of_an_answer(path: Path) -> None:
    messages = []
    for use in USES.values():
        messages.append(failure(path, b"Xab\n", use=use).replace(str(path), "PATH"))
        path.unlink()
    assert messages == [
        f"dict-client: Invalid lookup 'L{KEY}\talice' reply: Xab",
        "dict client (PATH) sent broken iterate reply: Xab",
        "dict-client: Invalid commit reply: Xab",
    ]


def test_a_row_has_a_value(path: Path) -> None:
    assert "sent broken iterate reply: Opriv/" in failure(path, b"Opriv/x\n\n", use=USES["list"])


def test_a_row_from_elsewhere_is_an_error(path: Path) -> None:
    message = failure(path, b"Opriv/2/x\t\n\n", use=USES["list"])
    assert message == f"dict-server returned a key that isn't below priv/{G}/: priv/2/x"


def test_a_silent_server_ends_in_a_time_out(path: Path) -> None:
    with scripted(listen(path), Scripted([b"*1\n"], hold=True)), pytest.raises(DictError) as caught:
        proxy(path).lookup(KEY)
    assert str(caught.value) == "Dict server timeout: No input for 0.200 secs"


def test_a_server_that_sends_byte_after_byte_ends_in_a_time_out(path: Path) -> None:
    started = time.monotonic()
    with (
        scripted(listen(path), Scripted([b"O" + b"x" * 60 + b"\n"], pause=0.03)),
        pytest.raises(DictError, match="timeout"),
    ):
        proxy(path).lookup(KEY)
    assert time.monotonic() - started < 5


def test_a_slow_iteration_may_take_longer_than_one_line(path: Path) -> None:
    answer = b"".join(b"O" + f"priv/{G}/{n}".encode() + b"\t\n" for n in range(4)) + b"\n"
    with scripted(listen(path), Scripted([answer], pause=0.002)):
        store = proxy(path, times=ProxyTimes(reply=0.25))
        assert list(store.keys_below(f"priv/{G}/")) == ["0", "1", "2", "3"]


def test_rows_without_end_are_given_up_when_all_of_them_have_a_time(path: Path) -> None:
    answer = b"".join(b"O" + f"priv/{G}/{n}".encode() + b"\t\n" for n in range(10)) + b"\n"
    with scripted(listen(path), Scripted([answer], pause=0.002)):
        store = proxy(path, times=ProxyTimes(reply=5.0, whole=0.2))
        with pytest.raises(SilentDictError) as caught:
            store.keys_below(f"priv/{G}/")
    assert str(caught.value) == "Dict server timeout: No input for 0.200 secs"
    assert caught.value.seconds == 0.2


def test_the_time_is_that_of_the_clock(path: Path) -> None:
    ticks = itertools.count(step=20)
    with (
        scripted(listen(path), Scripted([b"O" + b"x" * 100 + b"\n"], pause=0.001)),
        pytest.raises(DictError, match=r"No input for 30\.000 secs"),
    ):
        proxy(path, times=ProxyTimes(clock=lambda: float(next(ticks)))).lookup(KEY)


# Addresses


def test_a_server_may_listen_on_tcp() -> None:
    listener = listen_tcp()
    address = TcpAddress("127.0.0.1", listener.getsockname()[1])
    with scripted(listener, Scripted([b"*1\n+1\tOv\n"])) as script:
        assert proxy(address).lookup(KEY) == "v"
    assert script.received == [HELLO[Version.V23] + LOOKUP]


def test_a_missing_socket_is_named(path: Path) -> None:
    for use in USES.values():
        with pytest.raises(DictError) as caught:
            use(proxy(path))
        assert str(caught.value) == f"net_connect_unix({path}) failed: No such file or directory"


def test_a_socket_nobody_listens_on_is_named(path: Path) -> None:
    listen(path).close()
    with pytest.raises(DictError) as caught:
        proxy(path).lookup(KEY)
    assert str(caught.value) == f"net_connect_unix({path}) failed: Connection refused"


def test_a_path_that_is_too_long_for_a_socket_is_named(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 150)
    with pytest.raises(DictError) as caught:
        proxy(path).lookup(KEY)
    assert str(caught.value) == f"net_connect_unix({path}) failed: Invalid argument"


def test_a_closed_port_is_named() -> None:
    with listen_tcp() as listener:
        port = listener.getsockname()[1]
    with pytest.raises(DictError) as caught:
        proxy(TcpAddress("127.0.0.1", port)).lookup(KEY)
    assert str(caught.value) == f"net_connect_ip(127.0.0.1:{port}) failed: Connection refused"


def test_a_bad_key_reaches_no_server(path: Path) -> None:
    with scripted(listen(path), Scripted([b"N\n"])) as script, pytest.raises(DictError, match="not sent"):
        proxy(path).lookup("vendor/x")
    assert script.received == []


def test_no_change_reaches_no_server(path: Path) -> None:
    proxy(path).update({})


def test_a_big_value_comes_back_whole(path: Path) -> None:
    value = "x" * 1_000_000
    assert reply(path, b"O" + value.encode() + b"\n", use=USES["lookup"]) == value


def test_a_transaction_of_many_keys_is_one_connection(path: Path) -> None:
    changes: dict[str, str | None] = {f"priv/{G}/{n}": "v" * 100 for n in range(5000)}
    with scripted(listen(path), Scripted([b"O1\n"])) as script:
        proxy(path, times=ProxyTimes()).update(changes)
    assert len(script.received) == 1
    assert script.received[0].count(b"\nS1\t") == 5000


def test_the_connection_is_closed_after_each_request(path: Path) -> None:
    listener = listen(path)
    ends: list[bytes] = []

    class Waiting(Scripted):
        def _talk(self, connection: socket.socket, answer: bytes) -> None:
            super()._talk(connection, answer)
            ends.append(connection.recv(1))

    with scripted(listener, Waiting([b"N\n"])):
        proxy(path).lookup(KEY)
    assert ends == [b""]
