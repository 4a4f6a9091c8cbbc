"""`validate --fix` and `--diff`: the fixes of all findings, in the files or as a diff."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from cli.common import DEMO_CONFIG, STDIN_NAME, remark
from cli.findings import Wanted, show
from cli.fix_options import Fixing
from cli.output import OutputError, writing_to_stdout
from cli.render import diagnostics as render
from cli.replacing import replace_file
from cli.reports import TEXT
from dovecot_conf.configuration import Configuration
from dovecot_conf.diagnostics import Diagnostic
from dovecot_conf.files import UNCHANGED, Changed, Files
from dovecot_conf.lint.fixes.engine import Fixed, Judged, fix_all
from dovecot_conf.source import SourceFile, encode

Look = Callable[[Changed], render.Validations]
"""Looks at everything, with some files changed."""


class _Sight(NamedTuple):
    """What was seen first: the files that can be changed by place, and the path to show for each."""

    sources: Mapping[str, SourceFile]
    places: Mapping[str, str]


class Run(NamedTuple):
    """How the command was called: with which options, and below which root paths are looked up."""

    wanted: Wanted
    fixing: Fixing
    root: Path | None
    quiet: bool
    verbose: bool


def fix_and_show(look: Look, run: Run) -> int:
    """Fix what ``look`` finds and show what is left, or show the changes; return the exit code.

    Raises OutputError when a file can't be written.
    """
    first = look(UNCHANGED)
    sight = _sight(first, run.root, UNCHANGED)
    fixed = fix_all(_judge(look, first, run.root), unsafe=run.fixing.unsafe)
    for refused in fixed.refused:
        item = refused.diagnostic
        remark(f"{item.span}: {item.code}: not fixed: {refused.reason}", quiet=run.quiet)
    if run.fixing.diff:
        return _show_changes(fixed, sight, run)
    failures = _write(fixed.texts, sight)
    stdin = {place: text for place, text in fixed.texts.items() if place == STDIN_NAME}
    after = look(_changed(stdin)) if fixed.texts else first
    validations = after
    if not failures:
        validations = replace(after, fixed=len(fixed.applied), fixed_files=len(fixed.texts))
    code = _show_left(validations, fixed, sight, run)
    if failures:
        for failure in failures[:-1]:
            remark(str(failure), quiet=False)
        raise failures[-1]
    return code


def _judge(look: Look, first: render.Validations, root: Path | None) -> Callable[[Mapping[str, str]], Judged]:
    def judge(texts: Mapping[str, str]) -> Judged:
        changed = _changed(texts)
        validations = look(changed) if texts else first
        sight = _sight(validations, root, changed)
        found: dict[Diagnostic, None] = dict.fromkeys(
            item for result in validations.results for item in result.diagnostics
        )
        return Judged(
            tuple(found), {place: source.text for place, source in sight.sources.items()}, sight.places
        )

    return judge


def _changed(texts: Mapping[str, str]) -> Changed:
    return Changed({place: encode(text) for place, text in texts.items()}) if texts else UNCHANGED


def _sight(validations: render.Validations, root: Path | None, changed: Changed) -> _Sight:
    """Return what can be changed: files of the configurations, and scripts that are shown as they are."""
    files = Files(root, changed)
    sources: dict[str, SourceFile] = {}
    places: dict[str, str] = {}
    scripts = {path: source for path, source in validations.scripts.items() if _is_whole(files, path, source)}
    templates = _templates(validations)
    for path, source in {**validations.sources, **scripts}.items():
        if path == str(DEMO_CONFIG) or path in templates:
            continue
        place = path if path == STDIN_NAME else files.place(path)
        places[path] = place
        sources.setdefault(place, source)
    return _Sight(sources, places)


def _templates(validations: render.Validations) -> set[str]:
    """Return the files that are read as templates: what is written there is not what was judged."""
    return {
        source.path
        for result in validations.results
        if isinstance(result.main, Configuration) and result.main.is_template
        for source in result.main.files
    }


def _is_whole(files: Files, path: str, source: SourceFile) -> bool:
    with contextlib.suppress(OSError):
        return files.read(path) == source.encode()
    return False


def _show_changes(fixed: Fixed, sight: _Sight, run: Run) -> int:
    from cli.render.diff import write_diff  # noqa: PLC0415 - only for --diff

    for place, source in sight.sources.items():
        if place in fixed.texts:
            write_diff(source, fixed.texts[place], run.wanted.color, show_secrets=run.wanted.show_secrets)
    if fixed.texts:
        remark(f"would fix {render.counted(len(fixed.applied), len(fixed.texts))}", quiet=run.quiet)
    return int(bool(fixed.texts))


def _write(texts: Mapping[str, str], sight: _Sight) -> list[OutputError]:
    """Write the new texts of files; return what went wrong, if anything."""
    failures = []
    for place, text in texts.items():
        if place == STDIN_NAME:
            continue
        source = sight.sources[place]
        try:
            replace_file(Path(place), source.path, source.encode(), encode(text))
        except OutputError as error:
            failures.append(error)
    return failures


def _show_left(validations: render.Validations, fixed: Fixed, sight: _Sight, run: Run) -> int:
    """Show what is left; for stdin on stderr, since its text goes to stdout."""
    stdin = sight.sources.get(STDIN_NAME)
    if validations.fixed and run.wanted.format_ != TEXT:
        remark(f"fixed {render.counted(validations.fixed, validations.fixed_files)}", quiet=run.quiet)
    if stdin is None:
        return show(validations, run.wanted, quiet=run.quiet, verbose=run.verbose)
    with writing_to_stdout():
        sys.stdout.flush()
        sys.stdout.buffer.write(encode(fixed.texts.get(STDIN_NAME, stdin.text)))
    with contextlib.redirect_stdout(sys.stderr):
        return show(validations, run.wanted, quiet=run.quiet, verbose=run.verbose)
