"""Signals that ask the process to end."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

_ENDING = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def ending(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Let ``handler`` take Ctrl-C and SIGTERM in the main thread; elsewhere nothing changes.

    What the caller had us ignore, as a shell does for a job in the background, stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = {number: signal.getsignal(number) for number in _ENDING}
    changed = [number for number, before in previous.items() if before is not signal.SIG_IGN]
    for number in changed:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number in changed:
            signal.signal(number, previous[number])
