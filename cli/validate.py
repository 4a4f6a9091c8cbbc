"""`pushnotif validate`: the linter."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import click

from cli.common import STDIN_NAME, SYSTEM_CONFIG, ConfigSource, config_options, find_configuration
from cli.control import Control, control_options, with_control
from cli.findings import Wanted, finding_options, judging_lua_option, show
from cli.fix_options import Fixing, fix_options
from cli.render import diagnostics as render
from dovecot_conf import Configuration, limits, load, loads
from dovecot_conf.errors import ConfigError
from dovecot_conf.files import UNCHANGED, Changed
from dovecot_conf.lint import Catalogue, Context, lint_contexts
from drivers.rules import all_rules

STDIN = "-"


@click.command()
@click.argument("files", metavar="[FILE|-]...", nargs=-1)
@with_control
@config_options
@control_options
@finding_options
@fix_options
@click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Look up absolute paths of the configuration below DIR, as in a checkout of /etc.",
)
@judging_lua_option
@click.pass_context
def validate(  # noqa: PLR0913, PLR0917 - one for each group of options
    ctx: click.Context,
    source: ConfigSource,
    files: tuple[str, ...],
    control: Control,
    wanted: Wanted,
    fixing: Fixing,
    root: Path | None,
    lua: str,
) -> int:
    """Find what is wrong with a configuration: its language, and why a notification would be lost.

    FILE is a main configuration file (usually /etc/dovecot/dovecot.conf), - is stdin. Files it includes
    are read along. A comment '# pushnotif: ignore[PN301]' on a line, or in the line above, silences
    a finding. With --fix, findings that can be fixed safely are, in all these files; of stdin, the fixed
    text goes to stdout and the rest to stderr. Exit code: 0 fine, 1 findings (see --fail-on), or changes
    with --diff, 2 wrong usage.
    """
    if files and (source.path is not None or source.demo):
        raise click.UsageError("name the configuration either as FILE or with an option", ctx=ctx)
    catalogue = Catalogue(all_rules(lua))
    if fixing.wanted and control.write_baseline:
        raise click.UsageError("--write-baseline and fixes exclude each other", ctx=ctx)
    selection = control.selection(catalogue)
    names = tuple(dict.fromkeys(files)) or (str(_default_path(source, root)),)
    stdin = cache(_read_stdin)
    quiet = source.quiet or fixing.wanted

    def look(changed: Changed) -> render.Validations:
        contexts = [Context(_load(source, name, root, stdin, changed), root, changed) for name in names]
        findings = lint_contexts(contexts, catalogue, selection=selection)
        results = [
            render.Validation(context.configuration, found, tuple(context.sources.values()))
            for context, found in zip(contexts, findings, strict=True)
        ]
        validations = render.Validations(tuple(results), wanted.show_secrets)
        return control.without_recorded(validations, catalogue, selection, quiet=quiet)

    if fixing.wanted:
        from cli.fixing import Run, fix_and_show  # noqa: PLC0415 - only for fixes

        return fix_and_show(look, Run(wanted, fixing, root, source.quiet, source.verbose))
    return show(look(UNCHANGED), wanted, quiet=source.quiet, verbose=source.verbose)


def _default_path(source: ConfigSource, root: Path | None) -> Path:
    if root is None or source.path is not None or source.demo:
        return find_configuration(source)
    return root / SYSTEM_CONFIG.relative_to("/")


def _read_stdin() -> bytes:
    content = sys.stdin.buffer.read(limits.MAX_FILE_SIZE + 1)
    if len(content) > limits.MAX_FILE_SIZE:
        raise ConfigError(f"stdin: more than {limits.MAX_FILE_SIZE} bytes is no configuration")
    return content


def _load(
    source: ConfigSource, path: str, root: Path | None, stdin: Callable[[], bytes], changed: Changed
) -> Configuration:
    """Read a main file. Raises ConfigError when that is impossible."""
    if path != STDIN:
        return load(
            path,
            root=root,
            overrides=source.overrides,
            version=source.version,
            environ=os.environ,
            changed=changed,
        )
    if root is not None:
        raise click.UsageError("--root needs a FILE, not stdin", ctx=click.get_current_context())
    content = changed.contents.get(STDIN_NAME)
    return loads(
        stdin() if content is None else content,
        filename=STDIN_NAME,
        overrides=source.overrides,
        version=source.version,
        environ=os.environ,
        changed=changed,
    )
