"""The time that an answer may take as a whole, in however many pieces it comes."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], float]
"""Tells seconds, and never goes back."""


class Deadline:
    """``seconds`` for something as a whole, from now on by ``clock``.

    ``has_begun`` is what whoever reads says here: that something of the answer came.
    """

    def __init__(self, seconds: float, clock: Clock = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self.restart()

    def restart(self) -> None:
        """Give all seconds again, for another answer."""
        self._end = self._clock() + self.seconds
        self.has_begun = False

    def left(self) -> float:
        """Return how many seconds are left, more than 0. Raises TimeoutError when none are."""
        left = self._end - self._clock()
        if left <= 0:
            raise TimeoutError(self.reason)
        return left

    @property
    def reason(self) -> str:
        """Why something was given up at its end."""
        whole = "whole " if self.has_begun else ""
        return f"no {whole}answer within {self.seconds:g} seconds"
