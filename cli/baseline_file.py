"""The file of ``--baseline``: reading it, leaving out what is in it, writing it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from cli.common import remark
from cli.output import write_result
from cli.render.diagnostics import Validation, Validations
from cli.render.exchange import bare_line
from dovecot_conf.configuration import Configuration
from dovecot_conf.diagnostics import Diagnostic, Fix
from dovecot_conf.lint import Catalogue, Selection, looked_for
from dovecot_conf.lint import baseline as findings
from dovecot_conf.lint.baseline import Baseline, BaselineError, Fingerprint

MAX_BYTES = 64 * 2**20
_NO_FILES = ("<stdin>", "-o")
"""Findings can stand in what is no file."""


def read_baseline(path: Path, *, may_be_missing: bool = False) -> Baseline:
    """Read a baseline. Raises BaselineError."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        if may_be_missing and isinstance(error, FileNotFoundError):
            return {}
        reason = error.strerror if isinstance(error, OSError) else str(error)
        advice = "; --write-baseline makes it" if isinstance(error, FileNotFoundError) else ""
        raise BaselineError(f"{path}: can't read the baseline: {reason}{advice}") from None
    if len(data) > MAX_BYTES:
        raise BaselineError(f"{path}: the baseline is larger than {MAX_BYTES // 2**20} MiB")
    try:
        return findings.from_json(data.decode("utf-8"), str(path))
    except UnicodeDecodeError:
        raise BaselineError(f"{path} is no baseline: it is no UTF-8") from None


def without_recorded(
    validations: Validations,
    path: Path,
    catalogue: Catalogue,
    selection: Selection,
    *,
    write: bool,
    quiet: bool,
) -> Validations:
    """Return a run without the findings that the baseline at ``path`` has; ``write`` records all first.

    What is recorded and wasn't found again is counted on stderr. Raises BaselineError or OutputError.
    """
    before = read_baseline(path, may_be_missing=write)
    found = tuple(dict.fromkeys(item for result in validations.results for item in result.diagnostics))
    prints = _fingerprints(found, validations, path.parent)
    searched = _searched(validations, catalogue, selection, path.parent)
    if write:
        after = findings.recorded(prints, before, searched)
        write_result(findings.to_json(after), path)
        remark(f"{path}: {_counted(sum(after.values()))} recorded", quiet=quiet)
        new = dict[Diagnostic, Diagnostic]()
    else:
        sifted = findings.sift(prints, before, searched)
        new = _left_alone(found, sifted.new)
        gone = sum(sifted.gone.values())
        if gone:
            text = f"{path}: {_counted(gone)} in it not found any more; --write-baseline takes them out"
            remark(text, quiet=quiet)
    results = (
        result._replace(diagnostics=tuple(new[item] for item in result.diagnostics if item in new))
        for result in validations.results
    )
    return Validations(tuple(results), validations.show_secrets)


def _left_alone(found: tuple[Diagnostic, ...], new: tuple[int, ...]) -> dict[Diagnostic, Diagnostic]:
    """Return the new findings as they are to be shown: without a fix that changes the line of a recorded one.

    By that line a recorded finding is known again; of another line it would be new, and be fixed itself.
    """
    recorded = set(range(len(found))).difference(new)
    lines = {(found[number].span.file, found[number].span.line) for number in recorded}

    def changes_one(fix: Fix) -> bool:
        spans = (edit.span for edit in fix.edits)
        return any(
            (span.file, line) in lines for span in spans for line in range(span.line, span.end_line + 1)
        )

    items = ((found[number], found[number].fix) for number in new)
    return {item: item._replace(fix=None) if fix and changes_one(fix) else item for item, fix in items}


def _counted(number: int) -> str:
    return f"{number} finding{'' if number == 1 else 's'}"


def _fingerprints(
    found: tuple[Diagnostic, ...], validations: Validations, directory: Path
) -> list[Fingerprint]:
    """Return what the findings are known by; lines are taken without their secrets."""
    shown = Validations(validations.results)
    return [
        Fingerprint(
            relative(item.span.file, directory),
            item.code,
            findings.hash_of(bare_line(shown, item.span)),
        )
        for item in found
    ]


def relative(path: str, directory: Path) -> str:
    """Return the path of a file relative to the directory of the baseline."""
    return path if path in _NO_FILES else os.path.relpath(path, directory).encode("utf-8", "replace").decode()


def _searched(
    validations: Validations, catalogue: Catalogue, selection: Selection, directory: Path
) -> Callable[[str, str], bool]:
    """Return what tells by relative path and code whether the run could find something there."""
    looking: dict[str, list[Callable[[str], bool]]] = {}
    names: dict[str, str] = {}
    for result in validations.results:
        looks = _looks(result, catalogue)
        for path in _paths(result):
            name = relative(path, directory)
            looking.setdefault(name, []).append(looks)
            names[name] = path

    def searched(path: str, code: str) -> bool:
        if path not in looking:
            # A file that is gone has no findings any more; another one wasn't read.
            return path not in _NO_FILES and not os.path.lexists(directory / path)
        if code not in catalogue.versions:
            return True
        return selection.wants(code, names[path]) and any(looks(code) for looks in looking[path])

    return searched


def _looks(result: Validation, catalogue: Catalogue) -> Callable[[str], bool]:
    """Return what tells whether a code was looked for in the files of a main file."""
    main = result.main
    if isinstance(main, Configuration):
        return looked_for(main, catalogue)
    return lambda code: main.version in catalogue.versions.get(code, ())


def _paths(result: Validation) -> list[str]:
    """Return the files of which something was to be said."""
    paths = [source.path for source in (*result.main.files, *result.scripts, *result.others)]
    if not result.only:
        return paths
    wanted = {os.path.realpath(path) for path in result.only}
    return [path for path in paths if os.path.realpath(path) in wanted]
