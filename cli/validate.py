"""`pushnotif validate`: the linter."""

from __future__ import annotations

from pathlib import Path

import click

from cli.common import SYSTEM_CONFIG, ConfigSource, config_options, find_configuration
from cli.findings import Wanted, finding_options, judging_lua_option, show
from cli.judging import judge_all
from cli.render import diagnostics as render
from cli.target_options import Looking, target_options
from cli.target_reader import TargetReader
from cli.targets import targets
from dovecot_conf.lint import Catalogue, Selection
from drivers.rules import all_rules


@click.command()
@click.argument("files", metavar="[FILE|DIR|GLOB|-]...", nargs=-1)
@config_options
@finding_options
@target_options
@judging_lua_option
@click.pass_context
def validate(
    ctx: click.Context,
    source: ConfigSource,
    files: tuple[str, ...],
    wanted: Wanted,
    looking: Looking,
    lua: str,
) -> int:
    """Find what is wrong with a configuration: its language, and why a notification would be lost.

    FILE is a main configuration file (usually /etc/dovecot/dovecot.conf), - is stdin. Files it includes
    are read along. A folder, or a pattern in quotes ('etc/**/*.conf'), is looked through for main files;
    a file of a conf.d is read with the main file above it. A comment
    '# pushnotif: ignore[PN301]' on a line, or in the line above, silences a finding. Exit code: 0 fine,
    1 findings (see --fail-on), 2 wrong usage.
    """
    if files and (source.path is not None or source.demo):
        raise click.UsageError("name the configuration either as FILE or with an option", ctx=ctx)
    catalogue = Catalogue(all_rules(lua))
    selection = Selection.of(catalogue, wanted.select, wanted.ignore)
    root = looking.root
    reader = TargetReader(source, root, looking.templates)
    named = files or (str(_default_path(source, root)),)
    found = targets(named, looking.exclude, reader)
    results = tuple(judge_all(found, catalogue, selection, root))
    validations = render.Validations(results, wanted.show_secrets)
    return show(validations, wanted, quiet=source.quiet, verbose=source.verbose)


def _default_path(source: ConfigSource, root: Path | None) -> Path:
    if root is None or source.path is not None or source.demo:
        return find_configuration(source)
    return root / SYSTEM_CONFIG.relative_to("/")
