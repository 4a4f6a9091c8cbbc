"""Servers in a thread that say what they are told to, each connection one script."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, cast

Script = Callable[[socket.socket], None]


@contextlib.contextmanager
def serving(script: Script) -> Iterator[int]:
    """Give the port of 127.0.0.1 where each connection is handed to ``script``."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        ended = threading.Event()

        def run() -> None:
            while not ended.is_set():
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                if ended.is_set():
                    connection.close()
                    return
                with connection, contextlib.suppress(OSError):
                    connection.settimeout(10)
                    script(connection)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        port = listener.getsockname()[1]
        try:
            yield port
        finally:
            ended.set()
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            thread.join(5)


def drip(connection: socket.socket, data: bytes, pause: float = 0.05) -> None:
    """Send byte after byte, each after so many seconds."""
    for index in range(len(data)):
        connection.sendall(data[index : index + 1])
        time.sleep(pause)


class _Dripping:
    """A connection that sends byte after byte what has ``marker`` in it."""

    def __init__(self, connection: socket.socket, marker: bytes, pause: float) -> None:
        self._connection = connection
        self._marker = marker
        self._pause = pause

    def sendall(self, data: bytes) -> None:
        if self._marker in data:
            drip(self._connection, data, self._pause)
        else:
            self._connection.sendall(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def dripping(script: Script, marker: bytes = b"", pause: float = 0.05) -> Script:
    """Follow a script, but send byte after byte what has ``marker`` in it."""
    return lambda connection: script(cast("socket.socket", _Dripping(connection, marker, pause)))


def read_request(connection: socket.socket) -> tuple[bytes, bytes]:
    """Return the head and the body of an HTTP request."""
    with connection.makefile("rb") as stream:
        head = b""
        while (line := stream.readline()) not in (b"\r\n", b""):
            head += line
        length = next(
            int(line.split(b":")[1])
            for line in head.splitlines()
            if line.lower().startswith(b"content-length:")
        )
        return head, stream.read(length)


def http_answer(content: bytes, status: str = "200 OK") -> Script:
    """Answer each request with this content."""

    def script(connection: socket.socket) -> None:
        read_request(connection)
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode() + content)

    return script


def imap_script(*turns: tuple[bytes, bytes], greeting: bytes, heard: list[bytes]) -> Script:
    """Play turns: a line that contains the first text is answered with the second, ``@`` for its tag."""

    def script(connection: socket.socket) -> None:
        connection.sendall(greeting)
        left = list(turns)
        with connection.makefile("rb") as stream:
            tag = b""
            while left and (line := stream.readline()):
                heard.append(line)
                wanted, answer = left[0]
                if wanted not in line:
                    continue
                left.pop(0)
                words = line.split(b" ")
                tag = words[0] if len(words) > 1 and words[0][-1:].isdigit() else tag
                connection.sendall(answer.replace(b"@", tag))

    return script
