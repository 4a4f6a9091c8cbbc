"""From physical lines to logical ones: white space, comments, continuation.

The order of the steps is Dovecot's (both versions), and every oddity follows from it: a quote is
looked for on one physical line only, the comment is cut before the backslash at the end is seen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from dovecot_conf.tree import Piece


def find_comment(text: str) -> int:
    """Return where the comment in ``text`` starts, or -1.

    Any quote character opens a stretch to the next same one, in which a backslash hides the next
    character; a stretch that never closes hides everything.
    """
    position, end = 0, len(text)
    while position < end:
        character = text[position]
        if character == "#":
            return position
        position += 1
        if character in "'\"":
            while position < end and text[position] != character:
                position += 2 if text[position] == "\\" and position + 1 < end else 1
            if position >= end:
                return -1
            position += 1
    return -1


def unescape(text: str) -> str:
    """Drop each backslash and keep the character after it, as both versions do inside quotes."""
    if "\\" not in text:
        return text
    return re.sub(r"\\(.?)", r"\1", text, flags=re.DOTALL)


@dataclass(slots=True)
class Kept:
    """The text of continued lines that waits for the line that ends it.

    It outlives the end of an included file. ``first_line`` is the first line *of the file now
    read* that belongs to it, None when all of it comes from other files.
    """

    text: str = ""
    pieces: list[Piece] = field(default_factory=list)
    first_line: int | None = None

    def add(self, text: str, path: str, line: int, column: int) -> None:
        """Keep ``text`` and one space; no text keeps nothing."""
        if self.first_line is None:
            self.first_line = line
        if text:
            self.pieces.append(Piece(len(self.text), path, line, column))
            self.text += text + " "

    def join(self, text: str, path: str, line: int, column: int) -> tuple[str, tuple[Piece, ...]]:
        """Return the kept text with the last part, and forget it."""
        pieces = (*self.pieces, Piece(len(self.text), path, line, column))
        joined = self.text + text
        self.forget()
        return joined, pieces if len(pieces) > 1 else ()

    def forget(self) -> None:
        """Drop everything."""
        self.text = ""
        self.pieces.clear()
        self.first_line = None
