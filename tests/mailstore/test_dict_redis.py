from __future__ import annotations

import builtins
import itertools
import socket
import sys
from collections.abc import Callable, Iterator

import pytest

from dovecot_conf.errors import DictError
from mailstore.dict_file import RefusedDictError
from mailstore.dict_redis import MISSING, NO_LIST, RedisDict, redis_key
from mailstore.dict_values import RedisSetting
from tests.mailstore.live.fake_servers import serving
from tests.mailstore.slow_redis import VALUE, slow_redis
from tests.redis_server import PASSWORD, RedisServer

KEY = "priv/G/a"
AWKWARD = "a\r\nb\tc\x01é\udcff"


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Give a port where somebody listens and never says anything."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_private_key_has_the_user_in_front_and_a_shared_one_has_not() -> None:
    assert redis_key("pn/", "alice", "priv/G/a/b") == "pn/alice/G/a/b"
    assert redis_key("pn/", "alice", "shared/G/a/b") == "pn/G/a/b"


def test_only_a_user_name_with_a_slash_is_escaped() -> None:
    assert redis_key("", "a/b\\c", "priv/G/k") == "a\\-b\\\\c/G/k"
    assert redis_key("", "b\\c", "priv/G/k") == "b\\c/G/k"


def test_values_are_stored_as_they_are(redis_server: RedisServer) -> None:
    store = RedisDict(RedisSetting(port=redis_server.port, prefix="p/"), "alice")
    store.update({KEY: AWKWARD, "shared/G/a": ""})
    assert redis_server.pairs() == {b"p/alice/G/a": AWKWARD.encode(errors="surrogateescape"), b"p/G/a": b""}
    assert (store.lookup(KEY), store.lookup("shared/G/a"), store.lookup("priv/G/b")) == (AWKWARD, "", None)


def test_removing_a_key_that_is_not_there_is_fine(redis_server: RedisServer) -> None:
    store = RedisDict(RedisSetting(port=redis_server.port), "alice")
    store.update({KEY: "v"})
    store.update({KEY: None, "priv/G/nosuch": None})
    assert redis_server.pairs() == {}


def test_a_unix_socket_a_database_and_a_time_to_live(redis_server: RedisServer) -> None:
    there = RedisSetting(socket_path=redis_server.socket_path, db=3)
    RedisDict(there, "alice").update({KEY: "v"})
    assert (redis_server.pairs(), redis_server.pairs(3)) == ({}, {b"alice/G/a": b"v"})
    RedisDict(RedisSetting(port=redis_server.port, expire_secs=77), "alice").update(
        {KEY: "v", "priv/G/b": "w"}
    )
    assert {redis_server.seconds_left(key) for key in redis_server.pairs()} <= {76, 77}


def test_a_password_is_said(redis_server: RedisServer) -> None:
    redis_server.require_password()
    store = RedisDict(RedisSetting(port=redis_server.port, password=PASSWORD, db=2), "alice")
    store.update({KEY: "v"})
    assert store.lookup(KEY) == "v"
    assert PASSWORD not in repr(store.setting) + store.setting.location


def _error_of(call: Callable[[], object]) -> str:
    with pytest.raises(DictError) as caught:
        call()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_server_that_is_not_there_is_one_line() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        store = RedisDict(RedisSetting(port=free.getsockname()[1]), "alice")
        why = f"connect({store.setting.address}) failed: Connection refused"
        assert _error_of(lambda: store.update({KEY: "v"})) == why
        assert _error_of(lambda: store.lookup(KEY)) == f"redis: Communication failure (last reply: ): {why}"


def test_a_socket_that_is_not_there_is_one_line() -> None:
    store = RedisDict(RedisSetting(socket_path="/nowhere/socket"), "alice")
    assert (
        _error_of(lambda: store.update({KEY: "v"}))
        == "connect(/nowhere/socket) failed: No such file or directory"
    )


def test_a_server_that_says_nothing_is_waited_for_no_longer_than_the_setting_says(silent_port: int) -> None:
    store = RedisDict(RedisSetting(port=silent_port, timeout_msecs=150), "alice")
    assert _error_of(lambda: store.update({KEY: "v"})) == "redis: Commit timed out in 0.150 secs"
    assert "Lookup timed out in 0.150 secs" in _error_of(lambda: store.lookup(KEY))


def test_a_server_that_drips_its_answer_is_given_up() -> None:
    with serving(slow_redis(pause=0.05)) as port:
        store = RedisDict(RedisSetting(port=port, timeout_msecs=200), "alice")
        assert "Lookup timed out in 0.200 secs" in _error_of(lambda: store.lookup(KEY))
        assert _error_of(lambda: store.update({KEY: "v"})) == "redis: Commit timed out in 0.200 secs"


def test_each_answer_to_a_change_has_its_own_time() -> None:
    with serving(slow_redis(wait=0.1)) as port:
        store = RedisDict(RedisSetting(port=port, timeout_msecs=500), "alice")
        store.update({f"priv/G/{number}": "v" for number in range(6)})


def test_the_time_is_that_of_the_clock() -> None:
    ticks = itertools.count(step=20)
    with serving(slow_redis(pause=0.001)) as port:
        setting = RedisSetting(port=port, timeout_msecs=200_000)
        assert RedisDict(setting, "alice").lookup(KEY) == VALUE.decode()
        store = RedisDict(setting, "alice", lambda: float(next(ticks)))
        assert "Lookup timed out in 200.000 secs" in _error_of(lambda: store.lookup(KEY))


def test_a_wrong_password_is_not_in_the_error(redis_server: RedisServer) -> None:
    redis_server.require_password()
    store = RedisDict(RedisSetting(port=redis_server.port, password="hush"), "alice")
    for call in (lambda: store.update({KEY: "v"}), lambda: store.lookup(KEY)):
        text = _error_of(call)
        assert "-WRONGPASS " in text
        assert "hush" not in text


def test_a_refused_write_does_not_tell_the_value(redis_server: RedisServer) -> None:
    redis_server.refuse_writes()
    store = RedisDict(RedisSetting(port=redis_server.port), "alice")
    text = _error_of(lambda: store.update({KEY: "hush"}))
    assert text.startswith("redis: Unexpected input (state=3): -OOM ")
    assert "hush" not in text


def test_a_key_that_holds_no_string_is_an_error(redis_server: RedisServer) -> None:
    redis_server.push(b"alice/G/a")
    assert "-WRONGTYPE " in _error_of(
        lambda: RedisDict(RedisSetting(port=redis_server.port), "alice").lookup(KEY)
    )


def test_keys_can_not_be_listed(redis_server: RedisServer) -> None:
    store = RedisDict(RedisSetting(port=redis_server.port), "alice")
    assert _error_of(lambda: store.keys_below("priv/G/")) == NO_LIST


def test_a_value_ends_at_a_nul_byte(redis_server: RedisServer) -> None:
    redis_server.set(b"alice/G/a", b"v\0w")
    assert RedisDict(RedisSetting(port=redis_server.port), "alice").lookup(KEY) == "v"


def test_without_redis_py_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real_import = builtins.__import__

    def without(name: str, *args: object) -> object:
        if name.partition(".")[0] == "redis":
            raise ModuleNotFoundError(name)
        return real_import(name, *args)  # type: ignore[arg-type]

    ours = "mailstore.redis_connection"
    for name in [name for name in sys.modules if name.partition(".")[0] == "redis" or name == ours]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    store = RedisDict(RedisSetting(), "alice")
    for call in (lambda: store.update({KEY: "v"}), lambda: store.lookup(KEY)):
        with pytest.raises(RefusedDictError) as caught:
            call()
        assert str(caught.value) == MISSING
