"""Frozen values that are cheap to define."""

from __future__ import annotations

from typing import Any

import pytest

from dovecot_conf.value import Value


class Point(Value):
    """A place."""

    x: int
    y: int = 0

    @property
    def sum(self) -> int:
        """Both together."""
        return self.x + self.y


class Named(Point):
    """A place with a name."""

    name: str = ""


def test_fields_are_given_in_order_or_by_name_and_have_defaults() -> None:
    assert (Point(1).x, Point(1).y, Point(1).sum) == (1, 0, 1)
    assert Point(1, 2) == Point(y=2, x=1) == Point(1, y=2)


def test_a_derived_value_has_the_fields_of_its_base_first() -> None:
    assert repr(Named(1, 2, "here")) == "Named(x=1, y=2, name='here')"


@pytest.mark.parametrize(
    ("given", "named"),
    [((), {}), ((), {"y": 1}), ((1, 2, 3), {}), ((1,), {"x": 1}), ((1,), {"z": 1}), ((), {"y": 1, "z": 1})],
)
def test_fields_that_are_missing_unknown_or_there_twice_are_refused(
    given: tuple[int, ...], named: dict[str, Any]
) -> None:
    with pytest.raises(TypeError, match="Point has the fields x, y"):
        Point(*given, **named)


def test_values_of_one_class_are_equal_when_their_fields_are() -> None:
    assert Point(1, 2) == Point(1, 2)
    assert Point(1, 2) != Point(1, 3)
    assert Point(1, 2) != Named(1, 2)
    assert Point(1, 2) != (1, 2)
    assert len({Point(1, 2), Point(1, 2), Point(2, 1), Named(1, 2)}) == 3


def test_a_copy_may_differ_and_the_original_stays() -> None:
    here = Point(1, 2)
    assert here.replace(y=3) == Point(1, 3)
    assert here == Point(1, 2)
    with pytest.raises(TypeError, match="has the fields"):
        here.replace(z=3)


def test_a_value_does_not_change() -> None:
    here = Point(1)
    with pytest.raises(AttributeError, match=r"Point\.x can't be changed"):
        here.x = 2  # type: ignore[misc]
    with pytest.raises(AttributeError, match=r"Point\.x can't be removed"):
        del here.x
    assert here == Point(1)
