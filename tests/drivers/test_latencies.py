"""Percentiles out of buckets."""

from __future__ import annotations

from random import Random

import pytest

from drivers.latencies import Latencies


def latencies(*seconds: float) -> Latencies:
    found = Latencies()
    for each in seconds:
        found.add(each)
    return found


def test_nothing_takes_no_time() -> None:
    found = latencies()
    assert (found.percentile(50), found.mean, found.minimum, found.maximum) == (0, 0, 0, 0)


@pytest.mark.parametrize("percent", [1, 50, 90, 99, 100])
def test_a_percentile_is_right_to_one_percent(percent: int) -> None:
    dice = Random(percent)
    seconds = sorted(dice.lognormvariate(-5, 2) for _ in range(10_000))
    exact = seconds[len(seconds) * percent // 100 - 1]
    assert latencies(*seconds).percentile(percent) == pytest.approx(exact, rel=0.01)


def test_the_only_duration_is_every_percentile() -> None:
    found = latencies(0.25)
    assert {found.percentile(percent) for percent in (1, 50, 100)} == {0.25}


def test_the_ends_and_the_mean_are_exact() -> None:
    found = latencies(0.1, 0.2, 0.6)
    assert (found.minimum, found.maximum, found.mean) == (0.1, 0.6, pytest.approx(0.3))


def test_a_duration_of_nothing_counts() -> None:
    found = latencies(0.0, 0.0)
    assert found.count == 2
    assert found.percentile(50) == pytest.approx(0, abs=1e-6)
