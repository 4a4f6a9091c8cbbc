"""`pushnotif lua`: the commands for authors of push scripts."""

from __future__ import annotations

import click

from cli.command import Example, Group
from cli.lua_check import check
from cli.lua_stubs import stubs

EXAMPLES = (Example("pushnotif lua check push.lua", "find mistakes in a push script"),)


@click.group(cls=Group, examples=EXAMPLES)
def lua() -> None:
    """Help with writing Lua push scripts."""


lua.add_command(check)
lua.add_command(stubs)
