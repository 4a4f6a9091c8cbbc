"""Problems that are there only because a brace is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dovecot_conf.diagnostics import Diagnostic
from dovecot_conf.suggestions import STANDS_OUTSIDE


def without_consequences(problems: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
    """Yield the problems without those that the missing brace of a section makes behind it.

    What stands in a section by mistake and is known outside of it is told once, where Dovecot stops.
    """
    opened: dict[str, int] = {}
    for problem in problems:
        if problem.name == "unclosed-section":
            path, line = problem.span.file, problem.span.line
            opened[path] = min(line, opened.get(path, line))
    told: set[str] = set()
    for problem in problems:
        path = problem.span.file
        if not problem.hint.endswith(STANDS_OUTSIDE) or problem.span.line <= opened.get(
            path, problem.span.line
        ):
            yield problem
        elif path not in told:
            told.add(path)
            hint = f"{problem.hint}: a brace is missing before it, for the section of line {opened[path]}"
            yield problem._replace(hint=hint)
