"""Comments that silence a finding: ``# pushnotif: ignore[PN301]`` on its line or the line above.

In a Lua script they begin with ``--``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from dovecot_conf.diagnostics import Diagnostic
from dovecot_conf.lines import find_comment
from dovecot_conf.lint.directives import Directive, Word, directives, may_have_directives
from dovecot_conf.source import SourceFile


class Comment(NamedTuple):
    """A comment in a file of another language.

    ``column`` is where it begins, from 1; ``alone``: nothing else is in front of it in its line.
    """

    text: str
    alone: bool
    column: int


Comments = Mapping[int, Sequence[Comment]]
"""The comments of a file by the line in which they begin."""


class Suppressions:
    """What the comments of some files silence.

    ``sources`` are the files by path; ``match`` gives the codes that a word (a code, a
    name, the beginning of codes) stands for. ``others`` are the comments of files in other languages.
    ``used`` are the words that silenced something up to now.
    """

    def __init__(
        self,
        sources: Mapping[str, SourceFile],
        match: Callable[[str], frozenset[str]],
        others: Mapping[str, Comments] | None = None,
    ) -> None:
        self._sources = sources
        self._match = match
        self._others = others if others is not None else {}
        self.used: set[Word] = set()

    def silenced(self, diagnostic: Diagnostic) -> bool:
        """Tell whether a comment silences the finding; its words are ``used`` then.

        A comment in the last line of a continued statement, or in a line of its own directly above
        its first, is valid for the whole statement: between them Dovecot allows no comment.
        """
        words = {
            word
            for directive in self._near(diagnostic.span.file, diagnostic.span.line)
            for word in directive.words
            if diagnostic.code in self._match(word.text)
        }
        self.used |= words
        return bool(words)

    def directives(self) -> Iterator[Directive]:
        """Yield all comments to the linter, file by file and from top to bottom."""
        for path, source in self._sources.items():
            if path in self._others or not may_have_directives(source.text):
                continue
            for number, line in enumerate(source.lines, 1):
                yield from _in_line(line, path, number)
        for path, comments in self._others.items():
            for number in sorted(comments):
                yield from _in_comments(comments[number], path, number)

    def _near(self, path: str, line: int) -> Iterator[Directive]:
        """Yield the comments that are valid for a line."""
        if path in self._others:
            yield from _near(self._others[path], path, line)
            return
        source = self._sources.get(path)
        lines = source.lines if source is not None else ()
        first = last = line - 1
        if not 0 <= first < len(lines):
            return
        while first > 0 and continues(lines[first - 1]):
            first -= 1
        while last + 1 < len(lines) and continues(lines[last]):
            last += 1
        yield from _in_line(lines[last], path, last + 1)
        if first > 0 and lines[first - 1].lstrip().startswith("#"):
            yield from _in_line(lines[first - 1], path, first)


def _near(comments: Comments, path: str, line: int) -> Iterator[Directive]:
    """Yield what the comments in a line say, and those that have the line above for themselves."""
    yield from _in_comments(comments.get(line, ()), path, line)
    above = comments.get(line - 1, ())
    if above and above[0].alone:
        yield from _in_comments(above, path, line - 1)


def _in_comments(comments: Sequence[Comment], path: str, line: int) -> Iterator[Directive]:
    for comment in comments:
        yield from directives(comment.text, path, line, comment.column)


def _in_line(line: str, path: str, number: int) -> Iterator[Directive]:
    start = find_comment(line) if "pushnotif" in line.lower() else -1
    if start >= 0:
        yield from directives(line[start:], path, number, start + 1)


def continues(line: str) -> bool:
    """Tell whether a line is continued by the next one."""
    if line.lstrip().startswith("#"):
        return False
    start = find_comment(line)
    return (line if start < 0 else line[:start]).rstrip().endswith("\\")
