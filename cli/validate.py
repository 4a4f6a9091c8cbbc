"""`pushnotif validate`: the linter."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import click

from cli.command import Command, Example, ExitCode
from cli.common import SYSTEM_CONFIG, ConfigSource, config_options, find_configuration
from cli.complete import values
from cli.control import Control, control_options, with_control
from cli.findings import Wanted, finding_options, judging_lua_option, show
from cli.fix_options import Fixing, fix_options
from cli.judging import Beside, judge_all
from cli.proxy_option import proxy_option, read_proxies
from cli.render import diagnostics as render
from cli.target_options import Looking, target_options
from cli.target_reader import TargetReader, read_stdin
from cli.targets import targets
from dovecot_conf.files import UNCHANGED, Changed
from dovecot_conf.lint import Catalogue
from drivers.rules import all_rules

EXAMPLES = (
    Example("pushnotif validate", "lint the configuration of this machine"),
    Example("pushnotif validate --format concise --fail-on warning dovecot.conf", "be strict and brief"),
    Example("pushnotif validate --diff broken.conf", "show what --fix would write", 1),
    Example("pushnotif validate --format sarif --output report.sarif etc", "look through a folder"),
    Example("pushnotif validate --select PN3,PN4 - < dovecot.conf", "read stdin; only some rules"),
)
EXIT_CODES = (ExitCode(1, "There are findings at or above --fail-on, or changes with --diff."),)


@click.command(cls=Command, examples=EXAMPLES, exit_codes=EXIT_CODES)
@click.argument("files", metavar="[FILE|DIR|GLOB|-]...", nargs=-1, shell_complete=values.files)
@with_control
@config_options
@control_options
@finding_options
@fix_options
@target_options
@proxy_option
@judging_lua_option
@click.pass_context
def validate(  # noqa: PLR0913, PLR0917 - one for each group of options
    ctx: click.Context,
    source: ConfigSource,
    files: tuple[str, ...],
    control: Control,
    wanted: Wanted,
    fixing: Fixing,
    looking: Looking,
    proxies: tuple[str, ...],
    lua: str,
) -> int:
    """Find what is wrong with a configuration: its language, and why a notification would be lost.

    FILE is a main configuration file (usually /etc/dovecot/dovecot.conf), - is stdin. Files it includes
    are read along. A folder, or a pattern in quotes ('etc/**/*.conf'), is looked through for main files;
    a file of a conf.d is read with the main file above it. A comment
    '# pushnotif: ignore[PN301]' on a line, or in the line above, silences a finding. With --fix, findings
    that can be fixed safely are, in all these files; of stdin, the fixed text goes to stdout and the rest
    to stderr. Exit code: 0 fine, 1 findings (see --fail-on), or changes with --diff, 2 wrong usage.
    """
    if files and (source.path is not None or source.demo):
        raise click.UsageError("name the configuration either as FILE or with an option", ctx=ctx)
    if fixing.wanted and control.write_baseline:
        raise click.UsageError("--write-baseline and fixes exclude each other", ctx=ctx)
    catalogue = Catalogue(all_rules(lua))
    selection = control.selection(catalogue)
    root = looking.root
    named = files or (_default_path(source, root),)
    stdin = cache(read_stdin)
    quiet = source.quiet or fixing.wanted
    others = read_proxies(proxies)

    def look(changed: Changed) -> render.Validations:
        found = targets(named, looking.exclude, TargetReader(source, root, looking.templates, changed, stdin))
        results = judge_all(found, catalogue, selection, Beside(root, changed, others))
        validations = render.Validations(results, wanted.show_secrets)
        return control.without_recorded(validations, catalogue, selection, quiet=quiet)

    if fixing.wanted:
        from cli.fixing import Run, fix_and_show  # noqa: PLC0415 - only for fixes

        return fix_and_show(look, Run(wanted, fixing, root, source.quiet, source.verbose))
    return show(look(UNCHANGED), wanted, quiet=source.quiet, verbose=source.verbose)


def _default_path(source: ConfigSource, root: Path | None) -> str:
    if root is None or source.path is not None or source.demo:
        return find_configuration(source)
    return str(root / SYSTEM_CONFIG.lstrip("/"))
