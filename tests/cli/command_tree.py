"""Every command of the tree, by its path of names."""

from __future__ import annotations

from collections.abc import Iterator

import click

import cli.main


def contexts(context: click.Context | None = None) -> Iterator[click.Context]:
    """Yield a context for each command, groups first."""
    if context is None:
        root = cli.main.pushnotif
        context = click.Context(root, info_name="pushnotif", **root.context_settings)
    yield context
    command = context.command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            own = child.context_settings
            yield from contexts(click.Context(child, parent=context, info_name=name, **own))


CONTEXTS = {context.command_path: context for context in contexts()}
