"""The formats that findings are shown in, and the files that ``--output`` names for them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import click

from cli import __version__
from cli.output import OutputError, write_result
from cli.output_files import write_files
from cli.render import diagnostics as render
from cli.render.styled import render as render_lines
from cli.render.styled import wants_color
from dovecot_conf.configuration import Configuration
from dovecot_conf.diagnostics import Diagnostic
from dovecot_conf.near import nearest

if TYPE_CHECKING:
    from cli.findings import Wanted
    from dovecot_conf.lint.entries import Entry

TEXT = "text"
GITHUB = "github"
COUNTABLE = (None, TEXT, "concise")
"""The values of ``--format`` that ``--statistics`` can take the place of; None: none was given."""
_NAMED = re.compile(r"(?P<format>[A-Za-z][\w-]*)=(?P<path>.+)", re.DOTALL)


class Output(NamedTuple):
    """A file for the findings; without a format it gets what stdout would have."""

    format_: str | None
    path: Path


class Run(NamedTuple):
    """All that a format may want to know; ``failing`` tells which findings make the run fail."""

    validations: render.Validations
    wanted: Wanted
    failing: Callable[[Diagnostic], bool]
    quiet: bool
    verbose: bool


def read_outputs(ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[Output, ...]:
    """Read the values of ``--output``. Raises UsageError for one that can't be meant."""
    found = tuple(_output(value, ctx) for value in values)
    places: set[str] = set()
    for output in found:
        place = os.path.realpath(output.path)
        if place in places and (output.path.is_file() or not output.path.exists()):
            raise click.UsageError(f"--output names {output.path} twice", ctx=ctx)
        places.add(place)
    return found


def _output(value: str, ctx: click.Context) -> Output:
    match = _NAMED.fullmatch(value)
    if match is not None and match["format"] not in FORMATS:
        near = nearest(match["format"].lower(), FORMATS)
        advice = f"did you mean '{near}'?" if near else f"known: {', '.join(FORMATS)}"
        text = f"--output: no such format: '{match['format']}'; {advice} (a file of that name is './{value}')"
        raise click.UsageError(text, ctx=ctx)
    output = Output(match["format"], Path(match["path"])) if match is not None else Output(None, Path(value))
    if str(output.path) == "-" or not value or value.rstrip().endswith("="):
        raise click.UsageError(
            f"--output needs FILE or FORMAT=FILE, not '{value}'; --format is for stdout", ctx=ctx
        )
    return output


def write_reports(run: Run) -> None:
    """Write the findings into every file that is wanted, and to stdout unless a file has its place.

    All files are complete before the first gets its name. Raises OutputError.
    """
    outputs = run.wanted.outputs
    if outputs:
        _refuse_what_was_read(run)
        write_files({output.path: _written(run, output.format_) for output in outputs})
    if not takes_stdout(outputs):
        write_result(_shown(run, into_file=False))


def default_format(outputs: Iterable[Output]) -> str:
    """Return the format where none was named: annotations for stdout inside of GitHub Actions, or text."""
    in_actions = os.environ.get("GITHUB_ACTIONS") == "true"
    return GITHUB if in_actions and not takes_stdout(outputs) else TEXT


def takes_stdout(outputs: Iterable[Output]) -> bool:
    """Tell whether a file takes the place of stdout."""
    return any(output.format_ is None for output in outputs)


def _refuse_what_was_read(run: Run) -> None:
    read = {os.path.realpath(path) for path in (*run.validations.sources, *run.validations.scripts)}
    for output in run.wanted.outputs:
        if os.path.realpath(output.path) in read:
            raise OutputError(f"can't write {output.path}: it is what was looked at")


def _written(run: Run, format_: str | None) -> str:
    """Return what goes into a file: all of a format that was named for it, else what stdout would have."""
    return _shown(run, into_file=True) if format_ is None else FORMATS[format_](run, True)


def _shown(run: Run, *, into_file: bool) -> str:
    if run.wanted.statistics:
        return render.statistics(run.validations)
    return FORMATS[run.wanted.format_](run, into_file)


def _text(run: Run, into_file: bool) -> str:
    lines = render.text(run.validations, quiet=run.quiet, verbose=run.verbose)
    return render_lines(lines, colored=wants_color(run.wanted.color, into_file=into_file))


def _concise(run: Run, _into_file: bool) -> str:
    return render.concise(run.validations)


def _json(run: Run, _into_file: bool) -> str:
    from cli.render.diagnostics_json import to_json  # noqa: PLC0415 - each only for its format

    return to_json(run.validations)


def _sarif(run: Run, _into_file: bool) -> str:
    from cli.render.sarif import to_sarif  # noqa: PLC0415

    return to_sarif(run.validations, tuple(_rules(run.validations)), __version__, _base())


def _github(run: Run, _into_file: bool) -> str:
    from cli.render.github import to_github  # noqa: PLC0415

    return to_github(run.validations)


def _gitlab(run: Run, _into_file: bool) -> str:
    from cli.render.gitlab import to_gitlab  # noqa: PLC0415

    return to_gitlab(run.validations, _base())


def _junit(run: Run, _into_file: bool) -> str:
    from cli.render.junit import to_junit  # noqa: PLC0415

    return to_junit(run.validations, run.failing)


FORMATS: Mapping[str, Callable[[Run, bool], str]] = MappingProxyType(
    {
        TEXT: _text,
        "concise": _concise,
        "json": _json,
        "sarif": _sarif,
        GITHUB: _github,
        "gitlab": _gitlab,
        "junit": _junit,
    }
)


def _rules(validations: render.Validations) -> Iterator[Entry]:
    """Yield the rules that can fire: those of the versions, and for scripts alone those about scripts."""
    from dovecot_conf.lint.entries import entries  # noqa: PLC0415
    from drivers.rules import all_rules, script_rules  # noqa: PLC0415

    versions = {result.main.version for result in validations.results}
    only_scripts = not any(isinstance(result.main, Configuration) for result in validations.results)
    about_scripts = {rule.code for rule in script_rules()}
    found = {item.code for item in validations.diagnostics}
    for entry in entries(all_rules()):
        possible = versions & set(entry.versions) and (not only_scripts or entry.code in about_scripts)
        if possible or entry.code in found:
            yield entry


def _base() -> str:
    """Return the working directory; CI systems start commands in the root of the checkout."""
    try:
        return str(Path.cwd())
    except OSError:
        return "/"
