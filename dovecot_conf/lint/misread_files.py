"""Files whose text is read wrong, as it is binary or that of a template: one finding says it all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dovecot_conf.configuration import Configuration
from dovecot_conf.diagnostics import Diagnostic
from dovecot_conf.lint.foreign_files import foreign_files
from dovecot_conf.source import SourceFile
from dovecot_conf.templates.suffixes import TAG_SIGNS
from dovecot_conf.tree import Include

_UNREADABLE = "unreadable-value-file"
"""The name of a file that a template completes can't be looked for; the rest of the text is as it was."""


class _Misread(NamedTuple):
    """What a file is, and what to do."""

    what: str
    remedy: str


_BINARY = _Misread("the file looks binary", "give a configuration file")


def first_of_misread(found: Iterable[Diagnostic], configuration: Configuration) -> Iterator[Diagnostic]:
    """Yield findings; of a file that is binary junk, or a template that isn't read as one, the first.

    A template is one when its tags make problems of the language; with values alone it can be read.
    """
    sources = {source.path: source for source in configuration.files}
    known: dict[str, _Misread | None] = {}
    told: set[str] = set()
    for item in found:
        path = item.span.file
        source = sources.get(path)
        if source is not None and item.name == _UNREADABLE and _has_tags(_text(item, source)):
            continue
        if path not in known:
            known[path] = None if source is None else _misread(source, configuration)
        misread = known[path]
        if misread is None:
            yield item
        elif path not in told:
            told.add(path)
            hint = f"{misread.what}, so only its first problem is shown: {misread.remedy}"
            yield item._replace(hint=hint, fix=None)


def outside_summed_up(found: Iterable[Diagnostic], configuration: Configuration) -> tuple[Diagnostic, ...]:
    """Return the findings that are in none of the files of which only the first problem is shown."""
    paths = {*foreign_files(configuration)}
    paths |= {source.path for source in configuration.files if _misread(source, configuration)}
    return tuple(item for item in found if item.span.file not in paths)


def what_it_is(configuration: Configuration, path: str) -> str:
    """Return what a file with mistakes is instead of a configuration, and what to do; "" for any other."""
    for source in configuration.files:
        if source.path == path:
            misread = _misread(source, configuration)
            return ": ".join(misread) if misread else foreign_files(configuration).get(path, "")
    return ""


def is_whole(configuration: Configuration) -> bool:
    """Tell whether all of a configuration is known; what a template writes isn't, if it is read as none."""
    if not configuration.whole or configuration.is_template:
        return configuration.whole
    if not any(_has_tags(source.text) for source in configuration.files):
        return True
    includes = (node for node, _ in configuration.walk() if isinstance(node, Include))
    return not any(_has_tags(node.pattern) for node in includes) and not any(
        _misread(source, configuration) for source in configuration.files
    )


def _misread(source: SourceFile, configuration: Configuration) -> _Misread | None:
    if source.looks_binary:
        return _BINARY
    if configuration.is_template or not _has_tags(source.text):
        return None
    from dovecot_conf.templates.tags import language  # noqa: PLC0415 - few are templates

    name = language(source.text)
    problems = (problem for problem in configuration.problems if problem.span.file == source.path)
    broken = name and any(
        problem.name != _UNREADABLE and _has_tags(_text(problem, source)) for problem in problems
    )
    return _Misread(f"the file looks like a {name}", "use --templates") if broken else None


def _text(found: Diagnostic, source: SourceFile) -> str:
    """Return the lines of a finding."""
    return "\n".join(source.lines[found.span.line - 1 : found.span.end_line])


def _has_tags(text: str) -> bool:
    return any(sign in text for sign in TAG_SIGNS)
