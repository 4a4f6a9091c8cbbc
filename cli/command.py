"""Commands that carry examples: ``--help`` ends with them, man pages show them, tests run them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from dovecot_conf.value import Value

INDENT = "  "


class Example(Value):
    """A command line to paste, what it is for, and the code it ends with (130: it waits for Ctrl-C)."""

    command: str
    about: str
    code: int = 0


class ExitCode(Value):
    """An exit code of a command, and when it ends with it."""

    code: int
    when: str


FINE = ExitCode(0, "All is well.")
WRONG_USAGE = ExitCode(2, "The call is wrong, or what it names can't be read or written.")


class Documented(click.Command):
    """Adds ``examples`` and ``exit_codes`` to a command of click; ``--help`` ends with the examples."""

    exit_codes: tuple[ExitCode, ...] = (FINE, WRONG_USAGE)

    def __init__(
        self,
        *args: Any,
        examples: Sequence[Example] = (),
        exit_codes: Sequence[ExitCode] = (),
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.examples = tuple(examples)
        if exit_codes:
            self.exit_codes = (FINE, *exit_codes, WRONG_USAGE)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, each as one line that can be pasted, below a comment that says what it does."""
        super().format_epilog(ctx, formatter)
        if self.examples:
            formatter.write("\nExamples:\n")
            for example in self.examples:
                formatter.write(f"{INDENT}# {example.about}\n{INDENT}{example.command}\n")


class Command(Documented):
    """A command with examples."""


class Group(Documented, click.Group):
    """A group of commands with examples; it suggests a near name for one that doesn't exist."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command named first in ``args``; raises UsageError when it doesn't exist."""
        if args and not args[0].startswith("-") and args[0] not in self.list_commands(ctx):
            raise self.wrong_name(ctx, args[0])
        return super().resolve_command(ctx, args)

    def wrong_name(self, ctx: click.Context, name: str) -> click.UsageError:
        """Return the error about a command that doesn't exist."""
        from cli.usage import no_such  # noqa: PLC0415 - only where something is wrong

        return click.UsageError(no_such("command", name, self.list_commands(ctx)), ctx=ctx)
