"""Doveadm's own protocol, as ``doveadm -S`` speaks it to a doveadm server of Dovecot 2.3 and 2.4.

In its version 1.0 the server says of an error no more than its code.
"""

from __future__ import annotations

import base64
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from mailstore.live.doveadm_api import NO_USER, NOT_FOUND, NOT_POSSIBLE, USAGE, CommandFailedError
from mailstore.live.errors import AccessDeniedError, LiveServerError, NotConnectedError, Reach
from mailstore.live.network import network_reason
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


class Stream(Protocol):
    """Both directions of a connection."""

    def write(self, data: bytes, /) -> int:
        """Take bytes to send."""

    def flush(self) -> None:
        """Send them."""

    def readline(self, size: int, /) -> bytes:
        """Return a line, without its end when there is no more."""


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
    """A doveadm server; ``ask_password`` gives ``doveadm_password`` when the server wants it."""

    address: SocketAddress
    ask_password: Callable[[], str]
    timeout: float = TIMEOUT

    def run(self, command: str, parameters: Mapping[str, object]) -> object:
        """Run a METADATA command of the HTTP API; return its rows. Raises as DoveadmHttp.run does."""
        name, column = COMMANDS[command]
        line = command_line(name, parameters)
        try:
            with self._connect() as connection, connection.makefile("rwb") as stream:
                self._enter(stream)
                rows, status = self._ask(stream, line)
        except (OSError, UnicodeError) as error:
            raise LiveServerError(f"{self.address}: {network_reason(error, self.timeout)}") from None
        if status.startswith("-"):
            raise CommandFailedError(CODES.get(status[1:], -1))
        if status != "+":
            raise self._not_a_server()
        return [{column: unescape(value)} for value in rows.split("\t")[:-1]]

    def _connect(self) -> socket.socket:
        if not self.address.path:
            return self._connect_port()
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(self.timeout)
        try:
            connection.connect(os.fsencode(self.address.path))
        except OSError as error:
            connection.close()
            raise NotConnectedError(
                Reach.SOCKET, str(self.address), network_reason(error, self.timeout)
            ) from None
        return connection

    def _connect_port(self) -> socket.socket:
        host, port = self.address.host, self.address.port
        try:
            return socket.create_connection((host, port), self.timeout)
        except (socket.gaierror, UnicodeError) as error:
            raise NotConnectedError(Reach.NAME, host, network_reason(error, self.timeout)) from None
        except OSError as error:
            raise NotConnectedError(
                Reach.PORT, str(self.address), network_reason(error, self.timeout)
            ) from None

    def _enter(self, stream: Stream) -> None:
        stream.write(VERSION)
        stream.flush()
        welcome = self._line(stream)
        if welcome == "+":
            return
        if welcome != "-":
            raise self._not_a_server()
        secret = f"\0doveadm\0{self.ask_password()}".encode("utf-8", "surrogateescape")
        stream.write(b"PLAIN\t" + base64.b64encode(secret) + b"\n")
        stream.flush()
        if self._line(stream) != "+":
            raise AccessDeniedError(f"{self.address}: the server doesn't take doveadm_password")

    def _ask(self, stream: Stream, line: bytes) -> tuple[str, str]:
        stream.write(line)
        stream.flush()
        return self._line(stream), self._line(stream)

    def _line(self, stream: Stream) -> str:
        line = stream.readline(LONGEST_ANSWER)
        if not line.endswith(b"\n"):
            raise LiveServerError(
                f"{self.address}: the server closed the connection without an answer; its log may say why"
            )
        return line[:-1].decode("utf-8", "surrogateescape")

    def _not_a_server(self) -> LiveServerError:
        return LiveServerError(f"{self.address} is no doveadm server: its answer is something else")


def command_line(name: str, parameters: Mapping[str, object]) -> bytes:
    """Return a command as it is sent: flags, user, name and arguments, tab-escaped."""
    options = [flag for parameter, flag in FLAGS.items() if parameters.get(parameter)]
    arguments = [str(parameters[argument]) for argument in ARGUMENTS if argument in parameters]
    fields = ["", str(parameters["user"]), name, *options, "--", *arguments]
    return ("\t".join(escape(field) for field in fields) + "\n").encode("utf-8", "surrogateescape")
