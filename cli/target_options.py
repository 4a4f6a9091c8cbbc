"""The options that say what ``validate`` looks at, and how."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


class Looking(NamedTuple):
    """Where absolute paths are looked up, what is left out, and whether all files are templates."""

    root: Path | None
    exclude: tuple[str, ...]
    templates: bool


def target_options(command: Command) -> Command:
    """Add ``--root``, ``--exclude`` and ``--templates``; pass them as ``looking``."""

    @click.option(
        "--root",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        metavar="DIR",
        help="Look up absolute paths of the configuration below DIR, as in a checkout of /etc.",
    )
    @click.option(
        "--exclude",
        multiple=True,
        metavar="GLOB",
        help="Leave out names or paths below folders, and among those of a pattern.",
    )
    @click.option(
        "--templates",
        is_flag=True,
        help="Read every file as a template of Jinja, ERB, EPP or Go; files named *.j2, *.erb and so on"
        " always are. What isn't known decides nothing.",
    )
    @wraps(command)
    def wrapper(
        *args: Any, root: Path | None, exclude: tuple[str, ...], templates: bool, **options: Any
    ) -> Any:
        return command(*args, looking=Looking(root, exclude, templates), **options)

    return wrapper  # type: ignore[return-value]  # click's decorators keep the callable's shape, not its type
