"""Findings about something that can be read in several ways: only what holds in all of them is said.

A world is one way to read it. A template has one for each of several choices of its branches, a part of
a configuration whose version nothing shows has one for each version.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from dovecot_conf.configuration import Configuration
from dovecot_conf.diagnostics import Diagnostic
from dovecot_conf.unknown import is_unknown
from dovecot_conf.view import PLAIN, View

Place = tuple[str, str, int, int]


class World(NamedTuple):
    """A configuration, and the view in which it was read; a file that wasn't read has no lines there."""

    configuration: Configuration
    view: View


def agreed(worlds: Sequence[World], found: Sequence[tuple[Diagnostic, ...]]) -> tuple[Diagnostic, ...]:
    """Return the findings that each world has in which the line is there, in the order of the first.

    Nothing is said about a line that isn't known, and nothing that names what isn't known.
    """
    if len(worlds) == 1 and worlds[0].view is PLAIN:
        return found[0]
    places = [{_place(item) for item in items} for items in found]
    paths = [dict.fromkeys(_paths(world)) for world in worlds]
    order = {path: number for number, path in enumerate(dict.fromkeys(chain(*paths)))}
    first: dict[Place, Diagnostic] = {}
    for items in found:
        for item in items:
            first.setdefault(_place(item), item)
    said = (
        item
        for place, item in first.items()
        if _is_known(item, worlds)
        and all(
            place in places[number] or (item.span.file in order and not _is_there(item, world, paths[number]))
            for number, world in enumerate(worlds)
        )
    )
    last = len(order)
    return tuple(sorted(said, key=lambda item: (order.get(item.span.file, last), *item.span[1:3], item.code)))


def _paths(world: World) -> Iterator[str]:
    return (source.path for source in world.configuration.files)


def _place(item: Diagnostic) -> Place:
    return item.code, item.span.file, item.span.line, item.span.column


def _is_there(item: Diagnostic, world: World, paths: Container[str]) -> bool:
    """Tell whether a world has the line of a finding."""
    path = item.span.file
    return path in paths and not world.view.leaves_out(path, item.span.line)


def _is_known(item: Diagnostic, worlds: Sequence[World]) -> bool:
    if is_unknown(item.message) or is_unknown(item.hint):
        return False
    span = item.span
    return all(world.view.knows(span.file, span.line, span.end_line) for world in worlds)
