"""A real HTTP listener on 127.0.0.1 that keeps raw requests and answers as it is told."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """A request as it came over the wire; ``raw`` is all of it, ``connection`` counts from 1.

    Header names and values are decoded as latin-1, so that every byte can be found again.
    """

    raw: bytes
    method: str
    target: str
    version: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    connection: int

    def header(self, name: str) -> str | None:
        """Return the value of the first header of this name, in any case; None without one."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; ``delay`` in seconds passes before it. ``close`` ends the connection after it."""

    status: int = 200
    reason: str = "OK"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    delay: float = 0.0
    close: bool = False

    def encoded(self) -> bytes:
        lines = [f"HTTP/1.1 {self.status} {self.reason}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        lines += [f"Content-Length: {len(self.body)}", *(["Connection: close"] if self.close else [])]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body


@dataclass(frozen=True, slots=True)
class Raw:
    """These bytes instead of an answer; then the connection ends, or goes on with ``keep``."""

    data: bytes
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Drip:
    """Pieces of an answer with ``pause`` seconds between them; then as :class:`Raw`."""

    pieces: tuple[bytes, ...]
    pause: float
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Hangup:
    """The end of the connection instead of an answer."""


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection is torn down with RST instead of an answer."""


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer at all: the connection stays open until the client gives up."""


Script = Answer | Raw | Drip | Hangup | Reset | Silence


def fine(_request: ReceivedRequest) -> Script:
    """Return the answer of an endpoint that is well."""
    return Answer()


class HttpListener:
    """Listens on a ``port`` of 127.0.0.1, a free one for 0, from ``with`` to its end; threads of its own.

    Answers 200 OK unless ``answer_with`` or ``usual`` says otherwise. With a ``tls`` context it speaks HTTPS.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", port))
        self._socket.settimeout(_POLL_SECONDS)
        self.port: int = self._socket.getsockname()[1]
        self._changed = threading.Condition()
        self._requests: list[ReceivedRequest] = []
        self._script: deque[Script] = deque()
        self.usual: Callable[[ReceivedRequest], Script] = fine
        self._connections = 0
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self._socket.close()

    def url(self, path: str = "/", userinfo: str = "") -> str:
        """Return the URL of ``path`` on this listener (``userinfo`` like ``login:password``)."""
        scheme = "https" if self._tls else "http"
        return f"{scheme}://{userinfo}{'@' if userinfo else ''}127.0.0.1:{self.port}{path}"

    @property
    def requests(self) -> list[ReceivedRequest]:
        """The requests received since the last ``reset``, in order."""
        with self._changed:
            return list(self._requests)

    def wait_for(self, count: int, seconds: float = 10.0) -> list[ReceivedRequest]:
        """Wait until ``count`` requests have come; raise TimeoutError if they do not."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._requests) >= count, timeout=seconds):
                raise TimeoutError(f"{len(self._requests)} of {count} requests came in {seconds} seconds")
            return list(self._requests)

    def answer_with(self, *script: Script) -> None:
        """Answer the next requests like this, one after the other, and then as usual."""
        with self._changed:
            self._script.extend(script)

    def reset(self) -> None:
        """Forget all requests and answers to come."""
        with self._changed:
            self._requests.clear()
            self._script.clear()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                continue
            self._connections += 1
            thread = threading.Thread(target=self._welcome, args=(connection, self._connections), daemon=True)
            self._threads = [self._threads[0], *(one for one in self._threads[1:] if one.is_alive()), thread]
            thread.start()

    def _welcome(self, connection: socket.socket, number: int) -> None:
        if self._tls is None:
            self._serve(connection, number)
            return
        connection.settimeout(5)
        with connection, suppress(OSError):
            self._serve(self._tls.wrap_socket(connection, server_side=True), number)

    def _serve(self, connection: socket.socket, number: int) -> None:
        with connection:
            connection.settimeout(_POLL_SECONDS)
            buffer = b""
            try:
                while (found := self._read_request(connection, buffer, number)) is not None:
                    request, buffer = found
                    with self._changed:
                        self._requests.append(request)
                        step = self._script.popleft() if self._script else self.usual(request)
                        self._changed.notify_all()
                    if not self._answer(connection, step):
                        return
            except OSError:
                return

    def _answer(self, connection: socket.socket, step: Script) -> bool:
        """Do what ``step`` says; return whether the connection goes on."""
        if isinstance(step, Answer):
            self._stopping.wait(step.delay)
            connection.sendall(step.encoded())
            return not step.close
        if isinstance(step, Raw):
            connection.sendall(step.data)
            return step.keep
        if isinstance(step, Drip):
            for piece in step.pieces:
                connection.sendall(piece)
                self._stopping.wait(step.pause)
            return step.keep
        if isinstance(step, Reset):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif isinstance(step, Silence):
            while self._receive(connection):
                pass
        return False

    def _read_request(
        self, connection: socket.socket, buffer: bytes, number: int
    ) -> tuple[ReceivedRequest, bytes] | None:
        """Return the next request and the bytes after it; None at the end of the connection."""
        while b"\r\n\r\n" not in buffer:
            if not (data := self._receive(connection)):
                return None
            buffer += data
        head, _, rest = buffer.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = tuple((name, value.removeprefix(" ")) for name, _, value in pairs)
        length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
        while len(rest) < length:
            if not (data := self._receive(connection)):
                return None
            rest += data
        body, rest = rest[:length], rest[length:]
        method, target, version = [*first.split(" "), "", "", ""][:3]
        raw = head + b"\r\n\r\n" + body
        return ReceivedRequest(raw, method, target, version, headers, body, number), rest

    def _receive(self, connection: socket.socket) -> bytes:
        """Return some bytes; none at the end of the connection or of the listener."""
        while not self._stopping.is_set():
            try:
                return connection.recv(65536)
            except TimeoutError:
                continue
        return b""
