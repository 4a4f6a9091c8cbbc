"""The values of driver options: time intervals, numbers and booleans, with Dovecot's error texts."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dovecot_conf.errors import DriverError

UINT_MAX = 4294967295
_UINTMAX_MAX = 18446744073709551615

_NUMBER = re.compile(r"[0-9]+")

_SECONDS_PER_UNIT: Mapping[str, int] = {
    "secs": 1,
    "seconds": 1,
    "mins": 60,
    "minutes": 60,
    "hours": 60 * 60,
    "days": 24 * 60 * 60,
    "weeks": 7 * 24 * 60 * 60,
}
_MILLISECOND_UNITS = ("msecs", "mseconds", "millisecs", "milliseconds")


def parse_seconds(text: str) -> int:
    """Parse a Dovecot time interval into seconds.

    A number and a unit, which may be shortened to any beginning of its name and is only optional for
    zero. Source: Dovecot 2.3.19.1.

    Raises:
        DriverError: with Dovecot's reason.
    """
    number, unit = _split(text)
    seconds = _unit_seconds(unit)
    if seconds is None and _is_milliseconds(unit):
        if number % 1000:
            raise DriverError(f"Milliseconds not supported for this setting: {text}")
        number, seconds = number // 1000, 1
    return _scale(text, number, seconds)


def parse_milliseconds(text: str) -> int:
    """Parse a Dovecot 2.4 time interval into milliseconds; ``infinite`` is 4294967295.

    Raises:
        DriverError: with Dovecot's reason.
    """
    if text == "infinite":
        return UINT_MAX
    number, unit = _split(text)
    seconds = _unit_seconds(unit)
    factor = 1 if seconds is None and _is_milliseconds(unit) else None if seconds is None else seconds * 1000
    return _scale(text, number, factor)


def parse_unsigned(text: str) -> int | None:
    """Parse an unsigned 32-bit decimal number; None when it is not one."""
    if not _NUMBER.fullmatch(text):
        return None
    digits = text.lstrip("0") or "0"
    if len(digits) > 10 or int(digits) > UINT_MAX:
        return None
    return int(digits)


def parse_boolean(text: str) -> bool:
    """Parse a boolean of 2.4: ``yes``, ``y``, ``1`` or ``no``, case ignored.

    Raises:
        DriverError: with Dovecot's reason.
    """
    if text.lower() in ("yes", "y", "1"):
        return True
    if text.lower() == "no":
        return False
    raise DriverError(f"Invalid boolean value: {text} (use yes or no)")


def _split(text: str) -> tuple[int, str]:
    match = _NUMBER.match(text)
    digits = match[0].lstrip("0") if match else ""
    if match is None or len(digits) > 20 or int(digits or "0") > _UINTMAX_MAX:
        raise DriverError(f"Invalid time interval: {text}")
    unit = text[match.end() :].lstrip(" ")
    number = int(digits or "0")
    if not unit and number:
        raise DriverError(f"Time interval '{text}' is missing units (add e.g. 's' for seconds)")
    return number, unit.lower()


def _unit_seconds(unit: str) -> int | None:
    if not unit:
        return 1
    return next((seconds for name, seconds in _SECONDS_PER_UNIT.items() if name.startswith(unit)), None)


def _is_milliseconds(unit: str) -> bool:
    return any(name.startswith(unit) for name in _MILLISECOND_UNITS)


def _scale(text: str, number: int, factor: int | None) -> int:
    if factor is None:
        raise DriverError(f"Invalid time interval: {text}")
    if number > UINT_MAX // factor:
        raise DriverError(f"Time interval is too large: {text}")
    return number * factor
