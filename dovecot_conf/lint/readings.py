"""The worlds of files that are no templates: in how many ways they have to be read."""

from __future__ import annotations

from collections.abc import Callable

from dovecot_conf.configuration import Configuration
from dovecot_conf.lint.worlds import World
from dovecot_conf.versions import UNDECIDED, Version
from dovecot_conf.view import PLAIN, View

Load = Callable[[View, Version | None], Configuration]
"""Reads the configuration in a view as a version, None to find it out."""


def plain_worlds(load: Load) -> tuple[World, ...]:
    """Return the worlds: one, or two for a part whose version nothing shows."""
    configuration = load(PLAIN, None)
    return tuple(World(found, PLAIN) for found in of_versions(configuration, lambda v: load(PLAIN, v)))


def of_versions(
    configuration: Configuration, load: Callable[[Version], Configuration]
) -> tuple[Configuration, ...]:
    """Return a configuration, and the same as read by the other version if it can be of both."""
    if configuration.whole or configuration.version_reason != UNDECIDED:
        return (configuration,)
    other = load(Version.V24)
    other.whole = False
    return configuration, other
