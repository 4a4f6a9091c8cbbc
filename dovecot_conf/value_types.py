"""The types of values: what Dovecot takes, and what it says about the rest.

Messages are those of ``settings-parser.c`` of 2.3.19.1 and ``str-parse.c`` of 2.4.1, which are the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from dovecot_conf.value import Value

UINT_MAX = 2**32 - 1
UINTMAX_MAX = 2**64 - 1
PORT_MAX = 2**16 - 1
_OCTAL_DIGITS = len(f"{UINTMAX_MAX:o}")

ANY_TEXT = frozenset(("string", "file"))
"""Types that take every value; a ``file`` of 2.4 is the name of one."""

_SIZE_UNITS = frozenset(("", "b", *(unit + rest for unit in "kmgt" for rest in ("", "b", "i", "ib"))))

_SECONDS = {"secs": 1, "seconds": 1, "mins": 60, "minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800}
_MILLISECONDS = ("msecs", "mseconds", "millisecs", "milliseconds")

_UNLIMITED = frozenset(("unlimited", "infinite"))
_TYPES_WITH_UNLIMITED = frozenset(("uint", "octal", "time", "msecs", "size"))


class WrongValue(Value):
    """A value that its type doesn't take: the name of the rule, and Dovecot's message."""

    rule: str
    message: str


def check(kind: str, text: str, choices: str = "") -> WrongValue | None:
    """Return what is wrong with a value, None for a good one.

    ``kind`` is a type of the table; ``choices`` are those of an enum with colons between them.
    """
    if kind in ANY_TEXT:
        return None
    if kind == "enum":
        return None if text in choices.split(":") else WrongValue("choice-value", f"Invalid value: {text}")
    return _CHECKS[kind](text)


def is_unlimited(kind: str, text: str) -> bool:
    """Return whether 2.4 takes the value as one without a limit."""
    return text in _UNLIMITED and kind in _TYPES_WITH_UNLIMITED


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _boolean(text: str) -> WrongValue | None:
    if text.lower() in ("yes", "y", "no") or text == "1":
        return None
    return WrongValue("boolean-value", f"Invalid boolean value: {text} (use yes or no)")


def _number(text: str, maximum: int = UINT_MAX) -> WrongValue | None:
    if _is_digits(text):
        if len(text.lstrip("0")) <= len(str(maximum)) and int(text) <= maximum:
            return None
        reason = "Number too large"
    elif text.startswith("-") and _is_digits(text[1:]):
        reason = "Number too small"
    else:
        reason = "Not a valid number"
    return WrongValue("number-value", f"Invalid number {text}: {reason}")


def _large_number(text: str) -> WrongValue | None:
    return _number(text, UINTMAX_MAX)


def _octal(text: str) -> WrongValue | None:
    if not text.startswith("0"):
        return _number(text)
    digits = text.lstrip("0")
    if (
        re.fullmatch("[0-7]*", digits)
        and len(digits) <= _OCTAL_DIGITS
        and int(f"0{digits}", 8) <= UINTMAX_MAX
    ):
        return None
    return WrongValue("number-value", f"Invalid number: {text}")


def _amount(text: str) -> tuple[int, str] | None:
    rest = text.lstrip("0123456789")
    digits = text.removesuffix(rest)
    if not digits or len(digits.lstrip("0")) > len(str(UINTMAX_MAX)) or int(digits) > UINTMAX_MAX:
        return None
    return int(digits), rest.lstrip(" ")


def _seconds(text: str, factor: int = 1) -> WrongValue | None:
    rule = "time-value"
    amount = _amount(text)
    if amount is None:
        return WrongValue(rule, f"Invalid time interval: {text}")
    number, unit = amount[0], amount[1].lower()
    multiply = factor
    if not unit:
        if number:
            advice = "(add e.g. 's' for seconds)"
            return WrongValue(rule, f"Time interval '{text}' is missing units {advice}")
    elif word := next((word for word in _SECONDS if word.startswith(unit)), None):
        multiply *= _SECONDS[word]
    elif any(word.startswith(unit) for word in _MILLISECONDS):
        if factor == 1 and number % 1000:
            return WrongValue(rule, f"Milliseconds not supported for this setting: {text}")
        number, multiply = number // (1000 // factor), 1
    else:
        return WrongValue(rule, f"Invalid time interval: {text}")
    if number > UINT_MAX // multiply:
        return WrongValue(rule, f"Time interval is too large: {text}")
    return None


def _milliseconds(text: str) -> WrongValue | None:
    return _seconds(text, 1000)


def _size(text: str) -> WrongValue | None:
    amount = _amount(text)
    if amount is None or (unit := amount[1].lower()) not in _SIZE_UNITS:
        return WrongValue("size-value", f"Invalid size: {text}")
    power = "bkmgt".index(unit[:1])
    if amount[0] > UINTMAX_MAX // 1024**power:
        return WrongValue("size-value", f"Size is too large: {text}")
    return None


def _port(text: str) -> WrongValue | None:
    if _is_digits(text) and len(text.lstrip("0")) <= len(str(PORT_MAX)) and int(text) <= PORT_MAX:
        return None
    return WrongValue("port-value", f"Invalid port number {text}")


_CHECKS: dict[str, Callable[[str], WrongValue | None]] = {
    "bool": _boolean,
    "uint": _number,
    "uintmax": _large_number,
    "octal": _octal,
    "time": _seconds,
    "msecs": _milliseconds,
    "size": _size,
    "port": _port,
}
