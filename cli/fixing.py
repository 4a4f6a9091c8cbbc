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
from dovecot_conf.files import Changed, Files
from dovecot_conf.lint.fixes.engine import Fixed, Judged, fix_all
from dovecot_conf.source import SourceFile, encode

Look = Callable[[Changed], render.Validations]
"""Looks at everything, with some files changed."""


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
    session = _Session(look, run.root)
    fixed = fix_all(session.judge, unsafe=run.fixing.unsafe)
    for refused in fixed.refused:
        item = refused.diagnostic
        remark(f"{item.span}: {item.code}: not fixed: {refused.reason}", quiet=run.quiet)
    if run.fixing.diff:
        return _show_changes(fixed, session.originals, run)
    failures = _write(fixed.texts, session.originals)
    validations = session.look({place: text for place, text in fixed.texts.items() if place not in failures})
    if fixed.texts and not failures:
        validations = replace(validations, fixed=len(fixed.applied), fixed_files=len(fixed.texts))
    code = _show_left(validations, fixed, session.originals.get(STDIN_NAME), run)
    for failure in [*failures.values()][:-1]:
        remark(str(failure), quiet=False)
    if failures:
        raise [*failures.values()][-1]
    return code


class _Session:
    """Looks again and again, at files as they were when they were first seen or as a fix leaves them.

    ``originals`` are these files by place: those of configurations, and scripts that are shown as they are.
    """

    def __init__(self, look: Look, root: Path | None) -> None:
        self._look = look
        self._root = root
        self._last: tuple[Mapping[str, str], render.Validations] | None = None
        self.originals: dict[str, SourceFile] = {}

    def look(self, texts: Mapping[str, str]) -> render.Validations:
        """Return what is found with some files changed."""
        if self._last is None or self._last[0] != texts:
            self._last = dict(texts), self._look(self._changed(texts))
        return self._last[1]

    def judge(self, texts: Mapping[str, str]) -> Judged:
        """Do the same for the engine of fixes."""
        validations = self.look(texts)
        found = dict.fromkeys(item for result in validations.results for item in result.diagnostics)
        files = Files(self._root, self._changed(texts))
        now: dict[str, str] = {}
        places: dict[str, str] = {}
        scripts = {
            path: source for path, source in validations.scripts.items() if _is_whole(files, path, source)
        }
        untouched = {DEMO_CONFIG, *_templates(validations)}
        for path, source in {**validations.sources, **scripts}.items():
            if path not in untouched:
                place = places[path] = path if path == STDIN_NAME else files.place(path)
                now.setdefault(place, source.text)
                self.originals.setdefault(place, source)
        return Judged(tuple(found), now, places)

    def _changed(self, texts: Mapping[str, str]) -> Changed:
        contents = {place: source.encode() for place, source in self.originals.items()}
        return Changed({**contents, **{place: encode(text) for place, text in texts.items()}})


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


def _show_changes(fixed: Fixed, originals: Mapping[str, SourceFile], run: Run) -> int:
    from cli.render.diff import write_diff  # noqa: PLC0415 - only for --diff

    for place, source in originals.items():
        if place in fixed.texts:
            write_diff(source, fixed.texts[place], run.wanted.color, show_secrets=run.wanted.show_secrets)
    if fixed.texts:
        remark(f"would fix {render.counted(len(fixed.applied), len(fixed.texts))}", quiet=run.quiet)
    return int(bool(fixed.texts))


def _write(texts: Mapping[str, str], originals: Mapping[str, SourceFile]) -> dict[str, OutputError]:
    """Write the new texts of files; return what went wrong by place."""
    failures = {}
    for place, text in texts.items():
        if place == STDIN_NAME:
            continue
        source = originals[place]
        try:
            replace_file(Path(place), source.path, source.encode(), encode(text))
        except OutputError as error:
            failures[place] = error
    return failures


def _show_left(validations: render.Validations, fixed: Fixed, stdin: SourceFile | None, run: Run) -> int:
    """Show what is left; for stdin on stderr, since its text goes to stdout."""
    if validations.fixed and (run.wanted.statistics or run.wanted.format_ != TEXT):
        remark(f"fixed {render.counted(validations.fixed, validations.fixed_files)}", quiet=run.quiet)
    if stdin is None:
        return show(validations, run.wanted, quiet=run.quiet, verbose=run.verbose)
    with writing_to_stdout():
        sys.stdout.flush()
        sys.stdout.buffer.write(encode(fixed.texts.get(STDIN_NAME, stdin.text)))
    with contextlib.redirect_stdout(sys.stderr):
        return show(validations, run.wanted, quiet=run.quiet, verbose=run.verbose)
