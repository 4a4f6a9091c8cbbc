"""imaplib's client with a deadline: what it reads and sends goes through the methods it lets override."""

from __future__ import annotations

import imaplib
import io
import socket
import ssl
from typing import TYPE_CHECKING

from mailstore.deadline import Deadline
from mailstore.live.address import ServerAddress
from mailstore.live.timed_input import timed_input

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

# imaplib takes no longer line.
_LONGEST_LINE = 1_000_000


class TimedImap(imaplib.IMAP4):
    """A connection without TLS at its start. All methods raise what imaplib raises, and OSError.

    ``deadline`` is that of all that is read and sent until somebody restarts it.
    """

    def __init__(self, address: ServerAddress, deadline: Deadline, **tls: ssl.SSLContext) -> None:
        self.deadline = deadline
        self._source: socket.socket | None = None
        super().__init__(address.host, address.port, timeout=deadline.left(), **tls)

    def read(self, size: int) -> bytes:
        """Return so many bytes, fewer at the end of the connection."""
        return self._input().read(size)

    def readline(self) -> bytes:
        """Return a line with its end."""
        line = self._input().readline(_LONGEST_LINE + 1)
        if len(line) > _LONGEST_LINE:
            raise self.error(f"got more than {_LONGEST_LINE} bytes")
        return line

    def send(self, data: ReadableBuffer) -> None:
        """Send all bytes."""
        self.sock.settimeout(self.deadline.left())
        super().send(data)

    def _input(self) -> io.BufferedReader:
        # STARTTLS puts another socket here; what came in clear before must not be taken for its input.
        if self._source is not self.sock:
            self._source = self.sock
            self._reader = timed_input(self.sock, self.deadline)
        return self._reader


class TimedImaps(TimedImap, imaplib.IMAP4_SSL):
    """A connection with TLS from its first byte; wants ``ssl_context``."""
