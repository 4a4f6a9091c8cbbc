"""The formats that findings are shown in, and the files that ``--output`` names for them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import click

from cli.output import OutputError, write_files, write_result
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
"""The formats that ``--statistics`` can take the place of; None: none was named."""
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


def outputs(ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[Output, ...]:
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
    wanted = run.wanted
    read = {os.path.realpath(path): path for path in (*run.validations.sources, *run.validations.scripts)}
    for output in wanted.outputs:
        path = read.get(os.path.realpath(output.path))
        if path is not None:
            raise OutputError(f"can't write {output.path}: it is what was looked at")
    files = {output.path: _written(run, output.format_) for output in wanted.outputs}
    to_stdout = None
    if all(output.format_ for output in wanted.outputs):
        to_stdout = _shown(run, wanted.format_ or default_format(), into_file=False)
    write_files(files)
    if to_stdout is not None:
        write_result(to_stdout)


def default_format() -> str:
    """Return the format for stdout when none was named: annotations inside of GitHub Actions."""
    return GITHUB if os.environ.get("GITHUB_ACTIONS") == "true" else TEXT


def _written(run: Run, format_: str | None) -> str:
    """Return what goes into a file: all of a format that was named for it, else what stdout would have."""
    if format_ is None:
        return _shown(run, run.wanted.format_ or TEXT, into_file=True)
    return FORMATS[format_](run, True)


def _shown(run: Run, format_: str, *, into_file: bool) -> str:
    if run.wanted.statistics:
        return render.statistics(run.validations)
    return FORMATS[format_](run, into_file)


def _text(run: Run, into_file: bool) -> str:
    lines = render.text(run.validations, quiet=run.quiet, verbose=run.verbose)
    return render_lines(lines, colored=wants_color(run.wanted.color, into_file=into_file))


def _concise(run: Run, _into_file: bool) -> str:
    return render.concise(run.validations)


def _json(run: Run, _into_file: bool) -> str:
    from cli.render.diagnostics_json import to_json  # noqa: PLC0415 - each only for its format

    return to_json(run.validations)


def _sarif(run: Run, _into_file: bool) -> str:
    from importlib.metadata import version  # noqa: PLC0415

    from cli.render.sarif import to_sarif  # noqa: PLC0415

    return to_sarif(run.validations, tuple(_rules(run.validations)), version("pushnotif"), _base())


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
