"""Dovecot's ``redis`` dict: a key of Redis for each key. redis-py is needed (``pushnotif[redis]``).

Keys and commands are those of 2.3.19.1 and 2.4.1; error texts are those of 2.4.1, with a reason behind
them where Dovecot gives none.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING

from dovecot_conf.errors import DictError
from mailstore.deadline import Clock, Deadline
from mailstore.dict_file import RefusedDictError
from mailstore.dict_interface import SilentDictError
from mailstore.dict_keys import is_private
from mailstore.dict_values import RedisSetting

if TYPE_CHECKING:
    from mailstore.redis_connection import RedisConnection

NO_LIST = "Unsupported operation (dict does not support this feature)"
MISSING = "the dict is in Redis, which needs redis-py: pip install 'pushnotif[redis]'"
_LEAST_TIMEOUT = 0.001
_Command = tuple[bytes, ...]


class _State(IntEnum):
    """What Dovecot waits for when an answer comes that it can't use; its numbers are in the texts."""

    AUTH = 0
    SELECT = 1
    GET = 2
    MULTI = 3
    EXEC = 5
    EXEC_REPLY = 6


class _ServerError(Exception):
    """The server refused something, or didn't answer; ``reply`` is what it said, "" for nothing.

    ``is_silent`` tells that it took longer than allowed.
    """

    def __init__(self, state: _State, reply: str, reason: str, *, is_silent: bool = False) -> None:
        super().__init__(reason)
        self.is_silent = is_silent
        self.state = state
        self.reply = reply
        self.reason = reason


def redis_key(prefix: str, user: str, key: str) -> str:
    """Return the key in Redis: a shared one has no user; a slash in the user's name is escaped."""
    kind, _, rest = key.partition("/")
    if is_private(kind):
        name = user.replace("\\", "\\\\").replace("/", "\\-") if "/" in user else user
        rest = f"{name}/{rest}"
    return prefix + rest


class RedisDict:
    """The dict of ``user`` in a Redis server. Each call has a connection of its own.

    The setting's time is for a lookup as a whole, and for each answer to a change, as in 2.4.1.

    All methods raise DictError with one line, and RefusedDictError when redis-py isn't installed.
    """

    def __init__(self, setting: RedisSetting, user: str, clock: Clock = time.monotonic) -> None:
        self.setting = setting
        self.user = user
        self._clock = clock

    def lookup(self, key: str) -> str | None:
        """Return the value of a key, None when it has none."""
        try:
            value = self._ask([(_State.GET, (b"GET", self._name(key)))])[0]
        except _ServerError as error:
            why = f": {error.reason}" if error.reason else ""
            text = f"redis: Communication failure (last reply: {error.reply}){why}"
            raise self._error(error, text) from None
        if not isinstance(value, bytes):
            return None
        # Dovecot's values end at a NUL byte.
        return value.partition(b"\0")[0].decode("utf-8", "surrogateescape")

    def keys_below(self, path: str) -> Iterable[str]:  # noqa: ARG002 - the same for every path
        """Raise DictError: Dovecot keeps no list of the keys."""
        raise DictError(NO_LIST)

    def update(self, changes: Mapping[str, str | None]) -> None:
        """Set the keys of ``changes`` to their values, remove those whose value is None: all or nothing."""
        commands = [command for key, value in changes.items() for command in self._change(key, value)]
        if not commands:
            return
        queued = [(_State.MULTI, command) for command in ((b"MULTI",), *commands)]
        try:
            self._ask([*queued, (_State.EXEC, (b"EXEC",))])
        except _ServerError as error:
            text = f"redis: Unexpected input (state={error.state:d}): {error.reply}"
            raise self._error(error, text if error.reply else error.reason) from None

    def _error(self, error: _ServerError, text: str) -> DictError:
        return SilentDictError(text, _seconds(self.setting)) if error.is_silent else DictError(text)

    def _change(self, key: str, value: str | None) -> Iterator[_Command]:
        name = self._name(key)
        if value is None:
            yield b"DEL", name
            return
        yield b"SET", name, _bytes(value)
        if self.setting.expire_secs:
            yield b"EXPIRE", name, str(self.setting.expire_secs).encode()

    def _name(self, key: str) -> bytes:
        return _bytes(redis_key(self.setting.prefix, self.user, key))

    def _ask(self, commands: Sequence[tuple[_State, _Command]]) -> list[object]:
        """Send commands over a new connection; return the answers. Raises _ServerError."""
        setting = self.setting
        hello: list[tuple[_State, _Command]] = []
        if setting.password:
            hello.append((_State.AUTH, (b"AUTH", _bytes(setting.password))))
        if setting.db:
            hello.append((_State.SELECT, (b"SELECT", str(setting.db).encode())))
        deadline = Deadline(_seconds(setting), self._clock)
        connection = _connection(setting, deadline)
        last = commands[-1][0]

        def answer() -> object:
            if last is not _State.GET:
                deadline.restart()
            return connection.read_response()

        try:
            with self._watched(last):
                connection.connect()
            for state, command in hello:
                with self._watched(state, last):
                    connection.send_command(*command)
                    answer()
            with self._watched(last):
                connection.send_packed_command(connection.pack_commands([words for _, words in commands]))
            answers = []
            for state, _ in commands:
                with self._watched(state, last):
                    answers.append(answer())
            self._check(answers[-1])
            return answers
        finally:
            connection.disconnect()

    @staticmethod
    def _check(answer: object) -> None:
        """Look for errors among the results of a transaction."""
        for result in answer if isinstance(answer, list) else ():
            if isinstance(result, Exception):
                raise _ServerError(_State.EXEC_REPLY, _reply(result), "")

    @contextmanager
    def _watched(self, state: _State, last: _State | None = None) -> Iterator[None]:
        """Raise what redis-py raises as _ServerError; ``last`` tells a lookup from a change."""
        from redis import exceptions  # noqa: PLC0415 - an extra

        try:
            yield
        except exceptions.TimeoutError:
            msecs = self.setting.timeout_msecs
            what = "Lookup" if (last or state) is _State.GET else "Commit"
            text = f"redis: {what} timed out in {msecs // 1000}.{msecs % 1000:03} secs"
            raise _ServerError(state, "", text, is_silent=True) from None
        except (exceptions.RedisError, OSError) as error:
            code = _system_error(error)
            if code is not None:
                text = f"connect({self.setting.address}) failed: {os.strerror(code)}"
                raise _ServerError(state, "", text) from None
            if type(error) is exceptions.ConnectionError and not getattr(error, "status_code", None):
                text = f"redis: no answer of a Redis server from {self.setting.address}"
                raise _ServerError(state, "", text) from None
            raise _ServerError(state, _reply(error), "") from None


def _connection(setting: RedisSetting, deadline: Deadline) -> RedisConnection:
    try:
        from mailstore.redis_connection import redis_connection  # noqa: PLC0415 - redis-py is an extra
    except ImportError:
        raise RefusedDictError(MISSING) from None
    return redis_connection(setting, deadline)


def _seconds(setting: RedisSetting) -> float:
    return max(setting.timeout_msecs / 1000, _LEAST_TIMEOUT)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _system_error(error: BaseException | None) -> int | None:
    """Return the error number of the system behind an error, None when it isn't from there."""
    while error is not None:
        if isinstance(error, OSError) and error.errno:
            return error.errno
        error = error.__cause__ or error.__context__
    return None


def _reply(error: Exception) -> str:
    """Return an error as the server sent it: redis-py takes the code off."""
    code = getattr(error, "status_code", None)
    return f"-{code} {error}" if code and not str(error).startswith(f"{code} ") else f"-{error}"
