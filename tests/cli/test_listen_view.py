"""The table that a terminal shows of what `pushnotif listen` receives."""

from __future__ import annotations

import time

import pytest

from cli.render.records_live import LiveView
from drivers.recording import Record, RecordedAnswer


def record(number: int) -> Record:
    return Record(
        "listen", float(number), "http://h:1", "PUT", f"/{number}", (), b"", RecordedAnswer(200, "OK")
    )


def test_a_burst_of_requests_is_drawn_a_few_times_and_completely(capsys: pytest.CaptureFixture[str]) -> None:
    begin = time.monotonic()
    with LiveView(colored=False, show_secrets=False) as view:
        for number in range(500):
            view.show(record(number))
        pauses = (time.monotonic() - begin) / 0.1
    written = capsys.readouterr().out
    # The first and the last time are free.
    assert written.count("answer") <= pauses + 3
    assert "500 requests: 500 × 200" in written
    assert "/499" in written


def test_what_goes_wrong_with_drawing_is_told_with_a_later_request(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise BrokenPipeError

    def show_again_and_again() -> None:
        until = time.monotonic() + 10
        while time.monotonic() < until:
            view.show(record(1))
            time.sleep(0.01)

    with LiveView(colored=False, show_secrets=False) as view, monkeypatch.context() as broken:
        broken.setattr("rich.live.Live.update", fail)
        with pytest.raises(BrokenPipeError):
            show_again_and_again()
