"""The aggregations of a metric (``group_by``), as ``stats-settings.c`` of 2.3.19.1 and 2.4.1 reads them."""

from __future__ import annotations

import re

_INTEGER = re.compile("-?[0-9]{1,19}")


def wrong_group_by(text: str) -> str:
    """Return what is wrong with a ``group_by`` in Dovecot's words, '' for a right one."""
    for item in text.split(" "):
        if item and (wrong := _wrong_item(item)):
            return wrong
    return ""


def _wrong_item(item: str) -> str:
    field, *rest = item.split(":")
    if not rest:
        return ""
    function, *numbers = rest
    if function == "discrete":
        return "group_by 'discrete' aggregate function does not take any args" if numbers else ""
    if function not in ("exponential", "linear"):
        return f"unknown aggregation function '{function}' on field '{field}'"
    about = f"group_by '{function}' aggregate function"
    if len(numbers) != 3 or not all(map(_INTEGER.fullmatch, numbers)):
        return f"{about} takes 3 int args"
    wrong = _wrong_numbers(function, *map(int, numbers))
    return f"{about} {wrong}" if wrong else ""


def _wrong_numbers(function: str, low: int, high: int, other: int) -> str:
    if min(low, high, other) < 0:
        return "arguments must be >= 0"
    if low >= high:
        return f"min must be < max ({low} must be < {high})"
    if function == "exponential" and other not in (2, 10):
        return f"base must be one of: 2, 10 (base={other})"
    if function == "linear" and low + other > high:
        return f"min+step must be <= max ({low + other} must be <= {high})"
    if function == "linear" and not other:
        return "step must not be 0 (Dovecot crashes: it divides by it)"
    return ""
