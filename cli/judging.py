"""The findings of the targets of ``validate``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cli.render.diagnostics import Validation
from cli.target_reader import Target, real
from dovecot_conf.diagnostics import Diagnostic, Edit
from dovecot_conf.lint import Catalogue, Context, Selection, lint_context
from dovecot_conf.lint.worlds import agreed
from dovecot_conf.source import SourceFile


def judge_all(
    targets: Sequence[Target], catalogue: Catalogue, selection: Selection, root: Path | None
) -> Iterator[Validation]:
    """Yield what there is to say about each target.

    A file that several of them have is called by its first path, so that what is said twice is the same.
    """
    names: dict[str, str] = {}
    for target in targets:
        result = _judge(target, catalogue, selection, root)
        if len(targets) > 1:
            result = result._replace(diagnostics=tuple(_renamed(result.diagnostics, names)))
        yield result


def _judge(target: Target, catalogue: Catalogue, selection: Selection, root: Path | None) -> Validation:
    """Return what there is to say about a target; of its ``only`` files alone, when it has some."""
    contexts = [Context(world.configuration, root) for world in target.worlds]
    found = agreed(
        target.worlds, [lint_context(context, catalogue, selection=selection) for context in contexts]
    )
    if target.only:
        wanted = {real(path) for path in target.only}
        here = {path for path in {item.span.file for item in found} if real(path) in wanted}
        found = tuple(item for item in found if item.span.file in here)
    scripts: dict[str, SourceFile] = {}
    for context in contexts:
        scripts |= context.sources
    return Validation(target.configuration, found, tuple(scripts.values()), target.only)


def _renamed(found: Iterable[Diagnostic], names: dict[str, str]) -> Iterator[Diagnostic]:
    """Yield findings with the first path of each file, which ``names`` has by its real path."""
    for item in found:
        path = names.setdefault(real(item.span.file), item.span.file)
        if path == item.span.file:
            yield item
            continue
        fix = item.fix
        if fix is not None:
            edits = (Edit(edit.span._replace(file=path), edit.text) for edit in fix.edits)
            fix = fix._replace(edits=tuple(edits))
        yield item._replace(span=item.span._replace(file=path), fix=fix)
