"""Edits as stretches of texts: from lines and columns to offsets, and what becomes of a position."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from dovecot_conf.diagnostics import Fix
from dovecot_conf.positions import Span


class PlacedEdit(NamedTuple):
    """Replace ``start`` to ``end`` of the text of the file at ``place`` by ``text``."""

    place: str
    start: int
    end: int
    text: str


class Offsets:
    """Where the lines of one text begin."""

    def __init__(self, text: str) -> None:
        self._starts = [0]
        position = text.find("\n")
        while position >= 0:
            self._starts.append(position + 1)
            position = text.find("\n", position + 1)
        self._length = len(text)

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a place; the nearest one that there is for a place outside of the text."""
        if line > len(self._starts):
            return self._length
        start = self._starts[max(line, 1) - 1]
        end = self._starts[line] if line < len(self._starts) else self._length
        return min(start + max(column, 1) - 1, end)


class Texts:
    """The texts of a round by place. ``places`` are the places of files by the paths that spans name."""

    def __init__(self, texts: Mapping[str, str], places: Mapping[str, str]) -> None:
        self.texts = texts
        self._places = places
        self._offsets: dict[str, Offsets] = {}

    def start(self, span: Span) -> tuple[str, int]:
        """Return the place and the offset where a span begins."""
        place = self._places.get(span.file, span.file)
        return place, self._of(place).offset(span.line, span.column)

    def edits(self, fix: Fix) -> tuple[PlacedEdit, ...] | None:
        """Return the edits of a fix in order; None when one is in a file that can't be changed."""
        found = []
        for span, text in fix.edits:
            place = self._places.get(span.file)
            if place is None or place not in self.texts:
                return None
            offsets = self._of(place)
            start, end = (
                offsets.offset(span.line, span.column),
                offsets.offset(span.end_line, span.end_column),
            )
            found.append(PlacedEdit(place, start, max(start, end), text))
        return tuple(sorted(found))

    def _of(self, place: str) -> Offsets:
        if place not in self._offsets:
            self._offsets[place] = Offsets(self.texts.get(place, ""))
        return self._offsets[place]


class Edited:
    """Some edits that don't touch one another, and where old offsets are afterwards."""

    def __init__(self, edits: Iterable[PlacedEdit]) -> None:
        self._edits: dict[str, list[PlacedEdit]] = {}
        for edit in sorted(edits):
            self._edits.setdefault(edit.place, []).append(edit)
        self._starts = {place: [edit.start for edit in found] for place, found in self._edits.items()}
        self._shifts = {place: _shifts(found) for place, found in self._edits.items()}

    def apply(self, texts: Mapping[str, str]) -> dict[str, str]:
        """Return the new texts of the files that are edited."""
        return {place: _edited(texts[place], edits) for place, edits in self._edits.items()}

    def in_a_line_with(self, place: str, offset: int, text: str) -> bool:
        """Tell whether the line of the new ``text`` that ``offset`` is in has new text, or lost some."""
        start = text.rfind("\n", 0, offset) + 1
        end = text.find("\n", offset)
        found = zip(self._edits.get(place, ()), self._shifts.get(place, ()), strict=True)
        for edit, shift in found:
            first = edit.start + shift
            if first <= (end if end >= 0 else len(text)) and start <= first + len(edit.text):
                return True
        return False

    def moved(self, place: str, offset: int) -> int:
        """Return where the text at ``offset`` is now; the start of what replaced it if it's gone."""
        edits = self._edits.get(place)
        if not edits:
            return offset
        last = bisect_right(self._starts[place], offset) - 1
        if last < 0:
            return offset
        edit, before = edits[last], self._shifts[place][last]
        if offset < edit.end or (offset == edit.start and not edit.text):
            return edit.start + before
        return offset + before + len(edit.text) - (edit.end - edit.start)


def touch(one: Sequence[PlacedEdit], other: Iterable[PlacedEdit]) -> bool:
    """Tell whether an edit of ``one`` meets an edit of ``other``, be it only at an end."""
    return any(
        edit.place == taken.place and edit.start <= taken.end and taken.start <= edit.end
        for taken in other
        for edit in one
    )


def _shifts(edits: Sequence[PlacedEdit]) -> list[int]:
    """Return how far what stands before each edit has moved."""
    shifts, shift = [], 0
    for edit in edits:
        shifts.append(shift)
        shift += len(edit.text) - (edit.end - edit.start)
    return shifts


def _edited(text: str, edits: Iterable[PlacedEdit]) -> str:
    pieces, position = [], 0
    for edit in edits:
        pieces += [text[position : edit.start], edit.text]
        position = edit.end
    return "".join((*pieces, text[position:]))
