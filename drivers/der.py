"""Elements of DER (X.690), as far as certificates need them."""

from __future__ import annotations

from collections.abc import Iterator


def items(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and content of each element. Raises ValueError and IndexError for what is none."""
    position = 0
    while position < len(data):
        tag, length = data[position], data[position + 1]
        position += 2
        if length & 0x80:
            size = length & 0x7F
            length = int.from_bytes(data[position : position + size], "big")
            position += size
        if position + length > len(data):
            raise ValueError(data)
        yield tag, data[position : position + length]
        position += length


def dotted(oid: bytes) -> str:
    """Return an object identifier as numbers with dots."""
    numbers = []
    value = 0
    for byte in oid:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(value)
            value = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))
