"""Dovecot's ``proxy`` dict: a client of a dict server, over a UNIX or TCP socket.

Source: the clients of 2.3.19.1 and 2.4.1. As with their default of no idle time, a connection serves
one request. A dict server may be any program: ids and times in its replies need not be there.
"""

from __future__ import annotations

import errno
import math
import os
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

from dovecot_conf.errors import DictError
from mailstore import dict_protocol as protocol
from mailstore.deadline import Clock, Deadline
from mailstore.dict_interface import SilentDictError
from mailstore.dict_protocol import Answer, Dialect, Promise, ProtocolError, Reply
from mailstore.permission_texts import failure_text
from mailstore.proxy_address import TcpAddress

MAX_INPUT = 256 * 1024 * 1024
CLOSED = "Connection closed"
FAILED = "dict-server returned failure"
RETRY_PAUSE = 0.02
_Result = TypeVar("_Result")


class ProxyTimes(NamedTuple):
    """How long to wait, in seconds of ``clock``: for the connection, for each line of a reply, and for all.

    ``whole`` is not of Dovecot, which waits for as many lines as come.
    """

    connect: float = 1.0
    reply: float = 30.0
    whole: float = math.inf
    clock: Clock = time.monotonic


DOVECOT_TIMES = ProxyTimes()


class ClosedWithoutAWordError(DictError):
    """The server ended the connection before it said anything, as it does with an unknown major."""


class ProxyDict:
    """A dict behind the server at ``address``, which knows it as ``name``; keys are those of ``user``.

    ``dialects`` are tried in their order when the server closes without a word, and the one that
    works is remembered. All methods raise DictError with one line in Dovecot's words, without the
    times that Dovecot adds.
    """

    def __init__(
        self,
        address: str | TcpAddress,
        name: str,
        user: str,
        dialects: Sequence[Dialect],
        times: ProxyTimes = DOVECOT_TIMES,
    ) -> None:
        self.address = address
        self.name = name
        self.user = user
        self.times = times
        self._dialects = list(dialects)
        self._transactions = 0

    def lookup(self, key: str) -> str | None:
        """Return the value of a key, None when it has none."""
        request = protocol.lookup(key, self.user)
        query = request.decode("utf-8", "surrogateescape").removesuffix("\n")
        return self._ask(lambda _: [request], lambda connection: self._read_value(connection, query))

    def keys_below(self, path: str) -> Iterable[str]:
        """Return what stands behind ``path`` in each key that begins with it, if the backend can tell."""
        request = protocol.iterate(path, self.user)
        return self._ask(lambda _: [request], lambda connection: self._read_keys(connection, path))

    def update(self, changes: Mapping[str, str | None]) -> None:
        """Set the keys of ``changes`` to their values, remove those whose value is None, in one transaction.

        Whether the backend does all or nothing is the server's affair.
        """
        if not changes:
            return
        self._transactions += 1
        number = self._transactions
        self._ask(
            lambda dialect: protocol.transaction(dialect, number, self.user, changes), self._read_commit
        )

    def _ask(
        self, requests: Callable[[Dialect], Sequence[bytes]], read: Callable[[_Connection], _Result]
    ) -> _Result:
        """Send requests in the first dialect that the server doesn't close on; return what was read."""
        for dialect in self._dialects.copy():
            data = protocol.hello(dialect, self.name) + b"".join(requests(dialect))
            with _connect(self.address, self.times) as connection:
                try:
                    connection.send(data)
                    result = read(connection)
                except ClosedWithoutAWordError:
                    continue
                finally:
                    if connection.has_answered:
                        self._dialects = [dialect]
                return result
        raise DictError(CLOSED)

    def _read_value(self, connection: _Connection, query: str) -> str | None:
        reply = connection.reply()
        match reply.letter:
            case Answer.OK | Answer.VALUES:
                return protocol.first_value(reply)
            case Answer.NOT_FOUND:
                return None
            case Answer.FAILED:
                why = reply.fields[0]
                raise DictError(_failure(why) if why else FAILED)
        raise ProtocolError(f"dict-client: Invalid lookup '{query}' reply: {_shown(reply)}")

    def _read_keys(self, connection: _Connection, path: str) -> list[str]:
        keys: list[str] = []
        while True:
            reply = connection.reply()
            if reply.letter == Answer.FINISHED:
                return keys
            if reply.letter == Answer.FAILED:
                raise DictError(_failure(reply.fields[0]))
            # A row has a key and a value, be it empty.
            if reply.letter != Answer.OK or len(reply.fields) == 1:
                where = connection.name
                raise ProtocolError(f"dict client ({where}) sent broken iterate reply: {_shown(reply)}")
            if not reply.fields[0].startswith(path):
                raise ProtocolError(
                    f"dict-server returned a key that isn't below {path}: {_shown(reply)[1:]}"
                )
            keys.append(reply.fields[0].removeprefix(path))

    def _read_commit(self, connection: _Connection) -> None:
        reply = connection.reply()
        match reply.letter:
            case Answer.OK | Answer.NOT_FOUND:
                return
            case Answer.FAILED | Answer.UNCERTAIN:
                # The first field is the id of the transaction, which home-made servers leave out.
                raise DictError(_failure(reply.fields[1] if len(reply.fields) > 1 else ""))
        raise ProtocolError(f"dict-client: Invalid commit reply: {_shown(reply)}")


class _Connection:
    """A connection to a dict server; its methods raise DictError."""

    def __init__(self, connected: socket.socket, name: str, times: ProxyTimes) -> None:
        self.name = name
        self.has_answered = False
        self._socket = connected
        self._times = times
        self._whole = Deadline(times.whole, times.clock)
        self._input = bytearray()
        self._read = 0
        self._promised: int | None = None

    def send(self, data: bytes) -> None:
        """Write everything; a server that closed meanwhile may have said why."""
        rest = memoryview(data)
        try:
            # Piece by piece: the time is how long nothing may be taken, not how long all may last.
            while rest:
                self._socket.settimeout(min(self._times.reply, self._whole.left()))
                rest = rest[self._socket.send(rest) :]
        except TimeoutError:
            raise self._no_input() from None
        except (BrokenPipeError, ConnectionResetError):
            return
        except OSError as error:
            raise DictError(f"write({self.name}) failed: {os.strerror(error.errno or 0)}") from None

    def reply(self) -> Reply:
        """Return the next reply to the only request."""
        while True:
            line = protocol.parse_line(self._line())
            if isinstance(line, Promise):
                if self._promised is not None:
                    raise ProtocolError(f"Received async-id line, but the request has one: *{line.number}")
                self._promised = line.number
            elif line.number is not None and line.number != self._promised:
                raise ProtocolError(f"Received reply for nonexistent async-id {line.number}")
            else:
                return line

    def _line(self) -> bytes:
        deadline = Deadline(self._times.reply, self._times.clock)
        searched = 0
        while (end := self._input.find(b"\n", searched)) < 0:
            searched = len(self._input)
            self._input += self._receive(deadline)
        line = bytes(self._input[:end])
        del self._input[: end + 1]
        return line

    def _receive(self, deadline: Deadline) -> bytes:
        try:
            self._socket.settimeout(min(deadline.left(), self._whole.left()))
            data = self._socket.recv(65536)
        except TimeoutError:
            raise self._no_input() from None
        except ConnectionResetError:
            data = b""
        except OSError as error:
            raise DictError(f"read({self.name}) failed: {os.strerror(error.errno or 0)}") from None
        if not data:
            raise DictError(CLOSED) if self.has_answered else ClosedWithoutAWordError(CLOSED)
        self.has_answered = True
        self._read += len(data)
        if self._read > MAX_INPUT:
            raise ProtocolError(f"dict-server sent more than {MAX_INPUT} bytes")
        return data

    def _no_input(self) -> SilentDictError:
        seconds = min(self._times.reply, self._times.whole)
        return SilentDictError(f"Dict server timeout: No input for {seconds:.3f} secs", seconds)


@contextmanager
def _connect(address: str | TcpAddress, times: ProxyTimes) -> Iterator[_Connection]:
    """Open a connection for a while. Raises DictError."""
    connected, name = _open_tcp(address, times) if isinstance(address, TcpAddress) else _open(address, times)
    with connected:
        yield _Connection(connected, name, times)


def _open(path: str, times: ProxyTimes) -> tuple[socket.socket, str]:
    deadline = times.clock() + times.connect
    while True:
        connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connected.setblocking(False)
        try:
            connected.connect(str(path))
        except OSError as error:
            connected.close()
            # A server that is busy or restarts is tried again, as Dovecot does.
            if error.errno in (errno.EAGAIN, errno.ECONNREFUSED) and times.clock() < deadline:
                time.sleep(RETRY_PAUSE)
                continue
            # Python says by itself, without a number, that the path is too long.
            failure = error if error.errno else OSError(errno.EINVAL, "")
            raise DictError(failure_text("net_connect_unix", path, failure)) from None
        return connected, str(path)


def _open_tcp(address: TcpAddress, times: ProxyTimes) -> tuple[socket.socket, str]:
    name = f"{address.host}:{address.port}"
    try:
        return socket.create_connection(address, times.connect), name
    except TimeoutError:
        text = f"net_connect_ip({name}) failed: {os.strerror(errno.ETIMEDOUT)}"
        raise SilentDictError(text, times.connect) from None
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "no such host"
    raise DictError(f"net_connect_ip({name}) failed: {why}")


def _failure(why: str) -> str:
    return f"{FAILED}: {protocol.shown(why, limit=1000)}"


def _shown(reply: Reply) -> str:
    return protocol.shown(reply.letter + reply.fields[0])
