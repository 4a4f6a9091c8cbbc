"""A type of options that wants a number."""

from __future__ import annotations

import math
from typing import Any

import click

LONGEST_WAIT = 3600
"""How many seconds at most one can be told to wait for an answer."""


class Number(click.FloatRange):
    """A number within limits, and no NaN, which is within all of them."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number, or fail with a usage error."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value} is not a number.", param, ctx)
        return number
