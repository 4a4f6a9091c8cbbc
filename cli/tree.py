"""The commands as a tree: groups, and what stands below them."""

from __future__ import annotations

from collections.abc import Iterator

import click

ROOT = "pushnotif"


def top(command: click.Command) -> click.Context:
    """Return the context of the command that all others stand below."""
    return click.Context(command, info_name=ROOT, **command.context_settings)


def below(context: click.Context) -> Iterator[click.Context]:
    """Yield a context for each command of a group that help shows; none for another command."""
    group = context.command
    if not isinstance(group, click.Group):
        return
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None and not command.hidden:
            yield click.Context(command, parent=context, info_name=name, **command.context_settings)


def walk(context: click.Context) -> Iterator[click.Context]:
    """Yield a context and those of all commands below it, groups first."""
    yield context
    for inner in below(context):
        yield from walk(inner)
