"""Patterns for files of a repository, as in a ``.gitignore``."""

from __future__ import annotations

import os
import re
from fnmatch import translate
from typing import NamedTuple

_ANY_DIRECTORIES = None


class PathPattern(NamedTuple):
    """Files below a directory.

    ``*``, ``?`` and ``[a-z]`` stand for characters of one name, ``**`` for any number of directories. A
    pattern without ``/`` is the name of a file anywhere; one with ``/`` begins at the directory, or at the
    root if ``/`` is its first character; one that ends in ``/`` stands for everything below.
    """

    text: str
    directory: tuple[str, ...]
    names: tuple[re.Pattern[str] | None, ...]
    """One for each name of a path; None for ``**``."""

    @classmethod
    def of(cls, text: str, directory: str) -> PathPattern:
        """Make the pattern ``text`` of ``directory``."""
        from_root = text.startswith("/")
        words = text.removeprefix("./").removeprefix("/").split("/")
        if "/" not in text:
            words.insert(0, "**")
        if words[-1] in ("", "**"):
            words[-1:] = ["**", "*"]
        names = (_ANY_DIRECTORIES if word == "**" else re.compile(translate(word)) for word in words)
        return cls(text, () if from_root else _parts(directory), tuple(names))

    def matches(self, path: str) -> bool:
        """Tell whether the pattern stands for the file at ``path``."""
        parts = _parts(path)
        first = len(self.directory)
        return parts[:first] == self.directory and _fits(self.names, parts[first:])


def _parts(path: str) -> tuple[str, ...]:
    """Return the names of an absolute path."""
    # Not resolve(): the name of a link is what the user sees and writes.
    return tuple(name for name in os.path.abspath(path).split("/") if name)


def _fits(names: tuple[re.Pattern[str] | None, ...], parts: tuple[str, ...]) -> bool:
    """Tell whether names fit, in steps that don't multiply however many ``**`` there are."""
    reached = {0}
    for name in names:
        if name is None:
            reached = {*range(min(reached), len(parts) + 1)}
        else:
            reached = {at + 1 for at in reached if at < len(parts) and name.match(parts[at])}
        if not reached:
            return False
    return len(parts) in reached
