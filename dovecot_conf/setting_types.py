"""Values as 2.3 prints them: numbers, sizes and times in one form for each meaning."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from dovecot_conf import amounts
from dovecot_conf.versions import Version

_SIZE_UNITS = ("B", "k", "M", "G", "T")
_TIME_UNITS = (("mins", 60), ("hours", 60), ("days", 24), ("weeks", 7))


@cache
def setting_types(version: Version) -> Mapping[str, str]:
    """Return the type of each setting by its name, with the words of its section in front."""
    path = Path(__file__).with_name("data") / f"settings-{version}.txt"
    rows = (line.split("\t") for line in path.read_text("utf-8").splitlines() if not line.startswith("#"))
    return {row[0]: row[1] for row in rows}


def normalised(kind: str, text: str) -> str:
    """Return a value as doveconf of 2.3 prints it; what is no value of this type stays as it is."""
    try:
        return _NORMALISERS[kind](text) if kind in _NORMALISERS else text
    except ValueError:
        return text


def _boolean(text: str) -> str:
    return "yes" if text.lower() in ("yes", "y") or text == "1" else "no"


def _number(text: str) -> str:
    return str(amounts.natural(text))


def _octal(text: str) -> str:
    return f"0{amounts.octal(text):o}"


def _size(text: str) -> str:
    size = amounts.size(text)
    power = 0
    while size and size % 1024 == 0 and power < len(_SIZE_UNITS) - 1:
        size //= 1024
        power += 1
    return f"{size} {_SIZE_UNITS[power]}" if size else "0"


def _time(text: str) -> str:
    milliseconds = amounts.milliseconds(text)
    if milliseconds % 1000:
        return f"{milliseconds} ms"
    amount, shown = milliseconds // 1000, "secs"
    if not amount:
        return "0"
    for unit, size in _TIME_UNITS:
        if amount % size:
            break
        amount, shown = amount // size, unit
    return f"{amount} {shown}"


_NORMALISERS = {
    "bool": _boolean,
    "uint": _number,
    "octal": _octal,
    "size": _size,
    "time": _time,
    "msecs": _time,
    "port": _number,
}
