"""A server that answers as Redis does, only slowly."""

from __future__ import annotations

import socket
import time
from typing import BinaryIO

from tests.mailstore.live.fake_servers import Script, drip

VALUE = b"v" * 60


def slow_redis(wait: float = 0.0, pause: float = 0.0) -> Script:
    """Answer each command after ``wait`` seconds, byte after byte with ``pause`` seconds between.

    What redis-py says of itself is answered at once. Every key has ``VALUE``.
    """

    def script(connection: socket.socket) -> None:
        queued = 0
        with connection.makefile("rb") as stream:
            while name := _command(stream):
                if name == b"CLIENT":
                    connection.sendall(b"+OK\r\n")
                    continue
                answers = {
                    b"GET": b"$%d\r\n%s\r\n" % (len(VALUE), VALUE),
                    b"MULTI": b"+OK\r\n",
                    b"SET": b"+QUEUED\r\n",
                    b"EXEC": b"*%d\r\n" % queued + b"+OK\r\n" * queued,
                }
                queued += name == b"SET"
                time.sleep(wait)
                drip(connection, answers[name], pause)

    return script


def _command(stream: BinaryIO) -> bytes:
    """Read a command; return its name, b"" at the end."""
    words = []
    for _ in range(int(stream.readline()[1:] or 0)):
        words.append(stream.read(int(stream.readline()[1:])))
        stream.readline()
    return words[0] if words else b""
