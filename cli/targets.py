"""From the arguments of ``validate`` to what is looked at: files, folders, patterns, stdin.

A folder, or a pattern, is looked through for main files. A main file is one that is named
``dovecot.conf``, or another ``*.conf`` that no main file includes and that isn't a part. A part is a
file in a folder ``*.d``, one whose name begins with a number, or one beside a ``dovecot.conf``. A part is
looked at with the main file that includes it, which is searched upwards; without any it is looked at by
itself, the parts of a folder ``*.d`` together.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cli.common import STDIN, remark
from cli.target_files import MAIN_NAME, Found, bare_name, files_of, is_pattern, looked_at
from cli.target_reader import Target, TargetReader, real
from dovecot_conf.errors import ConfigError
from dovecot_conf.templates.suffixes import SUFFIXES

LEVELS = 3
"""How many folders upwards a main file is searched for."""


def targets(arguments: Sequence[str], exclude: Sequence[str], reader: TargetReader) -> tuple[Target, ...]:
    """Return what the arguments stand for, each main file once.

    Raises ConfigError when a file can't be read, or a folder has nothing to look at.
    """
    search = _Search(reader)
    for argument in dict.fromkeys(arguments):
        if argument != STDIN and (is_pattern(argument) or os.path.isdir(argument)):
            search.walk(argument, exclude)
        elif argument != STDIN and is_part(argument):
            search.parts([argument])
        else:
            search.main(argument)
    return search.found()


def is_part(path: str) -> bool:
    """Tell by its path whether a file is a part of a configuration, and no main file."""
    name = bare_name(path)
    return name != MAIN_NAME and (name[:1].isdigit() or _in_conf_d(path))


def _in_conf_d(path: str) -> bool:
    return Path(path).absolute().parent.name.endswith(".d")


class _Search:
    """Collects the targets of one run."""

    def __init__(self, reader: TargetReader) -> None:
        self._reader = reader
        self._mains: dict[str, Target] = {}
        """What was read as a main file, wanted or not."""
        self._wanted: dict[str, Target] = {}

    def found(self) -> tuple[Target, ...]:
        return tuple(self._wanted.values())

    def main(self, path: str) -> None:
        """Look at a main file."""
        self._wanted[path if path == STDIN else real(path)] = self._read(path)

    def walk(self, argument: str, exclude: Sequence[str]) -> None:
        """Look for main files and parts."""
        found = tuple(self._looked_through(argument, exclude))
        if not found:
            raise ConfigError(f"{argument}: no Dovecot configuration there (-v says what was skipped)")
        mains = self._choose(found)
        for path in mains:
            self.main(path)
        reached = frozenset().union(*(self._mains[real(path)].reached for path in mains))
        self.parts([file.path for file in found if real(file.path) not in reached])

    def parts(self, paths: Iterable[str]) -> None:
        """Look at parts: with the main file that includes them, or by themselves."""
        alone: dict[str, list[str]] = {}
        for path in paths:
            main = self._main_of(path)
            if main is None:
                alone.setdefault(os.path.dirname(path) if _in_conf_d(path) else path, []).append(path)
            else:
                key = real(main.configuration.path)
                before = self._wanted.get(key, main)
                only = () if key in self._wanted and not before.only else (*before.only, path)
                self._wanted[key] = main._replace(only=tuple(dict.fromkeys(only)))
        for together in alone.values():
            self._wanted[f"part {real(together[0])}"] = self._reader.part(together)

    def _read(self, path: str) -> Target:
        if path == STDIN:
            return self._reader.main(path)
        key = real(path)
        if key not in self._mains:
            self._mains[key] = self._reader.main(path)
        return self._mains[key]

    def _looked_through(self, argument: str, exclude: Sequence[str]) -> Iterator[Found]:
        source = self._reader.source

        def unreadable(error: OSError) -> None:
            remark(f"skipped {error.filename}: {error.strerror}", quiet=source.quiet)

        for path in files_of(argument, exclude, unreadable):
            try:
                found = looked_at(path)
            except OSError as error:
                unreadable(error)
                continue
            if found is None:
                continue
            if found.what.is_configuration or (found.what.empty and found.name == MAIN_NAME):
                yield found
            elif source.verbose:
                why = found.what.foreign or "nothing is set in it"
                remark(f"skipped {path}: {why}", quiet=source.quiet)

    def _choose(self, found: Sequence[Found]) -> list[str]:
        """Return the main files: those that no other one includes, of a circle the first."""
        named = [file for file in found if file.name == MAIN_NAME]
        folders = {file.folder for file in named}
        candidates = [file.path for file in named]
        reached = set[str]().union(*(self._read(path).reached for path in candidates))
        for file in found:
            if file.name == MAIN_NAME or file.folder in folders or is_part(file.path):
                continue
            if real(file.path) not in reached:
                candidates.append(file.path)
                reached |= self._read(file.path).reached
        chosen: set[str] = set()
        for number, path in enumerate(candidates):
            others = (*enumerate(candidates[:number]), *enumerate(candidates[number + 1 :], number + 1))
            if not any(self._is_of(path, other, earlier=place < number) for place, other in others):
                chosen.add(path)
        return [file.path for file in found if file.path in chosen]

    def _is_of(self, path: str, main: str, *, earlier: bool) -> bool:
        """Tell whether a main file includes another one; of a circle the one that stands earlier does."""
        if real(path) == real(main):
            return earlier
        includes = real(path) in self._mains[real(main)].reached
        return includes and (earlier or real(main) not in self._mains[real(path)].reached)

    def _main_of(self, path: str) -> Target | None:
        """Return the main file that includes a part, None when there is none."""
        wanted = real(path)
        for target in self._mains.values():
            if wanted in target.reached and wanted != real(target.configuration.path):
                return target
        for candidate in _candidates(path):
            if real(candidate) in self._mains or real(candidate) == wanted:
                continue
            try:
                target = self._read(candidate)
            except ConfigError:
                continue
            if wanted in target.reached:
                return target
        return None


def _candidates(path: str) -> Iterator[str]:
    """Yield the files that may be the main file of a part, the nearest first."""
    folder = os.path.dirname(path)
    for _ in range(LEVELS):
        yield from _mains_in(folder)
        folder = os.path.normpath(os.path.join(folder, ".."))


def _mains_in(folder: str) -> Iterator[str]:
    start = "" if folder in ("", ".") else f"{folder}/"
    try:
        names = sorted(os.listdir(folder or "."), key=os.fsencode)
    except OSError:
        return
    first = [name for name in (MAIN_NAME, *(MAIN_NAME + suffix for suffix in SUFFIXES)) if name in names]
    yield from (start + name for name in first)
    for name in names:
        path = start + name
        if name in first or name.startswith(".") or is_part(path) or not bare_name(path).endswith(".conf"):
            continue
        try:
            found = looked_at(path)
        except OSError:
            continue
        if found is not None and found.what.is_configuration:
            yield path
