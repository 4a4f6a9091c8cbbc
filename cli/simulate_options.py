"""The options of `pushnotif simulate EVENT`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import click

from cli.common import color_option, config_options, show_secrets_option
from cli.complete import values
from cli.lua_option import lua_option
from cli.number import Number
from cli.simulate_forms import Form, Wants
from dovecot_conf import Configuration
from dovecot_conf.errors import DriverError
from drivers.load import Load
from drivers.lua.versions import api_texts
from drivers.scripting import DEFAULT_SCRIPTING, LUA_APIS, Scripting
from mailstore.state import MAX_NUMBER

Command = Callable[..., Any]

MIB = 2**20

MAIL_OPTIONS = (
    click.option(
        "--message",
        "path",
        metavar="FILE|-",
        shell_complete=values.files,
        help="The mail, from a file or from stdin.",
    ),
    click.option("--from", "sender", metavar="ADDRESS", help="Sender of a mail made up here."),
    click.option("--to", "recipient", metavar="ADDRESS", help="Recipient of a mail made up here."),
    click.option("--subject", metavar="TEXT", help="Subject of a mail made up here."),
    click.option("--body", metavar="TEXT", help="Text of a mail made up here."),
    click.option("--flags", metavar="FLAGS", help="Flags of the mail, as '\\Seen \\Flagged'."),
    click.option("--keywords", metavar="WORDS", help="Keywords of the mail, as 'work $Label1'."),
    click.option(
        "--uid",
        type=click.IntRange(1, MAX_NUMBER),
        help="UID that the mail has or gets [default: the last, or the next].",
    ),
    click.option(
        "--unseen", type=click.IntRange(0, MAX_NUMBER), help="Unseen messages before the action [default: 0]."
    ),
    click.option(
        "--maildir",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Take UID, UIDVALIDITY and unseen from this Maildir; it is only read.",
    ),
)
MAILBOX_OPTION = click.option(
    "--mailbox", metavar="NAME", default="INBOX", show_default=True, help="The mailbox it is about."
)
MAILBOX_NEEDED_OPTION = click.option(
    "--mailbox", metavar="NAME", required=True, help="The mailbox it is about."
)
NEW_NAME_OPTION = click.option("--new-name", metavar="NAME", required=True, help="What it is called then.")
RECORD_OPTION = click.option(
    "--record",
    "record_path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Append every request and its answer to FILE, as `listen --record` does.",
)


def scripting_options(command: Command) -> Command:
    """Add the options for scripts, ``--lua`` and others; pass them as ``scripting``."""

    @lua_option("The Lua that scripts of lua drivers run in.")
    @click.option(
        "--lua-api",
        "api",
        type=click.Choice(LUA_APIS),
        help="The Dovecot version whose API scripts find [default: the configuration's].",
    )
    @click.option("--sandbox", is_flag=True, help="Scripts get no files and no programs.")
    @click.option(
        "--script-timeout",
        type=click.FloatRange(0, min_open=True),
        metavar="SECONDS",
        default=DEFAULT_SCRIPTING.seconds,
        show_default=True,
        help="How long one call of a script may take.",
    )
    @click.option(
        "--script-memory",
        type=click.IntRange(1),
        metavar="MIB",
        default=DEFAULT_SCRIPTING.memory // MIB,
        show_default=True,
        help="How much memory a script may take.",
    )
    @wraps(command)
    def wrapper(
        *args: Any,
        lua: str,
        api: str | None,
        sandbox: bool,
        script_timeout: float,
        script_memory: int,
        **options: Any,
    ) -> Any:
        scripting = Scripting(lua, script_timeout, script_memory * MIB, sandbox, api or "")
        return command(*args, scripting=scripting, **options)

    return wrapper


def check_scripting(scripting: Scripting, configuration: Configuration) -> None:
    """Raise UsageError when no Dovecot with the Lua API asked for reads the configuration."""
    try:
        api_texts(configuration.version, scripting.api)
    except DriverError as error:
        raise click.UsageError(f"--lua-api: {error.message}", ctx=click.get_current_context()) from None


RUN_OPTIONS = (
    scripting_options,
    click.option("--dry-run", is_flag=True, help="Nothing leaves the machine: requests are shown."),
    click.option("--insecure", is_flag=True, help="Accept any certificate from an https endpoint."),
    RECORD_OPTION,
    click.option(
        "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True
    ),
    color_option,
    show_secrets_option,
)
SCENARIO_OPTIONS = (
    click.option(
        "--scenario",
        "scenario_path",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Play the scenario in this TOML file (see docs/reference/scenarios.md).",
    ),
    config_options,
    *RUN_OPTIONS,
)
COMMON_OPTIONS = (
    click.option(
        "--uidvalidity", type=click.IntRange(1, MAX_NUMBER), help="UIDVALIDITY of the mailbox [default: now]."
    ),
    click.option(
        "--metadata", metavar="ENTRY=VALUE", multiple=True, help="Server-level METADATA for this run only."
    ),
    *RUN_OPTIONS,
)


MAX_COUNT = 10_000_000
MAX_CONCURRENCY = 1000


def load_options(command: Command) -> Command:
    """Add ``--count``, ``--concurrency`` and ``--rate``; pass them as ``load``."""

    @click.option(
        "--count",
        type=click.IntRange(1, MAX_COUNT),
        default=1,
        show_default=True,
        help="Do it so many times, each in a session of its own, and show what it came to.",
    )
    @click.option(
        "--concurrency",
        type=click.IntRange(1, MAX_CONCURRENCY),
        default=1,
        show_default=True,
        help="Sessions at once, with --count.",
    )
    @click.option(
        "--rate",
        type=Number(0, min_open=True),
        metavar="NUMBER",
        help="Sessions that begin in a second at most, with --count.",
    )
    @wraps(command)
    def wrapper(*args: Any, count: int, concurrency: int, rate: float | None, **options: Any) -> Any:
        if count == 1 and (concurrency > 1 or rate is not None):
            text = "--concurrency and --rate need --count"
            raise click.UsageError(text, ctx=click.get_current_context())
        return command(*args, load=Load(count, concurrency, rate), **options)

    return wrapper


def with_options(options: Sequence[Callable[[Command], Command]]) -> Callable[[Command], Command]:
    """Return a decorator that gives a command these options, in this order."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def options_of(form: Form) -> Callable[[Command], Command]:
    """Return a decorator that gives a command the options of a form."""
    options = (
        config_options,
        click.option(
            "-u", "--user", metavar="USER", help="Whose mail it is [required but with the built-in example]."
        ),
        MAILBOX_NEEDED_OPTION if form.names_mailbox else MAILBOX_OPTION,
        click.option(
            "--protocol",
            type=click.Choice(form.protocols),
            default=form.protocols[0],
            show_default=True,
            help="Who does it.",
        ),
        *(MAIL_OPTIONS if Wants.MAIL in form.wants else ()),
        *((NEW_NAME_OPTION,) if Wants.NEW_NAME in form.wants else ()),
        load_options,
        *COMMON_OPTIONS,
    )
    return with_options(options)
