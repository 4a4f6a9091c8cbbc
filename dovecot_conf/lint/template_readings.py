"""The worlds of a template: the configurations that are looked at in its stead."""

from __future__ import annotations

from itertools import chain

from dovecot_conf.configuration import Configuration
from dovecot_conf.lint.readings import Load, of_versions
from dovecot_conf.lint.worlds import World
from dovecot_conf.templates.choices import Choice, TemplateView, choices
from dovecot_conf.templates.parsed import TemplateText
from dovecot_conf.tree import Include
from dovecot_conf.versions import UNDECIDED
from dovecot_conf.view import View


def template_worlds(load: Load) -> tuple[World, ...]:
    """Return the worlds, the one with the first of all branches in front."""
    texts: dict[str, TemplateText] = {}
    first = TemplateView(texts, Choice())
    configuration = load(first, None)
    has_unknown = any(not line.known for line in chain(*(lines.values() for lines in first.read.values())))
    worlds = [World(configuration, first)]
    views = [TemplateView(texts, choice) for choice in choices(texts, has_unknown=has_unknown)]
    worlds += (World(_read_as(configuration, load, view), view) for view in views)
    if not all(world.configuration.whole and _is_whole(world) for world in worlds):
        for world in worlds:
            world.configuration.whole = False
        worlds += (World(found, first) for found in of_versions(configuration, lambda v: load(first, v))[1:])
    for world in worlds:
        world.configuration.is_template = True
    return tuple(worlds)


def _read_as(first: Configuration, load: Load, view: View) -> Configuration:
    """Read in one more view; its own branches may be for another version than the first ones are."""
    configuration = load(view, None)
    if configuration.version_reason != UNDECIDED or first.version_reason == UNDECIDED:
        return configuration
    return load(view, first.version)


def _is_whole(world: World) -> bool:
    """Tell whether everything that belongs to a template was there, and could be read."""
    return world.view.says_all and not any(
        isinstance(node, Include) and not node.documents and not node.optional
        for node, _ in world.configuration.walk()
    )
