"""One lint run: all rules over one configuration."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from dovecot_conf.configuration import Configuration
from dovecot_conf.diagnostics import Diagnostic
from dovecot_conf.lint.catalogue import Catalogue
from dovecot_conf.lint.context import Context
from dovecot_conf.lint.directives import Word
from dovecot_conf.lint.review import CommentRule, review
from dovecot_conf.lint.rule import Rule
from dovecot_conf.lint.selection import Selection
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
    return lint_contexts((context,), catalogue, selection=selection)[0]


def lint_contexts(
    contexts: Iterable[Context], catalogue: Catalogue, *, selection: Selection = EVERYTHING
) -> tuple[tuple[Diagnostic, ...], ...]:
    """Do the same with several, of which a file may be part of more than one.

    A comment that silences a finding in one of them is needed, also where it silences none in another.
    """
    runs = []
    for context in contexts:
        files = context.configuration.files
        order = {source.path: number for number, source in reversed([*enumerate(files)])}
        suppressions = Suppressions(
            {source.path: source for source in files}, catalogue.match, context.comments
        )
        found = reported(_all(context, catalogue, selection), selection, suppressions, order)
        runs.append((context, found, suppressions, order))
    used = frozenset(word for _, _, suppressions, _ in runs for word in suppressions.used)
    results = []
    for context, found, suppressions, order in runs:
        ran, lines = _ran(context, catalogue), _lines(context)
        comments = about_comments(suppressions, catalogue, selection, ran, lines, used)
        results.append(in_order((*found, *comments), order) if comments else found)
    return tuple(results)


def about_comments(
    suppressions: Suppressions,
    catalogue: Catalogue,
    selection: Selection,
    ran: Callable[[str], bool],
    lines: Callable[[str], Sequence[str]],
    used: frozenset[Word],
) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the comments of a run in which all other rules have had their say.

    ``ran`` tells which codes were looked for, apart from what is selected; ``lines`` gives those of a file;
    ``used`` are the words that silenced something, here or in another run.
    """
    rules = [rule for rule in catalogue.rules if isinstance(rule, CommentRule) and rule.code in selection]
    found = []
    for directive in suppressions.directives() if rules else ():
        path = directive.span.file

        def looked_for(code: str, path: str = path) -> bool:
            return ran(code) and selection.wants(code, path)

        seen = review(directive, catalogue, used, looked_for, lines(path))
        found += [item for rule in rules for item in rule.check_comment(seen)]
    return reported(found, selection, suppressions, {})


def reported(
    found: Iterable[Diagnostic],
    selection: Selection,
    suppressions: Suppressions,
    order: Mapping[str, int],
) -> tuple[Diagnostic, ...]:
    """Return the findings that are wanted and not silenced, each once, by file (``order``) and place.

    Their severities are those that ``selection`` says.
    """
    wanted = {
        selection.judged(diagnostic): None
        for diagnostic in found
        if selection.wants(diagnostic.code, diagnostic.span.file) and not suppressions.silenced(diagnostic)
    }
    return in_order(wanted, order)


def in_order(found: Iterable[Diagnostic], order: Mapping[str, int]) -> tuple[Diagnostic, ...]:
    """Return findings by file (``order``), line, column and code."""

    def place(item: Diagnostic) -> tuple[int, int, int, str]:
        return (order.get(item.span.file, len(order)), item.span.line, item.span.column, item.code)

    return tuple(sorted(found, key=place))


def _ran(context: Context, catalogue: Catalogue) -> Callable[[str], bool]:
    """Return what tells whether the findings of a code could be found in a configuration."""
    rules = {rule.code: rule for rule in catalogue.rules}

    def ran(code: str) -> bool:
        if code in rules:
            return _looks_at(rules[code], context)
        return context.version in catalogue.versions.get(code, ())

    return ran


def _lines(context: Context) -> Callable[[str], Sequence[str]]:
    """Return what gives the lines of a file."""
    sources = {source.path: source for source in context.configuration.files} | context.sources
    return lambda path: sources[path].lines if path in sources else ()


def _all(context: Context, catalogue: Catalogue, selection: Selection) -> Iterator[Diagnostic]:
    yield from _language_problems(context.configuration)
    for rule in catalogue.rules:
        if rule.code in selection and _looks_at(rule, context):
            yield from rule.check(context)


def _looks_at(rule: Rule, context: Context) -> bool:
    """Tell whether a rule is about such a configuration."""
    return context.version in rule.versions


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
