"""The fixes of what is wrong with the language of a configuration (PN1xx), by rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dovecot_conf.configuration import Configuration
from dovecot_conf.diagnostics import Applicability, Diagnostic
from dovecot_conf.lint.fixes.blocks import BLOCK_FIXERS
from dovecot_conf.lint.fixes.finding import Finding, Fixer
from dovecot_conf.lint.fixes.names import NAME_FIXERS
from dovecot_conf.lint.fixes.text import TEXT_FIXERS
from dovecot_conf.lint.fixes.values import VALUE_FIXERS
from dovecot_conf.tree import Statement

FIXERS: Mapping[str, Fixer] = {
    fixer.code: fixer for fixer in (*TEXT_FIXERS, *BLOCK_FIXERS, *NAME_FIXERS, *VALUE_FIXERS)
}


def fixes_of(code: str) -> tuple[Applicability, ...]:
    """Return which kinds of fixes the findings of a rule of the language can have."""
    return FIXERS[code].applicabilities if code in FIXERS else ()


def with_fixes(configuration: Configuration, problems: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Yield problems of a configuration with their fixes."""
    problems = tuple(problems)
    places = {(item.span.file, item.span.line) for item in problems if item.code in FIXERS}
    statements = _statements(configuration, places) if places else {}
    for item in problems:
        found = statements.get((item.span.file, item.span.line))
        if item.code not in FIXERS or found is None:
            yield item
        else:
            yield item._replace(fix=FIXERS[item.code].make(Finding(item, *found, configuration)))


def _statements(
    configuration: Configuration, places: set[tuple[str, int]]
) -> dict[tuple[str, int], tuple[Statement, Statement | None]]:
    """Return the statements of some lines, each with the one that follows it in its file."""
    found: dict[tuple[str, int], tuple[Statement, Statement | None]] = {}
    waiting: list[tuple[tuple[str, int], Statement]] = []
    for node, _ in configuration.walk():
        if not isinstance(node, Statement):
            continue
        for place, last in waiting:
            found[place] = (last, node if node.document is last.document else None)
        lines = ((node.document.path, line) for line in range(node.line, node.end_line + 1))
        waiting = [(place, node) for place in lines if place in places and place not in found]
        found.update({place: (node, None) for place, node in waiting})
    return found
