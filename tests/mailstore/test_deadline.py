from __future__ import annotations

import pytest

from mailstore.deadline import Deadline


def test_what_is_left_runs_out_however_often_it_is_asked_for() -> None:
    now = [100.0]
    deadline = Deadline(2.5, lambda: now[0])
    assert deadline.left() == 2.5
    now[0] = 102.0
    assert deadline.left() == 0.5
    now[0] = 102.5
    with pytest.raises(TimeoutError, match=r"^no answer within 2\.5 seconds$"):
        deadline.left()


def test_half_an_answer_is_told_from_none() -> None:
    deadline = Deadline(0.0)
    deadline.has_begun = True
    with pytest.raises(TimeoutError, match=r"^no whole answer within 0 seconds$"):
        deadline.left()


def test_all_of_it_is_there_again_for_another_answer() -> None:
    now = [0.0]
    deadline = Deadline(1.0, lambda: now[0])
    deadline.has_begun = True
    now[0] = 5.0
    deadline.restart()
    assert deadline.left() == 1.0
    assert deadline.reason == "no answer within 1 seconds"
