"""One lint run: all rules over one configuration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from dovecot_conf.configuration import Configuration
from dovecot_conf.diagnostics import Diagnostic
from dovecot_conf.lint.catalogue import Catalogue, Selection
from dovecot_conf.lint.context import Context
from dovecot_conf.lint.parts import independent
from dovecot_conf.lint.strange_files import first_of_strange
from dovecot_conf.lint.suppressions import Suppressions

EVERYTHING = Selection()


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
    wanted = (item for item in _all(context, catalogue, selection) if item.code in selection)
    found = first_of_strange(wanted, context.configuration)
    return reported(found, selection, suppressions, order)


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
    whole = context.configuration.whole
    problems = context.configuration.problems
    yield from problems if whole else independent(problems)
    for rule in catalogue.rules:
        if rule.code in selection and context.version in rule.versions and (whole or rule.local):
            yield from rule.check(context)
