"""Reading what is to be looked at: a main file, or parts of a configuration."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import click

from cli.common import STDIN, STDIN_NAME, ConfigSource
from cli.target_files import is_template
from dovecot_conf import Configuration, Version, limits, load, loads
from dovecot_conf.errors import ConfigError
from dovecot_conf.files import UNCHANGED, Changed
from dovecot_conf.lint.readings import Load, plain_worlds
from dovecot_conf.lint.worlds import World
from dovecot_conf.loading import load_part
from dovecot_conf.view import View


class Target(NamedTuple):
    """What is looked at together, read in all the ways that count.

    ``only``: of these files alone something is to be said, by the paths as given; () for all. ``reached``
    are the real paths of all files.
    """

    worlds: tuple[World, ...]
    reached: frozenset[str]
    only: tuple[str, ...] = ()

    @property
    def configuration(self) -> Configuration:
        """The configuration as it is shown."""
        return self.worlds[0].configuration


def read_stdin() -> bytes:
    """Return what stdin has. Raises ConfigError when it is far too much."""
    content = sys.stdin.buffer.read(limits.MAX_FILE_SIZE + 1)
    if len(content) > limits.MAX_FILE_SIZE:
        raise ConfigError(f"stdin: more than {limits.MAX_FILE_SIZE} bytes is no configuration")
    return content


class TargetReader(NamedTuple):
    """Reads files as the options say.

    ``templates``: all are templates, not only those of such names. ``changed``: files that are to be read
    as if they had another content; ``stdin`` returns what ``-`` stands for.
    """

    source: ConfigSource
    root: Path | None = None
    templates: bool = False
    changed: Changed = UNCHANGED
    stdin: Callable[[], bytes] = read_stdin

    def main(self, path: str) -> Target:
        """Read a main file, stdin for ``-``. Raises ConfigError."""
        content = self._stdin() if path == STDIN else b""

        def read(view: View, version: Version | None) -> Configuration:
            options = self._options(version)
            if path == STDIN:
                return loads(content, filename=STDIN_NAME, view=view, **options)  # type: ignore[arg-type]
            return load(path, root=self.root, view=view, **options)  # type: ignore[arg-type]

        return _target(read, templates=self.templates or is_template(path))

    def part(self, paths: Sequence[str]) -> Target:
        """Read files of which no main file is there. Raises ConfigError."""

        def read(view: View, version: Version | None) -> Configuration:
            return load_part(paths, root=self.root, view=view, **self._options(version))  # type: ignore[arg-type]

        return _target(read, templates=self.templates or any(map(is_template, paths)))

    def _options(self, version: Version | None) -> dict[str, object]:
        source = self.source
        return {
            "overrides": source.overrides,
            "version": source.version or version,
            "environ": os.environ,
            "changed": self.changed,
        }

    def _stdin(self) -> bytes:
        if self.root is not None:
            raise click.UsageError("--root needs a FILE, not stdin", ctx=click.get_current_context())
        changed = self.changed.contents.get(STDIN_NAME)
        return self.stdin() if changed is None else changed


def real(path: str) -> str:
    """Return by what a file is known, whatever path leads to it."""
    return os.path.realpath(path)


def _target(read: Load, *, templates: bool) -> Target:
    if templates:
        from dovecot_conf.lint.template_readings import template_worlds  # noqa: PLC0415 - few are templates

        worlds = template_worlds(read)
    else:
        worlds = plain_worlds(read)
    paths = {source.path for world in worlds for source in world.configuration.files}
    return Target(worlds, frozenset(map(real, paths)))
