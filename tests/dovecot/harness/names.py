"""A name server on 127.0.0.1 that takes its time, and a way to make a server ask it."""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self

_ADDRESS_TYPE = 1
_HEADER = struct.Struct(">6H")


class SlowNames:
    """Answers every question for an IPv4 address with 127.0.0.1 after ``delay`` seconds, others with nothing.

    Raises OSError if port 53 is taken or forbidden.
    """

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind(("127.0.0.1", 53))
        except OSError:
            self._socket.close()
            raise
        self._socket.settimeout(0.1)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while not self._ending.is_set():
            with suppress(TimeoutError, OSError, struct.error):
                question, sender = self._socket.recvfrom(512)
                time.sleep(self._delay)
                self._socket.sendto(_answer(question), sender)


def _answer(message: bytes) -> bytes:
    number, *_ = _HEADER.unpack_from(message)
    end = message.index(0, _HEADER.size) + 5
    question = message[_HEADER.size : end]
    (kind,) = struct.unpack(">H", question[-4:-2])
    found = kind == _ADDRESS_TYPE
    record = struct.pack(">HHHIH4s", 0xC00C, 1, 1, 60, 4, socket.inet_aton("127.0.0.1")) if found else b""
    return _HEADER.pack(number, 0x8180, 1, int(found), 0, 0) + question + record
