"""Paths as text: a short call needs no more, and pathlib brings urllib and ipaddress along."""

from __future__ import annotations

import errno
import os

StrPath = str | os.PathLike[str]

# What says that there is nothing under a path.
_NOTHING = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})


def join_path(*parts: str) -> str:
    """Join the parts of a path, without those that say nothing: empty ones and ``.``."""
    joined = os.path.join(*parts)
    kept = "/".join(part for part in joined.split("/") if part not in ("", "."))
    return f"/{kept}" if joined.startswith("/") else kept or "."


def is_folder_path(path: str) -> bool:
    """Tell whether a path can only be a folder's: it ends with a slash, ``.`` or ``..``, or is empty."""
    return path.rpartition("/")[2] in ("", ".", "..")


def exists(path: str) -> bool:
    """Tell whether there is something under a path. Raises OSError where that can't be told."""
    try:
        os.stat(path)
    except OSError as error:
        if error.errno not in _NOTHING:
            raise
        return False
    return True


def missing_folders(folder: str) -> list[str]:
    """Return what has to be made before ``folder`` is there, the outermost first. Raises OSError."""
    missing = []
    while folder and not exists(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    return missing[::-1]
