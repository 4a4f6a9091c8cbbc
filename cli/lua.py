"""`pushnotif lua`: the commands for authors of push scripts."""

from __future__ import annotations

import click

from cli.lua_check import check
from cli.lua_stubs import stubs


@click.group()
def lua() -> None:
    """Help with writing Lua push scripts."""


lua.add_command(check)
lua.add_command(stubs)
