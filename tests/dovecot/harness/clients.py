"""Small LMTP and IMAP clients that say exactly what they are told to say."""

from __future__ import annotations

import contextlib
import re
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Pause:
    """A client that says nothing for a while."""

    seconds: float


ImapCommand = str | tuple[str | bytes, ...] | Pause
"""A command, or its text and literals in turn (``("APPEND INBOX", b"…", " (\\Seen)", b"…")``), or a pause."""

Mail = tuple[Sequence[str], bytes]
"""Recipients, and the message for them."""


@dataclass(frozen=True, slots=True)
class ImapResponse:
    """What the server answered to one command: untagged lines (literals included), then the status."""

    untagged: tuple[bytes, ...]
    status: str
    text: str


class _Connection:
    """A line based conversation over TCP."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        self._file = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def line(self) -> bytes:
        line = self._file.readline()
        if not line.endswith(b"\n"):
            raise ConnectionError(f"the server closed the connection after {line!r}")
        return line.rstrip(b"\r\n")

    def read(self, size: int) -> bytes:
        return self._file.read(size)

    def rest(self) -> bytes:
        return self._file.read()


def deliver(port: int, sender: str, recipients: Sequence[str], message: bytes) -> list[str]:
    """Deliver ``message`` by LMTP; return the server's final answer for each recipient.

    The message goes out as it is, but for dot-stuffing and a CRLF at an end that has none (only
    CRLF "." CRLF ends the data for 2.4).
    """
    return deliver_all(port, sender, [(recipients, message)])


def deliver_all(port: int, sender: str, mails: Sequence[Mail]) -> list[str]:
    """Deliver several mails in one LMTP session, as ``deliver`` does; return all answers in order."""
    with _Connection(port) as connection:
        _lmtp_reply(connection)
        _lmtp(connection, "LHLO client.example.com")
        answers = [answer for mail in mails for answer in _lmtp_mail(connection, sender, *mail)]
        _lmtp(connection, "QUIT")
        return answers


def _lmtp_mail(connection: _Connection, sender: str, recipients: Sequence[str], message: bytes) -> list[str]:
    _lmtp(connection, f"MAIL FROM:<{sender}>")
    answers = [_lmtp(connection, f"RCPT TO:<{recipient}>") for recipient in recipients]
    accepted = [answer.startswith("2") for answer in answers]
    if not any(accepted):
        _lmtp(connection, "RSET")
        return answers
    _lmtp(connection, "DATA")
    data = re.sub(rb"(?m)^\.", b"..", message)
    connection.send(data + (b"" if data.endswith(b"\r\n") else b"\r\n") + b".\r\n")
    return [_lmtp_reply(connection) if ok else answer for ok, answer in zip(accepted, answers, strict=True)]


def _lmtp(connection: _Connection, command: str) -> str:
    connection.send(command.encode() + b"\r\n")
    return _lmtp_reply(connection)


def _lmtp_reply(connection: _Connection) -> str:
    line = connection.line()
    while line[3:4] == b"-":
        line = connection.line()
    return line.decode("utf-8", "replace")


def imap_session(port: int, user: str, commands: Sequence[ImapCommand]) -> list[ImapResponse]:
    """Log in as ``user``, run the commands one after the other, log out; return their responses."""
    with _Connection(port) as connection:
        connection.line()
        login = _imap(connection, "a0", f'LOGIN "{user}" x')
        if login.status != "OK":
            raise ConnectionError(f"login of {user} failed: {login.text}")
        responses = []
        for number, command in enumerate(commands, start=1):
            if isinstance(command, Pause):
                time.sleep(command.seconds)
                continue
            pieces = (command,) if isinstance(command, str) else command
            responses.append(_imap(connection, f"a{number}", *pieces))
        with contextlib.suppress(ConnectionError):
            # who deletes the selected mailbox is thrown out
            _imap(connection, "z", "LOGOUT")
            connection.rest()
        return responses


def _imap(connection: _Connection, tag: str, *pieces: str | bytes) -> ImapResponse:
    connection.send(f"{tag} ".encode())
    for piece in pieces:
        if isinstance(piece, str):
            connection.send(piece.encode())
            continue
        connection.send(f" {{{len(piece)}}}\r\n".encode())
        line = connection.line()
        if not line.startswith(b"+"):
            return ImapResponse((), *_status(line, tag))
        connection.send(piece)
    connection.send(b"\r\n")
    untagged = []
    while not (line := _imap_line(connection)).startswith(f"{tag} ".encode()):
        untagged.append(line)
    return ImapResponse(tuple(untagged), *_status(line, tag))


def _status(line: bytes, tag: str) -> tuple[str, str]:
    """Return status and text of a tagged line; a literal can be answered with one, too."""
    found, status, text = line.decode("utf-8", "replace").split(" ", 2)
    if found != tag:
        raise ConnectionError(f"the server refused the literal: {line!r}")
    return status, text


def _imap_line(connection: _Connection) -> bytes:
    """Return one response line; a literal in it stays in place, after its ``{size}`` and CRLF."""
    line = connection.line()
    while match := re.search(rb"\{(\d+)\}$", line):
        line += b"\r\n" + connection.read(int(match[1])) + connection.line()
    return line
