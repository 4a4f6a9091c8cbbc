"""What a receiver does wrong on purpose, and with which requests."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """The ways to answer a request wrongly.

    ``status`` is an answer with another status, ``drop`` the end of the connection and ``reset`` its
    loss (TCP RST) without an answer, ``malformed`` an answer that is not HTTP, and ``delay`` the
    good answer too late.
    """

    STATUS = "status"
    DROP = "drop"
    RESET = "reset"
    MALFORMED = "malformed"
    DELAY = "delay"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; ``delay`` in seconds passes before any of them, ``status`` belongs to STATUS."""

    kind: FaultKind
    status: int = 500
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """Which requests meet the fault: all, every N-th, or each with a probability (0 to 1).

    The same ``seed`` makes the same choice again.
    """

    fault: Fault | None = None
    every: int | None = None
    probability: float | None = None
    seed: int = 0

    def fault_of(self, number: int) -> Fault | None:
        """Return the fault that request ``number`` (from 1 on) meets; None for a good answer."""
        if self.every is not None and number % self.every:
            return None
        if self.probability is not None and self._chance(number) >= self.probability:
            return None
        return self.fault

    def _chance(self, number: int) -> float:
        return random.Random(f"{self.seed}:{number}").random()
