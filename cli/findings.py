"""What the commands that look for mistakes have in common: their options, and how they show findings."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, TypeVar

import click

from cli.common import color_option, show_secrets_option
from cli.complete import values
from cli.lua_option import lua_option
from cli.render import diagnostics as render
from cli.reports import COUNTABLE, FORMATS, Output, Run, default_format, read_outputs, write_reports
from dovecot_conf import Severity
from dovecot_conf.diagnostics import Diagnostic
from dovecot_conf.lint.threshold import THRESHOLDS, fails

Command = TypeVar("Command", bound=Callable[..., Any])


class Wanted(NamedTuple):
    """Which findings are wanted, how and where; ``fail_on`` is the severity that makes a run fail."""

    format_: str
    outputs: tuple[Output, ...]
    fail_on: str
    statistics: bool
    color: str
    show_secrets: bool


def finding_options(command: Command) -> Command:
    """Add the options about findings, from ``--format`` to ``--show-secrets``; pass them as ``wanted``."""

    @click.option(
        "--format",
        "format_",
        type=click.Choice(list(FORMATS)),
        help="How to show the findings.  [default: text; github inside of GitHub Actions]",
    )
    @click.option(
        "--output",
        "outputs",
        multiple=True,
        metavar="[FORMAT=]FILE",
        callback=read_outputs,
        shell_complete=values.formats_and_files(FORMATS),
        help="Write the result into FILE, not to stdout; with a FORMAT beside stdout. Several are possible.",
    )
    @click.option(
        "--fail-on",
        type=click.Choice(THRESHOLDS),
        default=str(Severity.ERROR),
        show_default=True,
        help="Exit with 1 if there is a finding of this severity or worse.",
    )
    @click.option(
        "--statistics",
        is_flag=True,
        help="Count the findings by rule instead of showing them (not with --output FORMAT=FILE).",
    )
    @color_option
    @show_secrets_option
    @wraps(command)
    def wrapper(*args: Any, **options: Any) -> Any:
        own = {name: options.pop(name) for name in Wanted._fields if name in options}
        if own["statistics"] and own["format_"] not in COUNTABLE:
            text = "--statistics is for the formats text and concise"
            raise click.UsageError(text, ctx=click.get_current_context())
        own["format_"] = own["format_"] or default_format(own["outputs"])
        return command(*args, wanted=Wanted(**own), **options)

    return wrapper  # type: ignore[return-value]  # click's decorators keep the callable's shape, not its type


judging_lua_option = lua_option("The Lua that Dovecot is built with: scripts are judged as it would.")


def show(validations: render.Validations, wanted: Wanted, *, quiet: bool, verbose: bool = False) -> int:
    """Write the findings as the options say; return the exit code. Raises OutputError."""

    def failing(item: Diagnostic) -> bool:
        return fails((item,), wanted.fail_on)

    write_reports(Run(validations, wanted, failing, quiet, verbose))
    return int(any(map(failing, validations.diagnostics)))
