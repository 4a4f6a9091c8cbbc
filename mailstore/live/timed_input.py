"""What comes over a socket, with or without TLS, before a deadline."""

from __future__ import annotations

import io
import socket
from typing import TYPE_CHECKING

from mailstore.deadline import Deadline

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class _TimedInput(io.RawIOBase):
    """Reads a socket, which stays open; each piece gets the time that is left for all of them."""

    def __init__(self, connected: socket.socket, deadline: Deadline) -> None:
        self._socket = connected
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        self._socket.settimeout(self._deadline.left())
        count = self._socket.recv_into(buffer)
        self._deadline.has_begun |= count > 0
        return count


def timed_input(connected: socket.socket, deadline: Deadline) -> io.BufferedReader:
    """Return a stream of what comes; its methods raise OSError, TimeoutError at the deadline."""
    return io.BufferedReader(_TimedInput(connected, deadline))
