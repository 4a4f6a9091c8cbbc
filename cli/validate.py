"""`pushnotif validate`: the linter."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from cli.common import (
    SYSTEM_CONFIG,
    ConfigSource,
    color_option,
    config_options,
    find_configuration,
    show_secrets_option,
)
from cli.output import write_result
from cli.render import diagnostics as render
from cli.render.styled import render as render_lines
from cli.render.styled import wants_color
from dovecot_conf import Configuration, Severity, limits, load, loads
from dovecot_conf.errors import ConfigError
from dovecot_conf.lint import Catalogue, Selection, lint
from drivers.rules import all_rules

STDIN = "-"
STDIN_NAME = "<stdin>"
RANKS = {Severity.ERROR: 2, Severity.WARNING: 1, Severity.INFO: 0}


@click.command()
@click.argument("files", metavar="[FILE|-]...", nargs=-1)
@config_options
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "concise", "json"]),
    default="text",
    show_default=True,
    help="How to show the findings.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the result into FILE, not to stdout.",
)
@click.option(
    "--select",
    multiple=True,
    metavar="RULES",
    help="Only these rules: codes (PN301, PN3), names; commas between.",
)
@click.option("--ignore", multiple=True, metavar="RULES", help="All but these rules.")
@click.option(
    "--fail-on",
    type=click.Choice([str(severity) for severity in Severity]),
    default=str(Severity.ERROR),
    show_default=True,
    help="Exit with 1 if there is a finding of this severity or worse.",
)
@click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Look up absolute paths of the configuration below DIR, as in a checkout of /etc.",
)
@click.option("--statistics", is_flag=True, help="Count the findings by rule instead of showing them.")
@color_option
@show_secrets_option
@click.pass_context
def validate(  # noqa: PLR0913, PLR0917 - one for each option
    ctx: click.Context,
    source: ConfigSource,
    files: tuple[str, ...],
    format_: str,
    output: Path | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str,
    root: Path | None,
    statistics: bool,
    color: str,
    show_secrets: bool,
) -> int:
    """Find what is wrong with a configuration: its language, and why a notification would be lost.

    FILE is a main configuration file (usually /etc/dovecot/dovecot.conf), - is stdin. Files it includes
    are read along. A comment '# pushnotif: ignore[PN301]' on a line, or in the line above, silences
    a finding. Exit code: 0 fine, 1 findings (see --fail-on), 2 wrong usage.
    """
    if files and (source.path is not None or source.demo):
        raise click.UsageError("name the configuration either as FILE or with an option", ctx=ctx)
    if statistics and format_ == "json":
        raise click.UsageError("--statistics is for the formats text and concise", ctx=ctx)
    catalogue = Catalogue(all_rules())
    selection = Selection.of(catalogue, select, ignore)
    results = []
    for configuration in _configurations(source, files, root):
        found = lint(configuration, catalogue, selection=selection, root=root)
        results.append(render.Validation(configuration, found))
    validations = render.Validations(tuple(results), show_secrets)
    if statistics:
        write_result(render.statistics(validations), output)
    elif format_ == "json":
        from cli.render.diagnostics_json import to_json  # noqa: PLC0415 - only for this format

        write_result(to_json(validations), output)
    elif format_ == "concise":
        write_result(render.concise(validations), output)
    else:
        lines = render.text(validations, quiet=source.quiet, verbose=source.verbose)
        write_result(render_lines(lines, colored=wants_color(color, into_file=output is not None)), output)
    threshold = RANKS[Severity(fail_on)]
    return int(any(RANKS[item.severity] >= threshold for item in validations.diagnostics))


def _configurations(source: ConfigSource, files: tuple[str, ...], root: Path | None) -> list[Configuration]:
    """Read every main file; the first that can't be read ends it with ConfigError."""
    if not files:
        return [_load(source, str(_default_path(source, root)), root)]
    return [_load(source, path, root) for path in dict.fromkeys(files)]


def _default_path(source: ConfigSource, root: Path | None) -> Path:
    if root is None or source.path is not None or source.demo:
        return find_configuration(source)
    return root / SYSTEM_CONFIG.relative_to("/")


def _load(source: ConfigSource, path: str, root: Path | None) -> Configuration:
    if path != STDIN:
        return load(path, root=root, overrides=source.overrides, version=source.version, environ=os.environ)
    if root is not None:
        raise click.UsageError("--root needs a FILE, not stdin", ctx=click.get_current_context())
    content = sys.stdin.buffer.read(limits.MAX_FILE_SIZE + 1)
    if len(content) > limits.MAX_FILE_SIZE:
        raise ConfigError(f"stdin: more than {limits.MAX_FILE_SIZE} bytes is no configuration")
    return loads(
        content,
        filename=STDIN_NAME,
        overrides=source.overrides,
        version=source.version,
        environ=os.environ,
    )
