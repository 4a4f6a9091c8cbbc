"""`pushnotif validate`: the linter."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from cli.common import SYSTEM_CONFIG, ConfigSource, config_options, find_configuration
from cli.findings import Wanted, finding_options, judging_lua_option, show
from cli.proxy_option import proxy_option, read_proxies
from cli.render import diagnostics as render
from dovecot_conf import Configuration, limits, load, loads
from dovecot_conf.errors import ConfigError
from dovecot_conf.lint import Catalogue, Context, Selection, lint_context
from drivers.rules import all_rules

STDIN = "-"
STDIN_NAME = "<stdin>"


@click.command()
@click.argument("files", metavar="[FILE|-]...", nargs=-1)
@config_options
@finding_options
@click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Look up absolute paths of the configuration below DIR, as in a checkout of /etc.",
)
@proxy_option
@judging_lua_option
@click.pass_context
def validate(
    ctx: click.Context,
    source: ConfigSource,
    files: tuple[str, ...],
    wanted: Wanted,
    root: Path | None,
    proxies: tuple[str, ...],
    lua: str,
) -> int:
    """Find what is wrong with a configuration: its language, and why a notification would be lost.

    FILE is a main configuration file (usually /etc/dovecot/dovecot.conf), - is stdin. Files it includes
    are read along. A comment '# pushnotif: ignore[PN301]' on a line, or in the line above, silences
    a finding. Exit code: 0 fine, 1 findings (see --fail-on), 2 wrong usage.
    """
    if files and (source.path is not None or source.demo):
        raise click.UsageError("name the configuration either as FILE or with an option", ctx=ctx)
    catalogue = Catalogue(all_rules(lua))
    selection = Selection.of(catalogue, wanted.select, wanted.ignore)
    others = read_proxies(proxies)
    results = []
    for configuration in _configurations(source, files, root):
        context = Context(configuration, root, others)
        found = lint_context(context, catalogue, selection=selection)
        scripts = tuple(context.sources.values())
        results.append(render.Validation(configuration, found, scripts, others))
    validations = render.Validations(tuple(results), wanted.show_secrets)
    return show(validations, wanted, quiet=source.quiet, verbose=source.verbose)


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
