"""Many sessions at once, and their sums."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from drivers import (
    Attempt,
    DriverReport,
    Level,
    LogLine,
    Outcome,
    Request,
    SimulationReport,
    SystemClock,
    TransactionReport,
)
from drivers.load import MAX_MESSAGES, OTHER_MESSAGES, Load, LoadRun, Tally
from tests.drivers.doubles import FakeClock


def report(outcome: Outcome, *errors: str, attempts: tuple[float, ...] = ()) -> SimulationReport:
    tries = tuple(Attempt(200, "OK", "", elapsed) for elapsed in attempts)
    requests = (Request("PUT", "http://h/", (), "{}", tries),)
    driver = DriverReport("ox", "push_notification_driver", outcome, "", requests)
    log = tuple(LogLine(Level.ERROR, "ox", error) for error in errors)
    return SimulationReport("2.3", "bob", "lmtp", (TransactionReport("INBOX", (), (driver,)),), log)


def silent(tally: Tally) -> None:
    pass


def run(load: Load, session: Callable[[int], SimulationReport]) -> Tally:
    return LoadRun(session, load, FakeClock()).run(silent)


def test_every_session_is_played_once_and_knows_its_number() -> None:
    numbers: list[int] = []

    def session(number: int) -> SimulationReport:
        numbers.append(number)
        return report(Outcome.SENT)

    tally = run(Load(count=100, concurrency=8), session)
    assert sorted(numbers) == list(range(100))
    assert (tally.done, tally.failed, tally.outcomes) == (100, 0, {"sent": 100})


def test_as_many_sessions_as_wanted_go_on_at_once() -> None:
    meeting = threading.Barrier(4)

    def session(number: int) -> SimulationReport:
        meeting.wait(timeout=10)
        return report(Outcome.SENT)

    assert LoadRun(session, Load(count=8, concurrency=4), SystemClock()).run(silent).done == 8


def test_sessions_begin_at_the_rate_that_is_asked_for() -> None:
    clock, begun = FakeClock(), []

    def session(number: int) -> SimulationReport:
        begun.append(clock.monotonic())
        return report(Outcome.SENT)

    tally = LoadRun(session, Load(count=5, rate=2.0), clock).run(silent)
    assert [begin - begun[0] for begin in begun] == pytest.approx([0, 0.5, 1, 1.5, 2])
    assert tally.throughput == pytest.approx(2.5)


def test_errors_are_counted_by_their_text_without_times_and_connections() -> None:
    texts = iter(["(conn:h,id=1) late 1.234 secs", "(conn:h,id=22) late 2.345 secs", "refused"])
    tally = run(Load(count=3), lambda number: report(Outcome.FAILED, next(texts)))
    assert tally.failed == 3
    assert tally.errors == {"(conn:h,id=…) late … secs": 2, "refused": 1}


def test_errors_on_several_connections_are_the_same() -> None:
    lost = "Connection lost: read((conn:127.0.0.1:80,id={})) failed: EOF"
    tally = Tally(Load())
    for number in (7, 12):
        tally.add(report(Outcome.FAILED, lost.format(number)), 0.1)
    assert tally.errors == {lost.format("…"): 2}


def test_no_number_of_different_errors_fills_the_memory() -> None:
    tally = run(Load(count=100), lambda number: report(Outcome.FAILED, f"error {number}"))
    assert len(tally.errors) == MAX_MESSAGES + 1
    assert tally.errors[OTHER_MESSAGES] == 100 - MAX_MESSAGES


def test_a_request_takes_as_long_as_all_of_its_attempts() -> None:
    tally = run(Load(), lambda number: report(Outcome.SENT, attempts=(200.0, 300.0)))
    assert tally.requests.count == 1
    assert tally.requests.maximum == pytest.approx(0.5)


def test_progress_is_told_after_each_session() -> None:
    done: list[int] = []
    LoadRun(lambda number: report(Outcome.SENT), Load(count=3), FakeClock()).run(
        lambda tally: done.append(tally.done)
    )
    assert done == [1, 2, 3]


def test_an_error_in_one_session_ends_the_run() -> None:
    def session(number: int) -> SimulationReport:
        if number == 3:
            raise ValueError("no such thing")
        return report(Outcome.SENT)

    with pytest.raises(ValueError, match="no such thing"):
        run(Load(count=1000, concurrency=2), session)


@pytest.mark.parametrize("level", [Level.ERROR, Level.FATAL, Level.PANIC])
def test_whatever_ends_badly_has_failed(level: Level) -> None:
    tally = Tally(Load())
    tally.add(replace(report(Outcome.CALLED), log=(LogLine(level, "lua", "oops"),)), 0.1)
    assert (tally.done, tally.failed) == (1, 1)


def test_sums_stay_as_they_are_when_a_session_ends_after_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.load._GRACE_SECONDS", 0.01)
    begun, shown, ended = threading.Event(), threading.Event(), threading.Event()

    def session(number: int) -> SimulationReport:
        if threading.current_thread() is threading.main_thread():
            begun.wait(timeout=10)
            raise KeyboardInterrupt
        begun.set()
        shown.wait(timeout=10)
        ended.set()
        return report(Outcome.SENT)

    running = LoadRun(session, Load(count=2, concurrency=2), SystemClock())
    with pytest.raises(KeyboardInterrupt):
        running.run(silent)
    shown.set()
    assert ended.wait(timeout=10)
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and thread.daemon:
            thread.join(timeout=10)
    assert running.tally.done == 0


def test_what_was_done_before_an_interrupt_is_known() -> None:
    def session(number: int) -> SimulationReport:
        if number == 5:
            raise KeyboardInterrupt
        return report(Outcome.SENT)

    load = LoadRun(session, Load(count=1000), FakeClock())
    with pytest.raises(KeyboardInterrupt):
        load.run(silent)
    assert load.tally.done == 5


def test_a_stopped_run_begins_no_more_sessions() -> None:
    load = LoadRun(lambda number: report(Outcome.SENT), Load(count=1000), FakeClock())
    tally = load.run(lambda tally: load.stop() if tally.done == 7 else None)
    assert tally.done == 7
