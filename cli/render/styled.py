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
    """Tell whether to use colour: ``auto`` is on for a terminal.

    NO_COLOR (https://no-color.org) turns that off, else FORCE_COLOR turns it on elsewhere too; a file never
    gets colours by itself.
    """
    if color != "auto":
        return color == "always"
    if into_file or os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()


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
        no_color=False,  # what NO_COLOR says was taken into account before
        highlight=False,
        soft_wrap=True,
        markup=False,
        emoji=False,
    )
    for line in lines:
        terminal.print(Text.assemble(*line.pieces))
    return stream.getvalue()
