"""`pushnotif completion`: the script that lets a shell complete commands, options and values."""

from __future__ import annotations

import os
from pathlib import Path

import click

from cli.command import Command, Example
from cli.output import write_result

NAMES = ("bash", "zsh", "fish")
EXAMPLES = (
    Example("pushnotif completion", "print the script for the shell of $SHELL"),
    Example("pushnotif completion zsh > _pushnotif", "write the script for zsh into a file"),
)


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("shell", required=False, type=click.Choice(NAMES), metavar="[bash|zsh|fish]")
@click.pass_context
def completion(ctx: click.Context, shell: str | None) -> int:
    """Print the script that makes a shell complete the words of pushnotif when TAB is pressed.

    Without the name of a shell it is for the one of $SHELL. Once and for all it is put into a file:

    \b
      bash  pushnotif completion bash > ~/.local/share/bash-completion/completions/pushnotif
            (with the package bash-completion; or put this into ~/.bashrc:
            eval "$(pushnotif completion bash)")
      zsh   pushnotif completion zsh > ~/.zfunc/_pushnotif
            (~/.zshrc needs, before compinit: fpath+=~/.zfunc)
      fish  pushnotif completion fish > ~/.config/fish/completions/pushnotif.fish

    Words come from the command itself, so the script needs no renewal.
    """
    from cli.complete.shells import script  # noqa: PLC0415 - click's part is slow to import

    write_result(script(ctx.find_root().command, shell or _shell_of_user(ctx)))
    return 0


def _shell_of_user(ctx: click.Context) -> str:
    """Return the name of the shell in $SHELL. Raises UsageError for one that isn't known."""
    name = Path(os.environ.get("SHELL", "")).name
    if name not in NAMES:
        why = f"$SHELL is {name}" if name else "$SHELL isn't set"
        raise click.UsageError(f"name a shell: {', '.join(NAMES)} ({why})", ctx=ctx)
    return name
