"""Many sessions, one after the other or at once: how many a second, how they end, how long they take.

Only sums are kept, so that any number of sessions fits into the same memory.
"""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from drivers.clock import Clock
from drivers.latencies import Latencies
from drivers.report import Request, SimulationReport

Session = Callable[[int], SimulationReport]
"""Plays one session; it is given its number, from 0 on. Several may run at once."""

MAX_MESSAGES = 20
"""Error texts that are counted one by one; others are counted together."""

OTHER_MESSAGES = "(other errors)"

_GRACE_SECONDS = 2.0
"""How long an interrupted run waits for the sessions that have begun."""

_LONGEST_SLEEP = 0.2
_VARYING = re.compile(r"\d+\.\d{3}|(?<=,id=)\d+(?=\))")
"""Times, and the numbers of connections."""


@dataclass(frozen=True, slots=True)
class Load:
    """How many sessions, how many of them at once, and how many begin in a second (None: no limit)."""

    count: int = 1
    concurrency: int = 1
    rate: float | None = None


@dataclass(slots=True)
class Tally:
    """What many sessions came to.

    ``outcomes`` counts the drivers' outcomes, ``errors`` the error lines that Dovecot would log, with
    ``…`` for the times and numbers of connections in them.
    ``elapsed`` is in seconds. ``sessions`` and ``requests`` are how long each took, a request with all
    of its attempts, without the waits between them.
    """

    load: Load
    done: int = 0
    failed: int = 0
    elapsed: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    sessions: Latencies = field(default_factory=Latencies)
    requests: Latencies = field(default_factory=Latencies)

    @property
    def throughput(self) -> float:
        """Sessions in a second."""
        return self.done / self.elapsed if self.elapsed > 0 else 0.0

    def add(self, report: SimulationReport, seconds: float) -> None:
        """Count one more session, which took so long."""
        self.done += 1
        self.sessions.add(seconds)
        for transaction in report.transactions:
            for driver in transaction.drivers:
                self.outcomes[driver.outcome.value] += 1
                for request in driver.requests:
                    if request.attempts:
                        self.requests.add(_seconds(request))
        wrong = [_VARYING.sub("…", line.message) for line in report.log if line.level.is_failure]
        self.failed += bool(wrong)
        for message in wrong:
            known = message in self.errors or len(self.errors) < MAX_MESSAGES
            self.errors[message if known else OTHER_MESSAGES] += 1


def _seconds(request: Request) -> float:
    return sum(attempt.elapsed_ms for attempt in request.attempts) / 1000


class LoadRun:
    """One run. ``tally`` may be looked at while it goes on; :meth:`stop` lets begun sessions end."""

    def __init__(self, session: Session, load: Load, clock: Clock) -> None:
        self._session = session
        self._clock = clock
        self._next = 0
        self._begin = 0.0
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._ended = False
        self._failure: BaseException | None = None
        self.tally = Tally(load)

    def stop(self) -> None:
        """Begin no more sessions."""
        self._stopped.set()

    def run(self, on_progress: Callable[[Tally], object]) -> Tally:
        """Play all sessions; ``on_progress`` is called after each, by one thread at a time.

        An exception of a session, and Ctrl-C, end the run; begun sessions get a moment to end before it is
        raised.
        """
        self._begin = self._clock.monotonic()
        workers = min(self.tally.load.concurrency, self.tally.load.count)
        threads = [
            threading.Thread(target=self._work, args=(on_progress,), daemon=True) for _ in range(workers - 1)
        ]
        for thread in threads:
            thread.start()
        try:
            self._work(on_progress)
            for thread in threads:
                thread.join()
        finally:
            self.stop()
            self._join(threads)
            with self._lock:
                # Nobody changes the sums that are looked at now.
                self._ended = True
                self.tally.elapsed = self._clock.monotonic() - self._begin
        if self._failure is not None:
            raise self._failure
        return self.tally

    def _join(self, threads: Iterable[threading.Thread]) -> None:
        until = time.monotonic() + _GRACE_SECONDS
        for thread in threads:
            thread.join(max(until - time.monotonic(), 0))

    def _work(self, on_progress: Callable[[Tally], object]) -> None:
        try:
            while (number := self._take()) is not None:
                begin = self._clock.monotonic()
                report = self._session(number)
                end = self._clock.monotonic()
                with self._lock:
                    if self._ended:
                        return
                    self.tally.add(report, end - begin)
                    self.tally.elapsed = end - self._begin
                    on_progress(self.tally)
        except Exception as error:  # noqa: BLE001 - raised again by run()
            self._failure = self._failure or error
            self.stop()

    def _take(self) -> int | None:
        """Return the number of the next session when its time has come, None at the end."""
        with self._lock:
            number = self._next
            if number >= self.tally.load.count or self._stopped.is_set():
                return None
            self._next += 1
        rate = self.tally.load.rate
        if rate is not None:
            due = self._begin + number / rate
            while not self._stopped.is_set() and (wait := due - self._clock.monotonic()) > 0:
                self._clock.sleep(min(wait, _LONGEST_SLEEP))
        return None if self._stopped.is_set() else number
