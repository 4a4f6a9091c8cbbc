"""One lint run: all rules over one configuration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from dovecot_conf.configuration import Configuration
from dovecot_conf.diagnostics import Diagnostic
from dovecot_conf.lint.catalogue import Catalogue, Selection
from dovecot_conf.lint.consequences import without_consequences
from dovecot_conf.lint.context import Context
from dovecot_conf.lint.strangers import first_of_strangers, strangers
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
    return lint_context(Context(configuration, root), catalogue, selection=selection)


def lint_context(
    context: Context, catalogue: Catalogue, *, selection: Selection = EVERYTHING
) -> tuple[Diagnostic, ...]:
    """Do the same with a context, which knows afterwards of files in other languages that were read."""
    files = context.configuration.files
    suppressions = Suppressions({source.path: source for source in files}, catalogue.match, context.comments)
    order = {source.path: number for number, source in reversed([*enumerate(files)])}
    return reported(_all(context, catalogue, selection), selection, suppressions, order)


def reported(
    found: Iterable[Diagnostic],
    selection: Selection,
    suppressions: Suppressions,
    order: Mapping[str, int],
) -> tuple[Diagnostic, ...]:
    """Return the findings that are wanted and not silenced, each once, by file (``order``) and place."""
    wanted = {
        diagnostic: None
        for diagnostic in found
        if diagnostic.code in selection and not suppressions.silenced(diagnostic)
    }
    return tuple(
        sorted(
            wanted,
            key=lambda item: (
                order.get(item.span.file, len(order)),
                item.span.line,
                item.span.column,
                item.code,
            ),
        )
    )


def _all(context: Context, catalogue: Catalogue, selection: Selection) -> Iterator[Diagnostic]:
    strange = strangers(context.configuration)
    yield from _language_problems(context.configuration, strange)
    for rule in catalogue.rules:
        if rule.code in selection and context.version in rule.versions:
            yield from (found for found in rule.check(context) if found.span.file not in strange)


def _language_problems(configuration: Configuration, strange: Mapping[str, str]) -> Iterator[Diagnostic]:
    """Yield the problems of the language; of binary junk, or what is no configuration, one says it all."""
    binary = {source.path for source in configuration.files if _CONTROL.search(source.text)}
    told: set[str] = set()
    problems = without_consequences(configuration.problems)
    for problem in first_of_strangers(problems, strange):
        path = problem.span.file
        if path not in binary:
            yield problem
        elif path not in told:
            told.add(path)
            yield problem._replace(hint=BINARY_HINT)
