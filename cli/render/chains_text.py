"""Driver chains as text for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from cli.render.chains import ProtocolChain
from drivers.chain import LoadedDriver, NotLoadedDriver
from drivers.report import Level


def print_text(found: Sequence[ProtocolChain], console: Console) -> None:
    """Print a paragraph for each protocol: plugins, then the drivers in the order they are looked at."""
    for number, one in enumerate(found):
        if number:
            console.print()
        title = Text(one.push.protocol, style="bold")
        title.append(f"  mail_plugins = {' '.join(one.push.plugins)}", style="dim")
        console.print(title)
        if not one.chain.entries:
            console.print("  no driver is defined")
        position = 0
        for entry in one.chain.entries:
            position += isinstance(entry, LoadedDriver)
            _print_entry(console, one, entry, position)
        for line in one.chain.log:
            if line.level is not Level.DEBUG:
                console.print(Text(f"  {line.level}: {line.message}", style="red"))


def _print_entry(
    console: Console, one: ProtocolChain, entry: LoadedDriver | NotLoadedDriver, position: int
) -> None:
    definition = entry.definition
    loaded = isinstance(entry, LoadedDriver)
    line = Text.assemble((f"  {position}." if loaded else "  ✗ ", "green" if loaded else "red"))
    line.append(f" {definition.driver or '(no name)'}", style="bold")
    line.append(f"  {definition.setting}, {definition.span}", style="dim")
    if isinstance(entry, NotLoadedDriver):
        line.append(f"\n     {entry.reason}")
    console.print(line)
    if isinstance(entry, LoadedDriver):
        for name, value in one.options(entry):
            console.print(Text(f"     {name} = {value}"))
