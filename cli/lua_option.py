"""The option that says which Lua is meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from drivers.scripting import DEFAULT_SCRIPTING, LUA_VERSIONS

_Command = TypeVar("_Command", bound=Callable[..., object])


def lua_option(what: str) -> Callable[[_Command], _Command]:
    """Add ``--lua``, passed as ``lua``; ``what`` is its help: what the Lua is for."""
    return click.option(
        "--lua", type=click.Choice(LUA_VERSIONS), default=DEFAULT_SCRIPTING.lua, show_default=True, help=what
    )
