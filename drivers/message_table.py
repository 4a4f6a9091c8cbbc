"""The order in which Dovecot hands out the messages of a transaction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

Value = TypeVar("Value")

_FIRST_SIZE = 67
_MAX_LOAD = 2
_PRIMES = (
    17,
    37,
    67,
    131,
    257,
    521,
    1031,
    2053,
    4099,
    8209,
    16411,
    32771,
    65537,
    131101,
    262147,
    524309,
    1048583,
)
_FIRST_BIT_LENGTH = 4


class MessageTable(Generic[Value]):
    """Messages by sequence number, iterated in the order of Dovecot's hash table.

    A bucket is the sequence modulo the table size; buckets come out in order, a bucket's messages in
    the order they were put in. The table grows when it holds twice as many messages as buckets
    (seen with Dovecot 2.3.19.1).
    """

    def __init__(self) -> None:
        self._size = _FIRST_SIZE
        self._values: dict[int, Value] = {}

    def get(self, sequence: int) -> Value | None:
        """Return the message with this sequence number, None if there is none."""
        return self._values.get(sequence)

    def insert(self, sequence: int, value: Value) -> None:
        """Add a message under a new sequence number."""
        if len(self._values) >= _MAX_LOAD * self._size:
            ordered = [(key, self._values[key]) for key in self._order()]
            self._values = dict(ordered)
            self._size = max(_FIRST_SIZE, _prime_for(len(self._values) + 1))
        self._values[sequence] = value

    def __iter__(self) -> Iterator[Value]:
        """Return the messages in Dovecot's order."""
        return (self._values[key] for key in self._order())

    def _order(self) -> list[int]:
        return sorted(self._values, key=lambda sequence: sequence % self._size)


def _prime_for(count: int) -> int:
    """Return the prime that belongs to the highest bit of ``count``: 257 for 128 to 255."""
    index = max(0, count.bit_length() - _FIRST_BIT_LENGTH)
    return _PRIMES[min(index, len(_PRIMES) - 1)]
