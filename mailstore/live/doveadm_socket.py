"""Doveadm's own protocol, as ``doveadm -S`` speaks it to a doveadm server of Dovecot 2.3 and 2.4.

In its version 1.0 the server says of an error no more than its code.
"""

from __future__ import annotations

import base64
import os
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mailstore.deadline import Clock, Deadline
from mailstore.live.doveadm_api import NO_USER, NOT_FOUND, NOT_POSSIBLE, USAGE, CommandFailedError
from mailstore.live.errors import AccessDeniedError, LiveServerError, NotConnectedError, Reach
from mailstore.live.network import network_reason
from mailstore.live.timed_input import timed_input
from mailstore.tabescape import escape, unescape

VERSION = b"VERSION\tdoveadm-server\t1\t0\n"
TIMEOUT = 60.0
LONGEST_ANSWER = 64 * 1024 * 1024
TEMPORARY, NO_PERMISSION, PROTOCOL = 75, 77, 76
CODES = MappingProxyType(
    {
        "TEMPFAIL": TEMPORARY,
        "USAGE": USAGE,
        "NOUSER": NO_USER,
        "NOPERM": NO_PERMISSION,
        "PROTOCOL": PROTOCOL,
        "DATAERR": NOT_POSSIBLE,
        "NOTFOUND": NOT_FOUND,
    }
)
FLAGS = MappingProxyType({"allowEmptyMailboxName": "-s", "prependPrefix": "-p"})
ARGUMENTS = ("mailbox", "key", "keyPrefix", "value")
# By the names of the HTTP API: the command's own name, and the column of its rows.
COMMANDS = MappingProxyType(
    {
        "mailboxMetadataGet": ("mailbox metadata get", "value"),
        "mailboxMetadataSet": ("mailbox metadata set", ""),
        "mailboxMetadataUnset": ("mailbox metadata unset", ""),
        "mailboxMetadataList": ("mailbox metadata list", "key"),
    }
)


@dataclass(frozen=True, slots=True)
class SocketAddress:
    """Where a doveadm server listens: a UNIX socket, or host and port; "" and 0 for what it isn't."""

    path: str = ""
    host: str = ""
    port: int = 0

    def __str__(self) -> str:
        """Return what ``-S`` takes."""
        return self.path or f"{self.host}:{self.port}"


def parse_socket_address(text: str) -> SocketAddress:
    """Read the argument of ``-S``. Raises LiveServerError."""
    if "/" in text:
        return SocketAddress(path=text)
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise LiveServerError(f"-S {text}: neither the path of a socket nor HOST:PORT")
    return SocketAddress(host=host.removeprefix("[").removesuffix("]"), port=int(port))


@dataclass(frozen=True, slots=True)
class DoveadmSocket:
    """A doveadm server; ``ask_password`` gives ``doveadm_password`` when the server wants it.

    ``timeout`` is how many seconds of ``clock`` a command may take as a whole.
    """

    address: SocketAddress
    ask_password: Callable[[], str]
    timeout: float = TIMEOUT
    clock: Clock = time.monotonic

    def run(self, command: str, parameters: Mapping[str, object]) -> object:
        """Run a METADATA command of the HTTP API; return its rows. Raises as DoveadmHttp.run does."""
        name, column = COMMANDS[command]
        line = command_line(name, parameters)
        deadline = Deadline(self.timeout, self.clock)
        try:
            with self._connect(deadline) as connection:
                talk = _Talk(self.address, connection, deadline)
                self._enter(talk)
                talk.send(line)
                rows, status = talk.line(), talk.line()
        except (OSError, UnicodeError) as error:
            raise LiveServerError(f"{self.address}: {network_reason(error, deadline)}") from None
        if status.startswith("-"):
            raise CommandFailedError(CODES.get(status[1:], -1))
        if status != "+":
            raise self._not_a_server()
        return [{column: unescape(value)} for value in rows.split("\t")[:-1]]

    def _connect(self, deadline: Deadline) -> socket.socket:
        if not self.address.path:
            return self._connect_port(deadline)
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(self.timeout)
        try:
            connection.connect(os.fsencode(self.address.path))
        except OSError as error:
            connection.close()
            raise NotConnectedError(
                Reach.SOCKET, str(self.address), network_reason(error, deadline)
            ) from None
        return connection

    def _connect_port(self, deadline: Deadline) -> socket.socket:
        host, port = self.address.host, self.address.port
        try:
            return socket.create_connection((host, port), self.timeout)
        except (socket.gaierror, UnicodeError) as error:
            raise NotConnectedError(Reach.NAME, host, network_reason(error, deadline)) from None
        except OSError as error:
            raise NotConnectedError(Reach.PORT, str(self.address), network_reason(error, deadline)) from None

    def _enter(self, talk: _Talk) -> None:
        talk.send(VERSION)
        welcome = talk.line()
        if welcome == "+":
            return
        if welcome != "-":
            raise self._not_a_server()
        secret = f"\0doveadm\0{self.ask_password()}".encode("utf-8", "surrogateescape")
        # Whoever types a password takes no time of the server's.
        talk.deadline.restart()
        talk.send(b"PLAIN\t" + base64.b64encode(secret) + b"\n")
        if talk.line() != "+":
            raise AccessDeniedError(f"{self.address}: the server doesn't take doveadm_password")

    def _not_a_server(self) -> LiveServerError:
        return LiveServerError(f"{self.address} is no doveadm server: its answer is something else")


class _Talk:
    """Lines to a server and from it. Its methods raise OSError, TimeoutError at the deadline."""

    def __init__(self, address: SocketAddress, connection: socket.socket, deadline: Deadline) -> None:
        self.deadline = deadline
        self._address = address
        self._connection = connection
        self._input = timed_input(connection, deadline)

    def send(self, line: bytes) -> None:
        """Send a line."""
        self._connection.settimeout(self.deadline.left())
        self._connection.sendall(line)

    def line(self) -> str:
        """Return the next line. Raises LiveServerError when there is no more."""
        line = self._input.readline(LONGEST_ANSWER)
        if not line.endswith(b"\n"):
            raise LiveServerError(
                f"{self._address}: the server closed the connection without an answer; its log may say why"
            )
        return line[:-1].decode("utf-8", "surrogateescape")


def command_line(name: str, parameters: Mapping[str, object]) -> bytes:
    """Return a command as it is sent: flags, user, name and arguments, tab-escaped."""
    options = [flag for parameter, flag in FLAGS.items() if parameters.get(parameter)]
    arguments = [str(parameters[argument]) for argument in ARGUMENTS if argument in parameters]
    fields = ["", str(parameters["user"]), name, *options, "--", *arguments]
    return ("\t".join(escape(field) for field in fields) + "\n").encode("utf-8", "surrogateescape")
