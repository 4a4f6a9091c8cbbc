"""The worlds of a file: in how many ways it has to be read before something can be said about it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

from dovecot_conf.building import UNDECIDED
from dovecot_conf.configuration import Configuration
from dovecot_conf.lint.worlds import World
from dovecot_conf.templates.choices import Choice, TemplateView, choices
from dovecot_conf.templates.parsed import TemplateText
from dovecot_conf.tree import Include
from dovecot_conf.versions import Version
from dovecot_conf.view import PLAIN, View

Load = Callable[[View, Version | None], Configuration]
"""Reads the configuration in a view as a version, None to find it out."""


def plain_worlds(load: Load) -> tuple[World, ...]:
    """Return the worlds of files that are no templates: one, or two for a part that has no version."""
    configuration = load(PLAIN, None)
    return tuple(World(found, PLAIN) for found in _versions(configuration, lambda v: load(PLAIN, v)))


def template_worlds(load: Load) -> tuple[World, ...]:
    """Return the worlds of a template, the one with the first of all branches in front."""
    texts: dict[str, TemplateText] = {}
    first = TemplateView(texts, Choice())
    configuration = load(first, None)
    has_unknown = any(not line.known for line in chain(*(lines.values() for lines in first.read.values())))
    worlds = [World(configuration, first)]
    views = [TemplateView(texts, choice) for choice in choices(texts, has_unknown=has_unknown)]
    worlds += (World(_read_as(configuration, load, view), view) for view in views)
    if not all(map(_is_whole, worlds)):
        for world in worlds:
            world.configuration.whole = False
        worlds += (World(found, first) for found in _versions(configuration, lambda v: load(first, v))[1:])
    return tuple(worlds)


def _read_as(first: Configuration, load: Load, view: View) -> Configuration:
    """Read in one more view; its own branches may be for another version than the first ones are."""
    configuration = load(view, None)
    if configuration.version_reason != UNDECIDED or first.version_reason == UNDECIDED:
        return configuration
    return load(view, first.version)


def _versions(
    configuration: Configuration, load: Callable[[Version], Configuration]
) -> tuple[Configuration, ...]:
    if configuration.whole or configuration.version_reason != UNDECIDED:
        return (configuration,)
    other = load(Version.V24)
    other.whole = False
    return configuration, other


def _is_whole(world: World) -> bool:
    """Tell whether everything that belongs to a template was there, and could be read."""
    return world.view.says_all and not any(
        isinstance(node, Include) and not node.documents and not node.optional
        for node, _ in world.configuration.walk()
    )
