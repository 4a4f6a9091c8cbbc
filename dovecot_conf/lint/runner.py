"""One lint run: all rules over one configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from dovecot_conf.configuration import Configuration
from dovecot_conf.diagnostics import Diagnostic
from dovecot_conf.lint.catalogue import Catalogue
from dovecot_conf.lint.consequences import without_consequences
from dovecot_conf.lint.context import Context
from dovecot_conf.lint.directives import Word
from dovecot_conf.lint.doubles import without_doubles
from dovecot_conf.lint.foreign_files import first_of_foreign, foreign_files
from dovecot_conf.lint.misread_files import first_of_misread, is_whole, outside_summed_up
from dovecot_conf.lint.parts import independent
from dovecot_conf.lint.review import CommentRule, review
from dovecot_conf.lint.selection import Selection
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
        wanted = (
            item for item in _all(context, catalogue, selection) if selection.wants(item.code, item.span.file)
        )
        fewer = first_of_misread(wanted, context.configuration)
        found = without_doubles(reported(fewer, selection, suppressions, order))
        runs.append((context, found, suppressions, order))
    used = frozenset(word for _, _, suppressions, _ in runs for word in suppressions.used)
    results = []
    for context, found, suppressions, order in runs:
        # What a comment in a template is for may be said of what is put into the place of a placeholder.
        templates = context.configuration.is_template
        ran = _nothing if templates else looked_for(context.configuration, catalogue)
        lines = _lines(context)
        comments = about_comments(suppressions, catalogue, selection, ran, lines, used)
        if comments:
            comments = outside_summed_up(comments, context.configuration)
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

        def wanted(code: str, path: str = path) -> bool:
            return ran(code) and selection.wants(code, path)

        seen = review(directive, catalogue, used, wanted, lines(path))
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
    wanted: dict[Diagnostic, Diagnostic] = {}
    for diagnostic in found:
        if selection.wants(diagnostic.code, diagnostic.span.file) and not suppressions.silenced(diagnostic):
            judged = selection.judged(diagnostic)
            wanted.setdefault(judged._replace(fix=None), judged)
    return in_order(wanted.values(), order)


def in_order(found: Iterable[Diagnostic], order: Mapping[str, int]) -> tuple[Diagnostic, ...]:
    """Return findings by file (``order``), line, column and code."""

    def place(item: Diagnostic) -> tuple[int, int, int, str]:
        return (order.get(item.span.file, len(order)), item.span.line, item.span.column, item.code)

    return tuple(sorted(found, key=place))


def looked_for(configuration: Configuration, catalogue: Catalogue) -> Callable[[str], bool]:
    """Return what tells whether a code is looked for; in a part without the rest, much isn't known."""
    if not is_whole(configuration):
        version = configuration.version
        local = {rule.code for rule in catalogue.rules if rule.local and version in rule.versions}
        return local.__contains__
    return lambda code: configuration.version in catalogue.versions.get(code, ())


def _nothing(_code: str) -> bool:
    return False


def _lines(context: Context) -> Callable[[str], Sequence[str]]:
    """Return what gives the lines of a file."""
    sources = {source.path: source for source in (*context.configuration.files, *context.others)}
    sources |= context.sources
    return lambda path: sources[path].lines if path in sources else ()


def _all(context: Context, catalogue: Catalogue, selection: Selection) -> Iterator[Diagnostic]:
    whole = is_whole(context.configuration)
    foreign = foreign_files(context.configuration)
    problems = tuple(_language_problems(context.configuration, foreign))
    if problems:
        from dovecot_conf.lint.fixes.language import with_fixes  # noqa: PLC0415 - only where something is wrong

        yield from with_fixes(context.configuration, problems)
    for rule in catalogue.rules:
        if rule.code in selection and context.version in rule.versions and (whole or rule.local):
            yield from (found for found in rule.check(context) if found.span.file not in foreign)


def _language_problems(configuration: Configuration, foreign: Mapping[str, str]) -> Iterable[Diagnostic]:
    """Return the problems of the language; of what is no configuration, one says it all."""
    problems = first_of_foreign(without_consequences(configuration.problems), foreign)
    return problems if configuration.whole else independent(problems)
