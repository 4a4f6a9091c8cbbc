"""Bytes of a configuration file as text and lines, without losing a byte."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

# What no text has: tabs, line ends and ESC may be in one.
_CONTROL = tuple(map(chr, (*range(0x09), *range(0x0E, 0x1B), *range(0x1C, 0x20))))


class SourceFile:
    """One file as it was read.

    ``path`` is the path as the user would write it. ``text`` is the content as UTF-8, bytes that
    are no UTF-8 as lone surrogates, so that :meth:`encode` gives the file's bytes back.
    """

    __slots__ = ("_lines", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._lines: list[str] = []

    @classmethod
    def decode(cls, path: str, content: bytes) -> SourceFile:
        """Make a source of the bytes of the file at ``path``."""
        return cls(path, content.decode("utf-8", "surrogateescape"))

    @property
    def lines(self) -> Sequence[str]:
        """The physical lines without their line feed; a last line without line feed counts.

        They are kept from the first use on.
        """
        if not self._lines:
            self._lines.extend(_split(self.text))
        return self._lines

    @property
    def line_count(self) -> int:
        """The number of physical lines."""
        return self.text.count("\n") + (not self.text.endswith("\n") and bool(self.text))

    def each_line(self) -> Iterator[str]:
        """Yield the physical lines; none of them is kept, so that a long file takes less memory."""
        lines: list[str | None] = [None, *reversed(_split(self.text))]
        return iter(lines.pop, None)

    @property
    def looks_binary(self) -> bool:
        """Whether there are characters in it that no text has."""
        return any(character in self.text for character in _CONTROL)

    def encode(self) -> bytes:
        """Return the bytes of the file."""
        return encode(self.text)


def encode(text: str) -> bytes:
    """Return the bytes that :meth:`SourceFile.decode` made ``text`` of."""
    return text.encode("utf-8", "surrogateescape")


def _split(text: str) -> list[str]:
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return lines
