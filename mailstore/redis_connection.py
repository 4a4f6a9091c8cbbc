"""Connections of redis-py that end at a deadline, however many pieces an answer comes in."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from redis.backoff import NoBackoff
from redis.connection import Connection, UnixDomainSocketConnection
from redis.retry import Retry

from mailstore.deadline import Deadline
from mailstore.dict_values import RedisSetting

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer


class _TimedSocket(socket.socket):
    """Takes another socket's place; each piece gets the time that is left for all of them."""

    def __init__(self, connected: socket.socket, deadline: Deadline) -> None:
        super().__init__(fileno=connected.detach())
        self._deadline = deadline

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        self.settimeout(self._deadline.left())
        return super().recv(size, flags)

    def recv_into(self, buffer: WriteableBuffer, nbytes: int = 0, flags: int = 0) -> int:
        self.settimeout(self._deadline.left())
        return super().recv_into(buffer, nbytes, flags)

    def sendall(self, data: ReadableBuffer, flags: int = 0, /) -> None:
        self.settimeout(self._deadline.left())
        super().sendall(data, flags)


class RedisConnection(Protocol):
    """What is used of redis-py's connections. Their methods raise what redis-py raises."""

    def connect(self) -> None:
        """Open the connection."""

    def send_command(self, *words: bytes) -> None:
        """Send a command."""

    def pack_commands(self, commands: Sequence[tuple[bytes, ...]]) -> Sequence[bytes]:
        """Return commands as they are sent."""

    def send_packed_command(self, command: Sequence[bytes]) -> None:
        """Send what ``pack_commands`` has returned."""

    def read_response(self) -> object:
        """Return the next answer."""

    def disconnect(self) -> None:
        """Close the connection, if it is open."""


class _Timed:
    def __init__(self, deadline: Deadline, **options: object) -> None:
        super().__init__(**options)
        self._deadline = deadline

    def _connect(self) -> socket.socket:
        connected: socket.socket = super()._connect()  # type: ignore[misc]  # of the other base
        return _TimedSocket(connected, self._deadline)


class _TimedTcp(_Timed, Connection):
    pass


class _TimedUnix(_Timed, UnixDomainSocketConnection):
    pass


def redis_connection(setting: RedisSetting, deadline: Deadline) -> RedisConnection:
    """Return a connection that isn't open yet, tries once, and ends at ``deadline``."""
    make: Callable[..., RedisConnection] = _TimedTcp
    place: dict[str, str | int] = {"host": setting.host, "port": setting.port}
    if setting.socket_path:
        make, place = _TimedUnix, {"path": setting.socket_path}
    return make(
        deadline,
        **place,
        socket_connect_timeout=deadline.seconds,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )
