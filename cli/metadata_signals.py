"""Ctrl-C and SIGTERM in the middle of a call of `pushnotif metadata`."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

from cli.complaints import complain
from cli.signals import ending


class KilledError(BaseException):
    """A signal asks the process to end."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@contextlib.contextmanager
def killed_by_signals() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM raise KilledError; what the caller has us ignore stays ignored."""

    def end(number: int, _frame: FrameType | None) -> None:
        raise KilledError(number)

    with ending(end):
        yield


def ended_by(killed: KilledError) -> int:
    """Return the exit code of a call that a signal ended, SIGTERM with a line; raise Ctrl-C again."""
    if killed.number == signal.SIGINT:
        raise KeyboardInterrupt from None
    complain("terminated")
    return 128 + killed.number
