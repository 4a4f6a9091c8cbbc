"""A real Redis for tests: on a free port of 127.0.0.1 and a UNIX socket, in a folder of its own."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import redis

PASSWORD = "sesame"
_SECONDS = 20.0


def find_redis_server() -> str | None:
    """Return the path of the server's program."""
    return shutil.which("redis-server", path="/usr/local/bin:/usr/bin:/usr/local/sbin:/usr/sbin")


class RedisServer:
    """Runs from ``with`` to its end. ``port`` and ``socket_path`` are where it listens."""

    def __init__(self, program: str, folder: Path) -> None:
        self.folder = folder
        self.socket_path = str(folder / "socket")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        settings = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "unixsocket": self.socket_path,
            "unixsocketperm": "777",
            "dir": str(folder),
            "save": "",
            "logfile": str(folder / "log"),
        }
        words = [word for name, value in settings.items() for word in (f"--{name}", value)]
        self._command = [program, *words]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + _SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._end()
                raise OSError(f"redis-server did not start: {(self.folder / 'log').read_text()}")
            time.sleep(0.02)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        self._process.terminate()
        self._process.wait(_SECONDS)

    def _answers(self) -> bool:
        try:
            with self._client() as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False

    def _client(self, db: int = 0) -> redis.Redis:
        return redis.Redis(port=self.port, db=db, protocol=2)

    def reset(self) -> None:
        """Empty all databases; no password, and memory without a limit."""
        # Whoever comes over the socket without a password can't say anything while there is one.
        for password in (None, PASSWORD):
            with redis.Redis(port=self.port, password=password, protocol=2) as client:
                try:
                    client.config_set("requirepass", "")
                except (redis.AuthenticationError, redis.ResponseError):
                    continue
                client.config_set("maxmemory", "0")
                client.flushall()
                return

    def require_password(self) -> None:
        """Answer nobody who doesn't say PASSWORD, until the next ``reset``."""
        with self._client() as client:
            client.config_set("requirepass", PASSWORD)

    def refuse_writes(self) -> None:
        """Have no memory for more, until the next ``reset``."""
        with self._client() as client:
            client.config_set("maxmemory", "1")

    def pairs(self, db: int = 0) -> dict[bytes, bytes]:
        """Return all keys with their values."""
        with self._client(db) as client:
            found = {}
            for key in client.scan_iter():
                found[key] = client.get(key)
            return found

    def set(self, key: bytes, value: bytes) -> None:
        """Store a value."""
        with self._client() as client:
            client.set(key, value)

    def push(self, key: bytes) -> None:
        """Store a list, which is no value of a dict."""
        with self._client() as client:
            client.lpush(key, "x")

    def seconds_left(self, key: bytes) -> int:
        """Return how long a key will be there, -1 for ever."""
        with self._client() as client:
            return int(client.ttl(key))
