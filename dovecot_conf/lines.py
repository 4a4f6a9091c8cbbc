"""From physical lines to logical ones: white space, comments, continuation.

The order of the steps is Dovecot's (both versions), and every oddity follows from it: a quote is
looked for on one physical line only, the comment is cut before the backslash at the end is seen.
"""

from __future__ import annotations

import re
from functools import cache

from dovecot_conf.positions import Piece


@cache
def _stretch() -> re.Pattern[str]:
    """Return the pattern of what can't hold the beginning of a comment; few files need it at all."""
    quoted = r""""[^"\\]*+(?:\\.[^"\\]*+)*"|'[^'\\]*+(?:\\.[^'\\]*+)*'"""
    return re.compile(rf"""[^#'"]++|{quoted}""", re.DOTALL)


def find_comment(text: str) -> int:
    """Return where the comment in ``text`` starts, or -1.

    Any quote character opens a stretch to the next same one, in which a backslash hides the next
    character; a stretch that never closes hides everything.
    """
    if "#" not in text:
        return -1
    pattern, position = _stretch(), 0
    while (stretch := pattern.match(text, position)) is not None:
        position = stretch.end()
    return position if text.startswith("#", position) else -1


def unescape(text: str) -> str:
    """Drop each backslash and keep the character after it, as both versions do inside quotes."""
    if "\\" not in text:
        return text
    return re.sub(r"\\(.?)", r"\1", text, flags=re.DOTALL)


class Kept:
    """The text of continued lines that waits for the line that ends it.

    It outlives the end of an included file. ``first_line`` is the first line *of the file now
    read* that belongs to it, None when all of it comes from other files.
    """

    def __init__(self) -> None:
        self.first_line: int | None = None
        self._texts: list[str] = []
        self._pieces: list[Piece] = []
        self._length = 0

    @property
    def is_empty(self) -> bool:
        """Whether no text waits."""
        return not self._texts

    def add(self, text: str, path: str, line: int, column: int) -> None:
        """Keep ``text`` and one space; no text keeps nothing."""
        if self.first_line is None:
            self.first_line = line
        if text:
            self._pieces.append(Piece(self._length, path, line, column))
            self._texts.append(text)
            self._length += len(text) + 1

    def join(self, text: str, path: str, line: int, column: int) -> tuple[str, tuple[Piece, ...]]:
        """Return the kept text with the last part, and forget it."""
        pieces = (*self._pieces, Piece(self._length, path, line, column))
        joined = " ".join((*self._texts, text))
        self.forget()
        return joined, pieces if len(pieces) > 1 else ()

    def forget(self) -> None:
        """Drop everything."""
        self.first_line = None
        self._texts.clear()
        self._pieces.clear()
        self._length = 0
