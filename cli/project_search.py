"""Where the project file is looked for; costs a few looks at the file system where there is none."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cli.project_file import Project

OWN_NAME = ".pushnotif.toml"
SHARED_NAME = "pyproject.toml"
_TOPS = (".git", ".hg")
_MAGIC = "*?["


def find_project(start: str) -> Project | None:
    """Return what the first project file says that is in a directory or above, None if there is none.

    In one directory .pushnotif.toml comes before pyproject.toml, which counts if it has a table for us. The
    directory of a Git or Mercurial repository is the last one. Raises ProjectFileError.
    """
    for path in _candidates(start):
        from cli.project_file import read_project  # noqa: PLC0415 - only where there may be one

        project = read_project(_shown(path), named=False)
        if project is not None:
            return project
    return None


def _shown(path: str) -> Path:
    """Return the path as a user would write it: what is below the current directory without that."""
    inside = os.path.relpath(path)
    return Path(path if inside.startswith(os.pardir) else inside)


def _may_be_ours(path: str) -> bool:
    """Tell whether a file speaks of us: others needn't be read, nor be valid."""
    try:
        return b"pushnotif" in Path(path).read_bytes()
    except OSError:
        return False


def common_directory(paths: Sequence[str]) -> str:
    """Return the directory that all of the files, directories or patterns of files are in."""
    return os.path.commonpath([_directory(path) for path in paths])


def _directory(path: str) -> str:
    start = os.path.abspath(path)
    while any(character in start for character in _MAGIC) and not os.path.lexists(start):
        start = os.path.dirname(start)
    return start if os.path.isdir(start) else os.path.dirname(start)


def _candidates(start: str) -> Iterator[str]:
    directory = os.path.abspath(start)
    while True:
        own, shared = (os.path.join(directory, name) for name in (OWN_NAME, SHARED_NAME))
        if os.path.isfile(own):
            yield own
        if os.path.isfile(shared) and _may_be_ours(shared):
            yield shared
        above = os.path.dirname(directory)
        if above == directory or any(os.path.exists(os.path.join(directory, top)) for top in _TOPS):
            return
        directory = above
