"""Ratios that are measured one after the other, each printed as soon as it is known."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A ratio that was measured; ``wanted`` is its least value, or with ``at_most`` its greatest."""

    what: str
    ours: str
    theirs: str
    ratio: float
    wanted: float
    at_most: bool = False

    @property
    def reached(self) -> bool:
        """Whether the ratio is as wanted."""
        return self.ratio <= self.wanted if self.at_most else self.ratio >= self.wanted


def rates(what: str, ours: float, theirs: float, wanted: float) -> Row:
    """Return a row of two rates a second, of which ours should be the higher."""
    return Row(what, f"{ours:,.0f}/s", f"{theirs:,.0f}/s", ours / theirs, wanted)


def print_rows(rows: Iterable[Row], *, markdown: bool) -> int:
    """Print rows as text or as Markdown; return 1 if a ratio is missed."""
    if markdown:
        sys.stdout.write("| what | ours | theirs | ratio | wanted |\n|---|---:|---:|---:|---:|\n")
    code = 0
    for row in rows:
        sys.stdout.write(f"{shown(row, markdown=markdown)}\n")
        sys.stdout.flush()
        code |= not row.reached
    return int(code)


def shown(row: Row, *, markdown: bool) -> str:
    """Return a row as text."""
    limit = f"{'≤' if row.at_most else '≥'} {row.wanted:g}"
    cells = (f"{row.what:50}", f"{row.ours:>10}", f"{row.theirs:>10}", f"{row.ratio:6.2f}", f"{limit:>6}")
    return f"| {' | '.join(cells)} |" if markdown else "  ".join((*cells, "" if row.reached else "MISSED"))
