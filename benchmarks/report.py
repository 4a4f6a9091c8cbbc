"""The table of a benchmark, as text for a terminal or as Markdown for the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

HEAD = ("what", "ours", "theirs", "ratio", "wanted", "ok")


class Row(NamedTuple):
    """One measurement. ``ratio`` should be at most ``wanted``; None where nothing is wanted of it."""

    what: str
    ours: str
    theirs: str
    ratio: float
    wanted: float | None = None

    @property
    def is_missed(self) -> bool:
        """Whether the measurement isn't as wanted."""
        return self.wanted is not None and self.ratio > self.wanted

    def cells(self) -> tuple[str, ...]:
        """Return the texts of the row."""
        wanted = "" if self.wanted is None else f"{self.wanted:g} at most"
        verdict = "" if self.wanted is None else ("NO" if self.is_missed else "yes")
        return (self.what, self.ours, self.theirs, f"{self.ratio:.2f}", wanted, verdict)


class Part(NamedTuple):
    """Rows of one kind under a title. ``notes`` say what was left out, and why."""

    title: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


def as_text(parts: Iterable[Part]) -> str:
    """Return the table for a terminal: the same columns in all parts."""
    parts = tuple(parts)
    cells = [HEAD, *(row.cells() for part in parts for row in part.rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEAD))]
    lines = [_line(HEAD, widths)]
    for part in parts:
        lines += ["", part.title, *(_line(row.cells(), widths) for row in part.rows), *part.notes]
    return "\n".join(lines) + "\n"


def _line(cells: Iterable[str], widths: Iterable[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    texts = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
    return "  ".join(texts).rstrip()


def as_markdown(parts: Iterable[Part]) -> str:
    """Return the table for the documentation: one for each part."""
    return "\n".join(line for part in parts for line in _markdown(part))


def _markdown(part: Part) -> Iterator[str]:
    yield from (f"## {part.title}", "")
    if part.rows:
        yield f"| {' | '.join(HEAD)} |"
        yield "|---|" + "--:|" * (len(HEAD) - 1)
        yield from (f"| {' | '.join(row.cells())} |" for row in part.rows)
        yield ""
    for note in part.notes:
        yield from (note, "")
