"""A receiver for a test, and a client that does as it is told."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from drivers.receiver import Received, Receiver, ReceiverSettings
from drivers.recording import Record, RecordedAnswer

BODY = b'{"user":"bob"}'


class Running:
    """A running receiver and what it has reported."""

    def __init__(self, receiver: Receiver, received: list[Received]) -> None:
        self.receiver = receiver
        self.received = received

    @property
    def records(self) -> list[Record]:
        return [one.record for one in self.received]

    @property
    def answers(self) -> list[RecordedAnswer]:
        return [record.answer for record in self.records if record.answer is not None]

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.receiver.port), timeout=10)

    def exchange(self, data: bytes) -> bytes:
        """Send bytes over a connection of their own; return all that comes back."""
        with self.connect() as connection:
            connection.sendall(data)
            return read_to_end(connection)


@contextmanager
def receiving(tls: ssl.SSLContext | None = None, **settings: Any) -> Iterator[Running]:
    received: list[Received] = []
    with Receiver(ReceiverSettings(**settings), received.append, tls=tls) as receiver:
        yield Running(receiver, received)


def put(path: str = "/", body: bytes = BODY, *headers: str, close: bool = True) -> bytes:
    lines = [f"PUT {path} HTTP/1.1", "Host: x", *headers, f"Content-Length: {len(body)}"]
    lines += ["Connection: close"] if close else []
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def read_to_end(connection: socket.socket) -> bytes:
    found = b""
    while data := connection.recv(65536):
        found += data
    return found


def read_head(connection: socket.socket) -> bytes:
    found = b""
    while b"\r\n\r\n" not in found and (data := connection.recv(65536)):
        found += data
    return found


def status_of(answer: bytes) -> int:
    match = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
    assert match is not None, answer
    return int(match[1])
