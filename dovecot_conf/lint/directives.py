"""Comments to the linter: ``# pushnotif: ignore[PN301, ox-url-invalid]``; in a Lua script with ``--``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from dovecot_conf.diagnostics import Applicability, Edit, Fix
from dovecot_conf.positions import Span

_DIRECTIVE = re.compile(
    r"(?P<mark>#|--)\s*pushnotif:\s*ignore\b(?:[ \t]*\[(?P<words>[^\]\n]*)\])?", re.IGNORECASE
)
_MARKS = ("#", "--")


class Word(NamedTuple):
    """One word in the brackets, and where it stands; '' where nothing is written."""

    text: str
    span: Span


class Directive(NamedTuple):
    """One comment to the linter.

    ``span`` is all from its mark (``#``, ``--``) to its bracket; without brackets there are no ``words``.
    """

    mark: str
    words: tuple[Word, ...]
    span: Span


def may_have_directives(text: str) -> bool:
    """Tell quickly whether a look at the comments of a file is worth while."""
    return _DIRECTIVE.search(text) is not None


def directives(comment: str, path: str, line: int, column: int) -> Iterator[Directive]:
    """Yield what a comment says to the linter; ``line`` and ``column`` are where it begins, from 1."""
    for found in _DIRECTIVE.finditer(comment):
        row = comment.count("\n", 0, found.start())
        # Of a comment over several lines only the first begins at its column.
        offset = -comment.rfind("\n", 0, found.start()) if row else column
        start, end = found.span()
        span = Span(path, line + row, offset + start, line + row, offset + end)
        words: tuple[Word, ...] = ()
        if found["words"] is not None:
            words = tuple(_words(found["words"], span, offset + found.start("words")))
        yield Directive(found["mark"], words, span)


def _words(text: str, span: Span, column: int) -> Iterator[Word]:
    for part in text.split(","):
        start = column + len(part) - len(part.lstrip())
        word = part.strip()
        yield Word(word, span._replace(column=start, end_column=start + len(word)))
        column += len(part) + 1


class Surroundings(NamedTuple):
    """Where a comment stands: the text of its line without line feed, and what is around that.

    ``is_last``: no line follows in the file. ``ends_statement``: the line above is to be continued, so that
    for Dovecot a comment in a line of its own ends the statement there, and what it had so far is lost.
    """

    line: str
    is_last: bool
    ends_statement: bool = False


def without(directive: Directive, unused: frozenset[Word], around: Surroundings) -> Fix | None:
    """Return the fix that takes ``unused`` words out of a comment, or the comment out of its line.

    What else stands in the line stays: other comments, and what is written behind the bracket. There is no
    fix where Dovecot would read the lines around in another way.
    """
    kept = [word for word in directive.words if word not in unused]
    if kept:
        title = f"remove {', '.join(word.text for word in directive.words if word in unused)}"
        edit = _between_brackets(directive, kept)
    else:
        title = "remove the comment"
        whole = _whole(directive, around)
        if whole is None:
            return None
        edit = whole
    return Fix(title, (edit,), Applicability.SAFE)


def _between_brackets(directive: Directive, kept: list[Word]) -> Edit:
    first, last = directive.words[0].span, directive.words[-1].span
    place = first._replace(end_column=last.end_column)
    return Edit(place, ", ".join(word.text for word in kept))


def _whole(directive: Directive, around: Surroundings) -> Edit | None:
    span, line = directive.span, around.line
    before, after = line[: span.column - 1], line[span.end_column - 1 :]
    rest = after.lstrip()
    if rest:
        # What follows must stay a comment, and may begin one of its own.
        end = span.end_column + len(after) - len(rest)
        text = "" if rest.startswith(_MARKS) else f"{directive.mark} "
        return Edit(span._replace(end_column=end), text)
    if before.strip():
        start = len(before.rstrip()) + 1
        end = len(line.removesuffix("\r")) + 1
        return Edit(span._replace(column=start, end_column=end), "")
    if around.ends_statement:
        return None
    if around.is_last:
        return Edit(Span(span.file, span.line, 1, span.line, len(line) + 1), "")
    return Edit(Span(span.file, span.line, 1, span.line + 1, 1), "")
