"""Rows of values in doveadm's formats: flow, pager, tab, table and json.

All values are shown raw except in json; titles are hidden as doveadm hides them for METADATA.
Source: doveadm of Dovecot 2.3.19.1 and 2.4.1, byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from types import MappingProxyType

from dovecot_conf.versions import Version

Row = Sequence[str]

DEFAULT_WIDTH = 80
LEAST_WIDTH = 30
# The first bytes of characters, and how many bytes they begin.
UTF8_SIZES = ((0xFC, 6), (0xF8, 5), (0xF0, 4), (0xE0, 3), (0xC0, 2))
# What a column is called where it isn't by its key.
TITLES = MappingProxyType({"username": "Username"})
# The widths of a table come from its first rows.
MEASURED_ROWS = 100


def flow(columns: Row, rows: Sequence[Row], width: int) -> str:  # noqa: ARG001 - all formats are called alike
    """A line for each row, values separated by blanks."""
    return "".join(" ".join(row) + "\n" for row in rows)


def pager(columns: Row, rows: Sequence[Row], width: int) -> str:  # noqa: ARG001
    """A line for each value, with a form feed between rows."""
    return "\f\n".join("".join(value + "\n" for value in row) for row in rows)


def tab(columns: Row, rows: Sequence[Row], width: int) -> str:  # noqa: ARG001
    """A line of titles, then a line for each row, values separated by tabs."""
    titles = [TITLES.get(name, name) for name in columns]
    return "".join("\t".join(line) + "\n" for line in (titles, *rows))


def table(columns: Row, rows: Sequence[Row], width: int) -> str:
    """Columns of equal width, cut down to ``width`` if possible, else padded by half of what is left."""
    lengths = _table_lengths(columns, rows, width)
    lines = (
        " ".join(_padded(value, length) for value, length in zip(row, lengths, strict=True)) + "\n"
        for row in rows
    )
    return "".join(lines)


def _padded(value: str, length: int) -> str:
    """Fill a value up as C's printf does, which counts bytes: UTF-8's continuations are more than wanted."""
    if value.isascii():
        return value.ljust(length)
    data = _bytes(value)
    return value + " " * (length + sum(byte & 0xC0 == 0x80 for byte in data) - len(data))


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")


def _length(value: str) -> int:
    """Return how many characters doveadm sees, of which each first byte says how long it is."""
    if value.isascii():
        return len(value)
    data, place, count = _bytes(value), 0, 0
    while place < len(data):
        # 0x80 to 0xBF can't begin a character and stand alone.
        place += next((size for first, size in UTF8_SIZES if data[place] >= first), 1)
        count += place <= len(data)
    return count


def _table_lengths(columns: Row, rows: Sequence[Row], width: int) -> list[int]:
    texts = list(zip(columns, *rows[:MEASURED_ROWS], strict=True))
    lengths = [max(map(_length, column)) for column in texts]
    total = sum(lengths) + len(lengths) - 1
    if total > width:
        for index in reversed(range(len(lengths))):
            spare = lengths[index] - min(map(_length, texts[index]))
            if total - spare <= width:
                lengths[index] -= total - width
                break
            lengths[index] -= spare if spare < 2 else spare // 2
    elif lengths:
        lengths[-1] += (width - total) // 2
    return lengths


def as_json(columns: Row, rows: Sequence[Row], width: int) -> str:  # noqa: ARG001
    """An array with an object for each row, without a newline behind it."""
    objects = (
        ",".join(f"{_quoted(name)}:{_quoted(value)}" for name, value in zip(columns, row, strict=True))
        for row in rows
    )
    return "[" + ",".join(f"{{{members}}}" for members in objects) + "]"


# A byte that is no UTF-8, as it stands in a text.
_NO_UTF8 = "[\udc80-\udcff]"


def _quoted(text: str) -> str:
    import json  # noqa: PLC0415 - the other formats don't need it

    quoted = json.dumps(re.sub(_NO_UTF8, "\ufffd", text), ensure_ascii=False)
    return quoted.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


# An escape sequence of JSON, with the digits that 2.4 writes as capitals.
_ESCAPE = r"\\\\|(\\u)([0-9a-f]{4})"


def as_json_24(columns: Row, rows: Sequence[Row], width: int) -> str:
    """The array of ``as_json`` with capital digits in its escape sequences."""
    lower = as_json(columns, rows, width)
    return re.sub(_ESCAPE, lambda found: f"{found[1]}{found[2].upper()}" if found[1] else found[0], lower)


Formatter = Callable[[Row, Sequence[Row], int], str]

FORMATTERS: MappingProxyType[str, Formatter] = MappingProxyType(
    {"flow": flow, "pager": pager, "tab": tab, "table": table, "json": as_json}
)


def find_formatter(name: str, version: Version) -> Formatter:
    """Return the formatter of a name as a version has it; without one nothing is printed."""
    if name == "json" and version is Version.V24:
        return as_json_24
    return FORMATTERS.get(name, lambda _columns, _rows, _width: "")
