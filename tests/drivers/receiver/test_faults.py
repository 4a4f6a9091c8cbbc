"""Which requests meet a fault."""

from __future__ import annotations

import pytest

from drivers.receiver import Fault, FaultKind, FaultPlan

DROP = Fault(FaultKind.DROP)


def hits(plan: FaultPlan, count: int = 12) -> list[int]:
    return [number for number in range(1, count + 1) if plan.fault_of(number) is not None]


def test_without_a_fault_all_is_well() -> None:
    assert hits(FaultPlan()) == hits(FaultPlan(every=1)) == []


def test_a_fault_meets_every_request() -> None:
    assert hits(FaultPlan(DROP)) == list(range(1, 13))


@pytest.mark.parametrize("every", [1, 2, 5])
def test_every_nth_request_meets_it(every: int) -> None:
    assert hits(FaultPlan(DROP, every=every)) == list(range(every, 13, every))


def test_probability_is_about_how_often() -> None:
    assert 150 < len(hits(FaultPlan(DROP, probability=0.2, seed=1), 1000)) < 250
    assert hits(FaultPlan(DROP, probability=0.0)) == []
    assert hits(FaultPlan(DROP, probability=1.0)) == list(range(1, 13))


def test_the_same_seed_makes_the_same_choice() -> None:
    def choice(seed: int) -> list[int]:
        return hits(FaultPlan(DROP, probability=0.5, seed=seed), 100)

    assert choice(7) == choice(7) != choice(8)
