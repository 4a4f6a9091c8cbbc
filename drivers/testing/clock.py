"""The time of a test."""

from __future__ import annotations

from drivers.testing.errors import PushError

BEGINNING = 1_700_000_000.0
"""When every test begins: 2023-11-14 22:13:20 UTC."""


class FakeClock:
    """A clock that moves when a test moves it, or when something waits: that takes no time."""

    def __init__(self) -> None:
        self._now = BEGINNING

    def advance(self, seconds: float) -> None:
        """Put the clock forward. Raises PushError for less than nothing."""
        if seconds < 0:
            raise PushError(f"a clock isn't put back: advance({seconds})")
        self._now += seconds

    def now(self) -> float:
        """Return seconds since 1970."""
        return self._now

    def monotonic(self) -> float:
        """Return the same, which never goes back."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Put the clock forward."""
        self._now += max(seconds, 0.0)
