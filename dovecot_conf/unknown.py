"""Text that isn't known: what a template will write stands for it in a value, a name, a pattern."""

from __future__ import annotations

import re
import zlib

_FIRST = 0xE000
_DIGITS = 16
_UNKNOWN = re.compile(f"[{chr(_FIRST)}-{chr(_FIRST + _DIGITS - 1)}]")
"""Characters for private use, which no configuration has."""

_UNKNOWNS = re.compile(f"{_UNKNOWN.pattern}+")


def is_unknown(text: str) -> bool:
    """Tell whether some of a text isn't known."""
    return _UNKNOWN.search(text) is not None


def stand_in(text: str) -> str:
    """Return what stands for the text that a placeholder will become: as long, and equal for equal ones."""
    number = zlib.crc32(text.encode("utf-8", "surrogatepass"))
    return "".join(chr(_FIRST + (number >> (4 * (place % 8)) & 15)) for place in range(len(text)))


def fill(text: str, words: str) -> str:
    """Return a text with ``words`` in the place of what isn't known."""
    return _UNKNOWNS.sub(words, text)
