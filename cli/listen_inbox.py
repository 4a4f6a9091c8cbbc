"""From the thread that receives to the one that shows, and what ends the waiting."""

from __future__ import annotations

import contextlib
import queue
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType

from cli.output import discard_stdout
from cli.signals import ending
from dovecot_conf.errors import PushnotifError
from drivers.receiver import Received

_MOST_WAITING = 16
_POLL_SECONDS = 0.1


class TerminatedError(BaseException):
    """The process was asked to end (SIGTERM)."""


class Inbox:
    """Hands requests over, a few at most: where they can't be shown, no more are answered."""

    def __init__(self) -> None:
        # The only queue that a signal handler may put something into.
        self._items: queue.SimpleQueue[Received | BaseException] = queue.SimpleQueue()
        self._room = threading.Semaphore(_MOST_WAITING)
        self._closed = threading.Event()

    def put(self, item: Received | PushnotifError) -> None:
        """Hand over a request, or why it could not be recorded; nothing once the inbox is closed."""
        while not self._closed.is_set():
            if self._room.acquire(timeout=_POLL_SECONDS):
                self._items.put(item)
                return

    def interrupt(self, error: BaseException) -> None:
        """Let the reader meet ``error`` behind the requests that have come already."""
        self._items.put(error)

    def get(self, deadline: float | None) -> Received | None:
        """Return the next request; None if the monotonic clock reaches ``deadline`` first.

        What has come by then is still returned, call by call, and the inbox closed. Raises the error
        that was put in.
        """
        remaining = max(deadline - time.monotonic(), 0.0) if deadline is not None else None
        if remaining == 0.0:
            self.close()
        try:
            item = self._items.get(timeout=remaining)
        except queue.Empty:
            return None
        self._room.release()
        if isinstance(item, BaseException):
            raise item
        return item

    def close(self) -> None:
        """Let nobody wait for room any more."""
        self._closed.set()


@contextlib.contextmanager
def interrupted_by_signals(inbox: Inbox) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the reading of ``inbox`` between two requests; a second one at once."""
    errors: dict[int, type[BaseException]] = {
        signal.SIGINT: KeyboardInterrupt,
        signal.SIGTERM: TerminatedError,
    }
    asked: list[int] = []

    def end(number: int, _frame: FrameType | None) -> None:
        if asked:
            # Perhaps nobody reads stdout any more, and the end would wait for it again.
            discard_stdout()
            raise errors[number]
        asked.append(number)
        inbox.interrupt(errors[number]())

    with ending(end):
        yield
