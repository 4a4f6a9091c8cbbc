"""The header block of a message or MIME part, field by field."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

LWSP = b" \t"
_MAX_NAME = 1000


@dataclass(frozen=True, slots=True)
class Field:
    """One header field: ``name`` without blanks around the colon, ``value`` all that follows it.

    A fold stays in ``value`` as LF and the original white space; CR in front of LF is dropped. A
    line without a colon, or with a name over 1000 bytes, has the empty name (Dovecot 2.3.19.1).
    """

    name: bytes
    value: bytes

    def is_named(self, name: bytes) -> bool:
        """Tell whether this is the field ``name``, without regard to ASCII case and what follows a NUL."""
        return self.name.partition(b"\0")[0].lower() == name.lower()


def header_lines(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield (start, end of text, start of the next line) for the lines up to and with the empty one."""
    while start < end:
        newline = data.find(b"\n", start, end)
        if newline < 0:
            yield start, end, end
            return
        text_end = newline - 1 if newline > start and data[newline - 1] == 0x0D else newline
        yield start, text_end, newline + 1
        if text_end == start:
            return
        start = newline + 1


def read_header(
    data: bytes, start: int, end: int, is_boundary: Callable[[int], bool] = lambda _: False
) -> tuple[list[Field], int, bool]:
    """Read the header that begins at ``start``.

    Return its fields, the position after it, and whether an empty line closed it. It also ends,
    without being closed, at ``end`` and in front of a line start that ``is_boundary`` accepts.
    """
    fields: list[Field] = []
    lines: list[bytes] = []
    position, closed = start, False
    for line_start, text_end, next_start in header_lines(data, start, end):
        if is_boundary(line_start):
            break
        position = next_start
        if text_end == line_start:
            closed = True
            break
        if lines and data[line_start] not in LWSP:
            fields.append(_field(lines))
            lines = []
        lines.append(data[line_start:text_end])
    if lines:
        fields.append(_field(lines))
    return fields, position, closed


def _field(lines: list[bytes]) -> Field:
    name, colon, value = lines[0].partition(b":")
    name = name.rstrip(LWSP)
    if not colon or len(name) > _MAX_NAME:
        name, value = b"", lines[0]
    return Field(name, b"\n".join([value, *lines[1:]]))
