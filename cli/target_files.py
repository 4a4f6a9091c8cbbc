"""The files below folders that may be configurations, and what each of them is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from glob import glob, has_magic
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dovecot_conf import limits
from dovecot_conf.source import SourceFile
from dovecot_conf.templates.suffixes import SUFFIXES, TAG_SIGNS
from dovecot_conf.view import PLAIN, View

if TYPE_CHECKING:
    from dovecot_conf.recognise import Recognised

ENDINGS = (".conf", ".conf.ext")
"""How the names of configurations end; the suffix of a template may stand behind."""

MAIN_NAME = "dovecot.conf"

_SKIPPED_FOLDERS = frozenset(("CVS", "RCS", "SCCS", "_darcs"))


class Found(NamedTuple):
    """A file that is or isn't a configuration, as a walk came to it."""

    path: str
    what: Recognised

    @property
    def name(self) -> str:
        """The name without its folder and the suffix of a template."""
        return bare_name(self.path)

    @property
    def folder(self) -> str:
        """The folder it is in, with a slash at the end; '' for the current one."""
        return self.path[: self.path.rfind("/") + 1]


def is_template(path: str) -> bool:
    """Tell by the name of a file whether it is a template."""
    return path.endswith(SUFFIXES)


def bare_name(path: str) -> str:
    """Return the name of a file without its folder and the suffix of a template."""
    name = path.rpartition("/")[2]
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    return name


def is_pattern(argument: str) -> bool:
    """Tell whether an argument is a pattern, and not the name of a file that has such characters."""
    return has_magic(argument) and not os.path.exists(argument)


def files_of(
    argument: str, exclude: Iterable[str], unreadable: Callable[[OSError], None] | None = None
) -> Iterator[str]:
    """Yield the paths below a folder, or those that match a pattern, each folder in the order of its names.

    Hidden folders and those of version control are left out, and so is what a pattern of ``exclude``
    matches: a name, or a path. A folder that can't be read is passed over, and ``unreadable`` called.
    """
    patterns = tuple(exclude)
    if not is_pattern(argument):
        yield from _below(argument, patterns, unreadable)
        return
    matching = sorted(glob(argument, recursive=True), key=os.fsencode)
    deep = argument.rstrip("/").endswith("**")
    for path in matching:
        if _excluded(path, patterns):
            continue
        if not os.path.isdir(path):
            yield path
        elif not deep:
            yield from _below(path, patterns, unreadable)


def looked_at(path: str) -> Found | None:
    """Return what a file is, None for one whose name says that it is no configuration.

    Raises OSError when it can't be read.
    """
    if not bare_name(path).endswith(ENDINGS):
        return None
    from dovecot_conf.recognise import Recognised, recognise  # noqa: PLC0415 - only for folders

    with Path(path).open("rb") as stream:
        content = stream.read(limits.MAX_FILE_SIZE + 1)
    if len(content) > limits.MAX_FILE_SIZE:
        return Found(path, Recognised("it is too large"))
    source = SourceFile.decode(path, content)
    found = recognise(line for _, line in _view(source).lines(source))
    if bare_name(path).endswith(".conf.ext") and found.is_configuration:
        found = Recognised("a file of this name is read where it is included")
    return Found(path, found)


def _view(source: SourceFile) -> View:
    """Return the view in which a file can be recognised, whether or not it will be read as a template."""
    if not is_template(source.path) and not any(sign in source.text for sign in TAG_SIGNS):
        return PLAIN
    from dovecot_conf.templates.choices import Choice, TemplateView  # noqa: PLC0415 - few are templates

    return TemplateView({}, Choice())


def _below(
    folder: str, patterns: tuple[str, ...], unreadable: Callable[[OSError], None] | None
) -> Iterator[str]:
    start = "" if folder in ("", ".") else folder.rstrip("/") + "/"
    for where, folders, names in os.walk(start or ".", onerror=unreadable):
        prefix = where.rstrip("/") + "/"
        if not start:
            prefix = prefix.removeprefix("./")
        folders[:] = sorted(
            (name for name in folders if not _skipped(name) and not _excluded(prefix + name, patterns)),
            key=os.fsencode,
        )
        for name in sorted(names, key=os.fsencode):
            path = prefix + name
            if not name.startswith(".") and not _excluded(path, patterns) and os.path.isfile(path):
                yield path


def _skipped(name: str) -> bool:
    return name.startswith(".") or name in _SKIPPED_FOLDERS


def _excluded(path: str, patterns: tuple[str, ...]) -> bool:
    """Tell whether a pattern matches a path, its end from a folder on, or a folder around it."""
    parts = path.strip("/").split("/")
    ends = [
        path,
        *("/".join(parts[first:last]) for last in range(len(parts), 0, -1) for first in range(last)),
    ]
    return any(fnmatchcase(end, pattern.rstrip("/")) for pattern in patterns for end in ends)
