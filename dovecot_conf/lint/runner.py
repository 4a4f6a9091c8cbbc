"""One lint run: all rules over one configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from dovecot_conf.configuration import Configuration
from dovecot_conf.diagnostics import Diagnostic
from dovecot_conf.lint.catalogue import Catalogue, Selection
from dovecot_conf.lint.context import Context
from dovecot_conf.lint.suppressions import Suppressions

EVERYTHING = Selection()
BINARY_HINT = "the file looks binary, so only its first problem is shown: give a configuration file"
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def lint(
    configuration: Configuration,
    catalogue: Catalogue,
    *,
    selection: Selection = EVERYTHING,
    root: Path | None = None,
) -> tuple[Diagnostic, ...]:
    """Return what is wrong with a configuration, problems of its language included.

    The findings stand in the order of the files as they were read, then of lines, columns and codes.
    ``root`` is where absolute paths (scripts) are looked up, as for ``load``.
    """
    context = Context(configuration, root)
    suppressions = Suppressions(
        {source.path: source for source in configuration.files}, catalogue.match, context.comments
    )
    order = {source.path: number for number, source in reversed([*enumerate(configuration.files)])}
    found = {
        diagnostic: None
        for diagnostic in _all(context, catalogue, selection)
        if diagnostic.code in selection and not suppressions.silenced(diagnostic)
    }
    return tuple(
        sorted(
            found,
            key=lambda item: (
                order.get(item.span.file, len(order)),
                item.span.line,
                item.span.column,
                item.code,
            ),
        )
    )


def _all(context: Context, catalogue: Catalogue, selection: Selection) -> Iterator[Diagnostic]:
    yield from _language_problems(context.configuration)
    for rule in catalogue.rules:
        if rule.code in selection and context.version in rule.versions:
            yield from rule.check(context)


def _language_problems(configuration: Configuration) -> Iterator[Diagnostic]:
    """Yield the problems of the language; of a file that is binary junk one says it all."""
    binary = {source.path for source in configuration.files if _CONTROL.search(source.text)}
    told: set[str] = set()
    for problem in configuration.problems:
        path = problem.span.file
        if path not in binary:
            yield problem
        elif path not in told:
            told.add(path)
            yield problem._replace(hint=BINARY_HINT)
