"""Numbers, sizes and times as Dovecot's settings write them, made numbers."""

from __future__ import annotations

_MILLISECOND_WORDS = ("msecs", "mseconds", "millisecs", "milliseconds")
_MILLISECONDS = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}


def natural(text: str) -> int:
    """Return a number. Raises ValueError for what is none."""
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)


def octal(text: str) -> int:
    """Return a file mode, octal with a zero in front, in the 32 bits it is kept in. Raises ValueError."""
    return (int(text, base=8) if text.startswith("0") else natural(text)) % 2**32


def size(text: str) -> int:
    """Return a size in bytes. Raises ValueError."""
    digits, unit = _number_and_unit(text)
    unit = unit.lower().removesuffix("b").removesuffix("i")
    power: int = ("", "k", "m", "g", "t").index(unit)
    return digits << (10 * power)


def milliseconds(text: str) -> int:
    """Return a time in milliseconds. Raises ValueError."""
    digits, unit = _number_and_unit(text)
    if not unit:
        if digits:
            raise ValueError(text)
        return 0
    word = unit.lower()
    if word not in ("m", "mi") and any(full.startswith(word) for full in _MILLISECOND_WORDS):
        return digits
    if word[:1] not in _MILLISECONDS:
        raise ValueError(text)
    return digits * _MILLISECONDS[word[:1]]


def _number_and_unit(text: str) -> tuple[int, str]:
    rest = text.lstrip("0123456789")
    return natural(text[: len(text) - len(rest)]), rest.strip(" ")
