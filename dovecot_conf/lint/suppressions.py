"""Comments that silence a finding: ``# pushnotif: ignore[PN301]`` on its line or the line above.

In a Lua script they begin with ``--``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from dovecot_conf.diagnostics import Diagnostic
from dovecot_conf.lines import find_comment
from dovecot_conf.source import SourceFile

_COMMENT = re.compile(r"(?:#|--)\s*pushnotif:\s*ignore\[(?P<words>[^\]]*)\]", re.IGNORECASE)


class Comment(NamedTuple):
    """A comment in a file of another language; ``alone``: nothing else is in front of it in its line."""

    text: str
    alone: bool


Comments = Mapping[int, Comment]
"""The comments of a file by line."""


class Suppressions:
    """What the comments of some files silence.

    ``sources`` are the files by path; ``match`` gives the codes that a word (a code, a
    name, the beginning of codes) stands for. ``others`` are the comments of files in other languages.
    """

    def __init__(
        self,
        sources: Mapping[str, SourceFile],
        match: Callable[[str], Iterable[str]],
        others: Mapping[str, Comments] | None = None,
    ) -> None:
        self._sources = sources
        self._match = match
        self._others = others if others is not None else {}

    def silenced(self, diagnostic: Diagnostic) -> bool:
        """Tell whether a comment silences the finding.

        A comment in the last line of a continued statement, or in a line of its own directly above
        its first, is valid for the whole statement: between them Dovecot allows no comment.
        """
        path, line = diagnostic.span.file, diagnostic.span.line
        if path in self._others:
            return self._has_code(diagnostic.code, _near(self._others[path], line))
        source = self._sources.get(path)
        lines = source.lines if source is not None else ()
        first = last = line - 1
        if not 0 <= first < len(lines):
            return False
        while first > 0 and _continues(lines[first - 1]):
            first -= 1
        while last + 1 < len(lines) and _continues(lines[last]):
            last += 1
        comments = [_comment(lines[last])]
        if first > 0 and lines[first - 1].lstrip().startswith("#"):
            comments.append(lines[first - 1])
        return self._has_code(diagnostic.code, comments)

    def _has_code(self, code: str, comments: Iterable[str]) -> bool:
        return any(code in self._codes(comment) for comment in comments)

    def _codes(self, comment: str) -> set[str]:
        return {
            code
            for found in _COMMENT.finditer(comment)
            for word in found["words"].split(",")
            for code in self._match(word.strip())
        }


def _near(comments: Comments, line: int) -> Iterator[str]:
    """Yield the comment in a line, and the one that has the line above for itself."""
    if line in comments:
        yield comments[line].text
    above = comments.get(line - 1)
    if above is not None and above.alone:
        yield above.text


def _comment(line: str) -> str:
    start = find_comment(line)
    return line[start:] if start >= 0 else ""


def _continues(line: str) -> bool:
    """Tell whether a line is continued by the next one."""
    if line.lstrip().startswith("#"):
        return False
    start = find_comment(line)
    return (line if start < 0 else line[:start]).rstrip().endswith("\\")
