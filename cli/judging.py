"""The findings of the targets of ``validate``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from cli.render.diagnostics import Validation
from cli.target_reader import Target, real
from dovecot_conf.diagnostics import Diagnostic, Edit
from dovecot_conf.files import UNCHANGED, Changed
from dovecot_conf.lint import Catalogue, Context, Selection, lint_contexts
from dovecot_conf.lint.worlds import agreed
from dovecot_conf.source import SourceFile


class Beside(NamedTuple):
    """What counts beside the targets.

    ``root``: where absolute paths are looked up; ``changed``: files that are to be seen with another
    content; ``others``: files in other languages, such as those of a proxy.
    """

    root: Path | None = None
    changed: Changed = UNCHANGED
    others: tuple[SourceFile, ...] = ()


def judge_all(
    targets: Sequence[Target],
    catalogue: Catalogue,
    selection: Selection,
    beside: Beside,
) -> tuple[Validation, ...]:
    """Return what there is to say about each target.

    A file that several of them have is called by its first path, so that what is said twice is the same.
    """
    contexts = [
        [Context(world.configuration, beside.root, beside.changed, beside.others) for world in target.worlds]
        for target in targets
    ]
    found = iter(lint_contexts([*chain(*contexts)], catalogue, selection=selection))
    results = [
        _judged(target, worlds, [next(found) for _ in worlds], beside.others)
        for target, worlds in zip(targets, contexts, strict=True)
    ]
    if len(results) < 2:
        return tuple(results)
    names: dict[str, str] = {}
    return tuple(
        result._replace(diagnostics=tuple(_renamed(result.diagnostics, names))) for result in results
    )


def _judged(
    target: Target,
    contexts: Sequence[Context],
    of_worlds: Sequence[tuple[Diagnostic, ...]],
    others: tuple[SourceFile, ...],
) -> Validation:
    """Return what there is to say about a target; of its ``only`` files alone, when it has some."""
    found = agreed(target.worlds, of_worlds)
    if target.only:
        wanted = {real(path) for path in target.only}
        here = {path for path in {item.span.file for item in found} if real(path) in wanted}
        found = tuple(item for item in found if item.span.file in here)
    if target.configuration.is_template:
        # What was judged isn't what is written there.
        found = tuple(item._replace(fix=None) for item in found)
    scripts: dict[str, SourceFile] = {}
    for context in contexts:
        scripts |= context.sources
    return Validation(target.configuration, found, tuple(scripts.values()), target.only, others)


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
