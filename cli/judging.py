"""The findings of one target of ``validate``."""

from __future__ import annotations

from pathlib import Path

from cli.render.diagnostics import Validation
from cli.target_reader import Target, real
from dovecot_conf.lint import Catalogue, Context, Selection, lint_context
from dovecot_conf.lint.worlds import agreed
from dovecot_conf.source import SourceFile


def judge(target: Target, catalogue: Catalogue, selection: Selection, root: Path | None) -> Validation:
    """Return what there is to say about a target; of its ``only`` files alone, when it has some."""
    contexts = [Context(world.configuration, root) for world in target.worlds]
    found = agreed(
        target.worlds, [lint_context(context, catalogue, selection=selection) for context in contexts]
    )
    if target.only:
        wanted = {real(path) for path in target.only}
        paths = {item.span.file for item in found}
        here = {path for path in paths if real(path) in wanted}
        found = tuple(item for item in found if item.span.file in here)
    scripts: dict[str, SourceFile] = {}
    for context in contexts:
        scripts |= context.sources
    return Validation(target.configuration, found, tuple(scripts.values()), target.only)
