"""What can go wrong between us and a running server."""

from __future__ import annotations

from enum import Enum

from dovecot_conf.errors import MetadataError, PushnotifError


class LiveServerError(PushnotifError):
    """A running server can't be asked: it isn't there, isn't what it should be, or doesn't answer."""


class Reach(Enum):
    """What failed on the way to a doveadm server; the value is what doveadm 2.3 says of it."""

    SOCKET = "net_connect_unix({place}) failed: {why}"
    PORT = "connect({place}) failed: {why}"
    NAME = "Lookup of host {place} failed: {why}"


class NotConnectedError(LiveServerError):
    """No doveadm server is where one was looked for; ``place`` is the socket, HOST:PORT or the name."""

    def __init__(self, reach: Reach, place: str, why: str) -> None:
        super().__init__(reach.value.format(place=place, why=why))
        self.reach, self.place, self.why = reach, place, why


class AccessDeniedError(LiveServerError):
    """The server doesn't take the key or the password, or they must not be sent to it."""


class ServerFailureError(MetadataError):
    """The server did not do what it was asked to; ``exit_code`` is what doveadm ends with."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def one_line(text: str, most: int = 200) -> str:
    """Return what a server said as one printable line that is not too long."""
    line = "".join(letter if letter.isprintable() else " " for letter in text).strip()
    return line if len(line) <= most else line[: most - 1] + "…"
