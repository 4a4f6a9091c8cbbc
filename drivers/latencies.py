"""Latencies of any number of events in a fixed amount of memory."""

from __future__ import annotations

import math
from collections import Counter

_STEP = math.log(1.01)


class Latencies:
    """Counts durations in buckets that are 1 % wide, so a percentile is right to 1 %.

    All durations are in seconds; ``minimum`` and ``maximum`` are exact, 0 without any.
    """

    def __init__(self) -> None:
        self._buckets: Counter[int] = Counter()
        self.count = 0
        self.minimum = 0.0
        self.maximum = 0.0
        self._sum = 0.0

    def add(self, seconds: float) -> None:
        """Count one duration."""
        seconds = max(seconds, 1e-9)
        self._buckets[math.floor(math.log(seconds) / _STEP)] += 1
        self.minimum = min(seconds, self.minimum) if self.count else seconds
        self.maximum = max(seconds, self.maximum)
        self._sum += seconds
        self.count += 1

    @property
    def mean(self) -> float:
        """The average, 0 without any."""
        return self._sum / self.count if self.count else 0.0

    def percentile(self, percent: float) -> float:
        """Return what ``percent`` of the durations don't exceed (nearest rank), 0 without any."""
        rank = max(1, math.ceil(self.count * percent / 100))
        seen = 0
        for bucket in sorted(self._buckets):
            seen += self._buckets[bucket]
            if seen >= rank:
                return min(max(math.exp((bucket + 0.5) * _STEP), self.minimum), self.maximum)
        return 0.0
