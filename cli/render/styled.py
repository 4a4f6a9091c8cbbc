"""Lines with styles, printed plainly or, on a terminal, in colour with rich."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Line:
    """One line of output: pieces of text, each with a style in rich's words ('' for none)."""

    pieces: list[tuple[str, str]] = field(default_factory=list)

    def add(self, text: str, style: str = "") -> Line:
        """Add a piece; return the line itself."""
        self.pieces.append((text, style))
        return self

    def __str__(self) -> str:
        """Return the text alone."""
        return "".join(text for text, _ in self.pieces)


def wants_color(color: str, *, into_file: bool) -> bool:
    """Tell whether to use colour: ``auto`` is on for a terminal, unless NO_COLOR is set."""
    if color == "auto":
        return not into_file and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return color == "always"


def render(lines: Iterable[Line], *, colored: bool) -> str:
    """Return the lines as text, with the escape sequences of colours if wanted."""
    if not colored:
        return "".join(f"{line}\n" for line in lines)
    from io import StringIO  # noqa: PLC0415

    from rich.console import Console  # noqa: PLC0415 - only for colours
    from rich.text import Text  # noqa: PLC0415

    stream = StringIO()
    # Lines are never wrapped or cut, so that what is shown can be copied.
    terminal = Console(
        file=stream,
        force_terminal=True,
        color_system="standard",
        highlight=False,
        soft_wrap=True,
        markup=False,
        emoji=False,
    )
    for line in lines:
        terminal.print(Text.assemble(*line.pieces))
    return stream.getvalue()
