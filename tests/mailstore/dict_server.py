"""Dict servers for tests: one that follows a script, and a home-made one such as sites write."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Scripted:
    """A server that gives the nth connection the nth answer, then closes; ``received`` is what came.

    ``wait_for`` are the last bytes of a request, whose answer may then be sent. With ``pause`` each
    byte of an answer comes after so many seconds.
    """

    answers: Sequence[bytes]
    wait_for: bytes = b"\n"
    pause: float = 0.0
    hold: bool = False
    received: list[bytes] = field(default_factory=list)

    def serve(self, listener: socket.socket) -> None:
        for answer in self.answers:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                self._talk(connection, answer)

    def _talk(self, connection: socket.socket, answer: bytes) -> None:
        connection.settimeout(5)
        data = b""
        while self.wait_for and not (data.endswith(self.wait_for) and self._is_complete(data)):
            more = connection.recv(65536)
            if not more:
                break
            data += more
        self.received.append(data)
        try:
            for index in range(len(answer) if self.pause else 0):
                connection.sendall(answer[index : index + 1])
                time.sleep(self.pause)
            connection.sendall(b"" if self.pause else answer)
            if self.hold:
                connection.recv(1)
        except OSError:
            pass

    @staticmethod
    def _is_complete(data: bytes) -> bool:
        last = data.removesuffix(b"\n").rpartition(b"\n")[2]
        return last[:1] in (b"L", b"I", b"C")


@contextmanager
def scripted(listener: socket.socket, script: Scripted) -> Iterator[Scripted]:
    """Run a script on a listening socket, which is closed at the end."""
    thread = threading.Thread(target=script.serve, args=(listener,))
    thread.start()
    try:
        yield script
    finally:
        # Whoever waits in accept() is only woken by this.
        with listener, suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def listen(path: Path) -> socket.socket:
    """Return a listening UNIX socket."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(5)
    return listener


def listen_tcp() -> socket.socket:
    """Return a listening TCP socket on 127.0.0.1."""
    return socket.create_server(("127.0.0.1", 0))


class HomeMade(socketserver.ThreadingUnixStreamServer):
    """A dict server as sites write them: any version, no ids and times, only what is needed.

    It knows lookups, transactions that set, and iterations without any row; it refuses what isn't
    in ``allowed`` with a bare ``F``. Like others it strips lines and keeps values as they came.
    """

    daemon_threads = True

    def __init__(self, path: Path, allowed: Sequence[str]) -> None:
        super().__init__(str(path), _HomeMadeHandler)
        self.allowed = allowed
        self.values: dict[tuple[str, str], str] = {}

    def answer(self, line: str, transactions: dict[str, list[str]]) -> str:
        command, fields = line[0], line[1:].split("\t")
        match command:
            case "L":
                value = self.values.get((fields[1], fields[0].rsplit("/", 1)[1]))
                return "N\n" if value is None else f"O{value}\n"
            case "I":
                return "\n"
            case "B":
                transactions[fields[0]] = [fields[1], "O\n"]
            case "S":
                transaction, name = transactions[fields[0]], fields[1].rsplit("/", 1)[1]
                if name in self.allowed:
                    self.values[transaction[0], name] = fields[2] if len(fields) > 2 else ""
                else:
                    transaction[1] = "F\n"
            case "C":
                return transactions.pop(fields[0])[1]
        return ""


class _HomeMadeHandler(socketserver.StreamRequestHandler):
    server: HomeMade

    def handle(self) -> None:
        transactions: dict[str, list[str]] = {}
        while line := self.rfile.readline().strip().decode():
            self.wfile.write(self.server.answer(line, transactions).encode())


@contextmanager
def home_made(path: Path, allowed: Sequence[str]) -> Iterator[HomeMade]:
    """Run a home-made server on a UNIX socket."""
    with HomeMade(path, allowed) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(10)
