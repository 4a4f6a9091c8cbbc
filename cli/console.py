"""The terminal: a rich console that obeys --color and NO_COLOR. Import it only to print for people."""

from __future__ import annotations

import sys
from typing import TextIO

from rich.console import Console


def console(color: str = "auto", file: TextIO | None = None) -> Console:
    """Return a console for people on ``file`` (default stdout).

    ``color`` is auto (on for a terminal, off when NO_COLOR is set), always or never. Lines are
    never wrapped or cut, so that what is shown can be copied.
    """
    return Console(
        file=file or sys.stdout,
        force_terminal=True if color == "always" else None,
        no_color=True if color == "never" else None,
        color_system="standard" if color == "always" else ("auto" if color == "auto" else None),
        highlight=False,
        soft_wrap=True,
        markup=False,
        emoji=False,
    )
