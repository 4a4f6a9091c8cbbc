"""The options of `validate` about fixes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


class Fixing(NamedTuple):
    """Whether to fix what can be fixed: in the files (``fix``) or as a ``diff``; ``unsafe`` fixes as well."""

    fix: bool
    unsafe: bool
    diff: bool

    @property
    def wanted(self) -> bool:
        """Whether there is anything to do."""
        return self.fix or self.diff


def fix_options(command: Command) -> Command:
    """Add ``--fix``, ``--unsafe-fixes`` and ``--diff``; pass them as ``fixing``."""

    @click.option("--fix", is_flag=True, help="Fix in the files what can be fixed safely; show the rest.")
    @click.option(
        "--unsafe-fixes",
        is_flag=True,
        help="With --fix or --diff: also make fixes that are guesses, or change what Dovecot does.",
    )
    @click.option("--diff", is_flag=True, help="Show what --fix would change; exit with 1 if it would.")
    @wraps(command)
    def wrapper(*args: Any, fix: bool, unsafe_fixes: bool, diff: bool, **options: Any) -> Any:
        context = click.get_current_context()
        if fix and diff:
            raise click.UsageError("--fix and --diff exclude each other", ctx=context)
        if unsafe_fixes and not (fix or diff):
            raise click.UsageError("--unsafe-fixes needs --fix or --diff", ctx=context)
        return command(*args, fixing=Fixing(fix, unsafe_fixes, diff), **options)

    return wrapper  # type: ignore[return-value]  # click's decorators keep the callable's shape, not its type
