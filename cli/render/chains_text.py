"""Driver chains as text for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cli.output import printable
from cli.render.chains import ProtocolChain
from cli.render.styled import Line
from drivers.chain import LoadedDriver, NotLoadedDriver
from drivers.report import Level


def text(found: Sequence[ProtocolChain]) -> Iterator[Line]:
    """Yield a paragraph for each protocol: plugins, then the drivers in the order they are looked at."""
    for number, one in enumerate(found):
        if number:
            yield Line()
        plugins = f"  mail_plugins = {' '.join(one.push.plugins)}"
        yield Line().add(printable(one.push.protocol), "bold").add(printable(plugins), "dim")
        if not one.chain.entries:
            yield Line().add("  no driver is defined")
        position = 0
        for entry in one.chain.entries:
            position += isinstance(entry, LoadedDriver)
            yield from _entry(one, entry, position)
        for line in one.chain.log:
            if line.level is not Level.DEBUG:
                yield Line().add(printable(f"  {line.level}: {line.message}"), "red")


def _entry(one: ProtocolChain, entry: LoadedDriver | NotLoadedDriver, position: int) -> Iterator[Line]:
    definition = entry.definition
    loaded = isinstance(entry, LoadedDriver)
    yield (
        Line()
        .add(f"  {position}." if loaded else "  ✗ ", "green" if loaded else "red")
        .add(f" {printable(definition.driver) or '(no name)'}", "bold")
        .add(printable(f"  {definition.setting}, {definition.span}"), "dim")
    )
    if isinstance(entry, NotLoadedDriver):
        yield Line().add(printable(f"     {entry.reason}"))
    else:
        for name, value in one.options(entry):
            yield Line().add(printable(f"     {name} = {value}"))
