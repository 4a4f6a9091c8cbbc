"""Bytes of a configuration file as text and lines, without losing a byte."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, eq=False)
class SourceFile:
    """One file as it was read.

    ``path`` is the path as the user would write it. ``text`` is the content as UTF-8, bytes that
    are no UTF-8 as lone surrogates, so that :meth:`encode` gives the file's bytes back. ``lines``
    are the physical lines without their line feed; a last line without line feed counts.
    """

    path: str
    text: str
    lines: tuple[str, ...] = field(repr=False)

    @classmethod
    def decode(cls, path: str, content: bytes) -> SourceFile:
        """Make a source of the bytes of the file at ``path``."""
        text = content.decode("utf-8", "surrogateescape")
        lines = text.split("\n")
        if not lines[-1]:
            lines.pop()
        return cls(path, text, tuple(lines))

    def encode(self) -> bytes:
        """Return the bytes of the file."""
        return encode(self.text)


def encode(text: str) -> bytes:
    """Return the bytes that :meth:`SourceFile.decode` made ``text`` of."""
    return text.encode("utf-8", "surrogateescape")
