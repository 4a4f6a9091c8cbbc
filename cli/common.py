"""Options and look-ups that several commands share."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cli.complete import values
from cli.output import printable
from dovecot_conf.errors import ConfigError
from dovecot_conf.loading import load
from dovecot_conf.paths import exists, is_folder_path, join_path
from dovecot_conf.value import Value
from dovecot_conf.versions import Version

if TYPE_CHECKING:
    from pathlib import Path

    from dovecot_conf import Configuration

Command = TypeVar("Command", bound=Callable[..., Any])

ENVIRONMENT_NAME = "PUSHNOTIF_CONFIG"
STDIN = "-"
STDIN_NAME = "<stdin>"
SYSTEM_CONFIG = "/etc/dovecot/dovecot.conf"
DEMO_DIRECTORY = join_path(os.path.dirname(__file__), "demo")
DEMO_CONFIG = f"{DEMO_DIRECTORY}/dovecot.conf"


class ConfigSource(Value):
    """Which configuration to read and how, as the options say.

    ``path`` is None when neither ``--config`` nor ``--demo`` was given. ``quiet`` and ``verbose``
    are the ``-q`` and ``-v`` of the command.
    """

    path: str | None
    overrides: tuple[str, ...]
    version: Version | None
    demo: bool
    quiet: bool
    verbose: bool


def config_options(command: Command) -> Command:
    """Add ``-c``, ``--demo``, ``-o``, ``--dovecot-version``, ``-q`` and ``-v``; pass them as ``source``."""

    @click.option(
        "-c",
        "--config",
        "config_path",
        # Whoever reads it says why it can't be read, and goes on from there.
        type=click.Path(readable=False),
        help=f"Main configuration file [default: ${ENVIRONMENT_NAME}, {SYSTEM_CONFIG}, built-in example].",
    )
    @click.option("--demo", is_flag=True, help="Use the built-in example configuration.")
    @click.option(
        "-o",
        "overrides",
        metavar="NAME=VALUE",
        multiple=True,
        shell_complete=values.overrides,
        help="Override a setting, as doveadm's -o.",
    )
    @click.option(
        "--dovecot-version",
        type=click.Choice(["auto", *(version.value for version in Version)]),
        default="auto",
        show_default=True,
        help="The dialect of the configuration.",
    )
    @click.option("-q", "--quiet", is_flag=True, help="No remarks on stderr.")
    @click.option("-v", "--verbose", is_flag=True, help="Say what was read and how.")
    @wraps(command)
    def wrapper(
        *args: Any,
        config_path: str | None,
        demo: bool,
        overrides: tuple[str, ...],
        dovecot_version: str,
        quiet: bool,
        verbose: bool,
        **kwargs: Any,
    ) -> Any:
        if demo and config_path is not None:
            raise click.UsageError("--demo and --config exclude each other", ctx=click.get_current_context())
        version = None if dovecot_version == "auto" else Version(dovecot_version)
        path = None if config_path is None else _file_path(config_path)
        source = ConfigSource(path, overrides, version, demo, quiet, verbose)
        return command(*args, source=source, **kwargs)

    return wrapper  # type: ignore[return-value]  # click's decorators keep the callable's shape, not its type


def _file_path(path: str) -> str:
    """Return the shortest way to write a path; one that can only be a folder's stays such a one."""
    return path if path and is_folder_path(path) else join_path(path)


def find_configuration(source: ConfigSource) -> str:
    """Return the main file to read, and announce on stderr when it was not named by an option.

    The order is ``--config``, ``--demo``, ``$PUSHNOTIF_CONFIG``, the system's, the built-in example.
    """
    if source.path is not None:
        return source.path
    if source.demo:
        announce(source, "built-in example configuration (its requests are shown, never sent)")
        return DEMO_CONFIG
    named = os.environ.get(ENVIRONMENT_NAME)
    if named:
        return _file_path(named)
    try:
        if exists(SYSTEM_CONFIG):
            return SYSTEM_CONFIG
    except PermissionError:
        # It may be there: reading it says what is wrong.
        return SYSTEM_CONFIG
    announce(
        source, f"no {SYSTEM_CONFIG}: using the built-in example configuration; name yours with --config FILE"
    )
    return DEMO_CONFIG


def load_configuration(source: ConfigSource, *, root: Path | None = None) -> Configuration:
    """Read the configuration that ``source`` stands for; ``-v`` says which one, and how it was read.

    Raises ConfigError when the main file can't be read, OverrideError for a malformed override.
    """
    path = find_configuration(source)
    configuration = load(
        path, root=root, overrides=source.overrides, version=source.version, environ=os.environ
    )
    if source.verbose:
        files = len(configuration.files)
        reading = f"{configuration.path} ({files} {'file' if files == 1 else 'files'})"
        announce(
            source, f"{reading}: read as Dovecot {configuration.version}: {configuration.version_reason}"
        )
    return configuration


def load_beside_a_server(source: ConfigSource) -> Configuration:
    """Read the configuration for work on a server elsewhere, which need not have one here.

    Only one that was named has to be there. Raises what ``load_configuration`` raises.
    """
    try:
        return load_configuration(source.replace(quiet=True))
    except ConfigError:
        if source.path is not None:
            raise
        return load_configuration(source.replace(demo=True, quiet=True))


def is_demo(configuration: Configuration) -> bool:
    """Tell whether this is the built-in example, whose requests never leave the machine."""
    return join_path(configuration.path) == DEMO_CONFIG


def announce_refusal(configuration: Configuration, source: ConfigSource) -> bool:
    """Say on stderr that Dovecot would not start with this configuration; return whether that is so."""
    from dovecot_conf.diagnostics import Severity  # noqa: PLC0415 - only where something is wrong
    from dovecot_conf.lint.misread_files import what_it_is  # noqa: PLC0415 - only where something is wrong

    errors = [problem for problem in configuration.problems if problem.severity is Severity.ERROR]
    if not errors:
        return False
    first = errors[0]
    what = what_it_is(configuration, first.span.file)
    announce(
        source,
        f"{first.span}: {first.message}: Dovecot refuses this configuration ({len(errors)} in all; see"
        f" 'pushnotif validate'); {what + '; ' if what else ''}going on with what can be read",
    )
    return True


def announce(source: ConfigSource, text: str) -> None:
    """Print a remark on stderr, unless ``-q`` was given."""
    remark(text, quiet=source.quiet)


def remark(text: str, *, quiet: bool) -> None:
    """Print a remark on stderr, unless told to be quiet."""
    if not quiet:
        with contextlib.suppress(OSError):
            click.echo(f"pushnotif: {printable(text)}", err=True)


color_option = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colour: auto is on for terminals; NO_COLOR and FORCE_COLOR change that.",
)
show_secrets_option = click.option("--show-secrets", is_flag=True, help="Show passwords and tokens in clear.")
