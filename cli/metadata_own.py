"""The commands of `pushnotif metadata` that `doveadm mailbox metadata` doesn't have."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from cli.common import ConfigSource, color_option, config_options
from cli.complete import values
from cli.doveadm import DoveadmCommand, DoveadmUsageError, option_problem
from cli.metadata import SCHEMES, VIA_HELP, merged, user_options
from cli.metadata_examples import EXAMPLES
from cli.number import LONGEST_WAIT
from mailstore.links import PATIENCE

if TYPE_CHECKING:
    from cli.metadata_session import Call

FORMATS = ("text", "json")


def _call(name: str, source: ConfigSource, formatter: str, *, create: bool = False, **options: Any) -> Call:
    from cli.metadata_session import Call  # noqa: PLC0415

    context = click.get_current_context()
    return Call(
        name,
        merged(context.obj[0], source),
        formatter,
        named={},
        problem=option_problem(context),
        allow_empty_mailbox_name=True,
        create=create,
        **options,
    )


@click.command("export", cls=DoveadmCommand, examples=EXAMPLES["export"])
@config_options
@user_options
@click.option(
    "--mailbox", "mailboxes", multiple=True, help="Only this mailbox; '' is the server. Repeatable."
)
@click.option(
    "--orphans", is_flag=True, help="Also entries whose GUID belongs to no mailbox, with guid for mailbox."
)
@click.argument("positionals", nargs=-1, type=click.UNPROCESSED, metavar="")
def export(source: ConfigSource, mailboxes: tuple[str, ...], orphans: bool, **options: Any) -> int:
    """Print all stored entries as JSON lines: user, mailbox ("" is the server), entry, value.

    `import` writes them into the same store or another one.
    """
    from cli.metadata_exchange import run_export  # noqa: PLC0415

    call = _call("export", source, "json", no_userdb_lookup=True, **options)
    return run_export(call, mailboxes, orphans=orphans)


@click.command("import", cls=DoveadmCommand, examples=EXAMPLES["import"])
@config_options
@user_options
@click.option("--create", is_flag=True, help="Make INBOX when it is missing, as Dovecot would.")
@click.option("--dry-run", is_flag=True, help="Check everything, write nothing.")
@click.argument("positionals", nargs=-1, type=click.UNPROCESSED, metavar="FILE", shell_complete=values.files)
def import_(source: ConfigSource, dry_run: bool, **options: Any) -> int:
    """Store the entries of FILE (- is stdin) as `export` prints them.

    Everything is checked first; then each store is written once. -u, -A and -F select users of the
    file; a line without a user is for the one of -u.
    """
    from cli.metadata_exchange import run_import  # noqa: PLC0415

    return run_import(_call("import", source, "json", no_userdb_lookup=True, **options), dry_run=dry_run)


def _seconds(ctx: click.Context, _param: click.Parameter, given: str) -> float:
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= LONGEST_WAIT:
        raise DoveadmUsageError(f"--timeout wants a number of seconds, at most {LONGEST_WAIT}", ctx=ctx)
    return seconds


@click.command("doctor", cls=DoveadmCommand, examples=EXAMPLES["doctor"])
@config_options
@user_options
@click.option("-S", "--socket-path", help="Ask a doveadm server: the path of its socket, or HOST:PORT.")
@click.option("--via", metavar="URL", shell_complete=values.words(*SCHEMES), help=VIA_HELP)
@click.option(
    "--insecure", is_flag=True, help="With --via: no look at certificates; a password may go in clear."
)
@click.option(
    "--timeout",
    metavar="SECS",
    default=str(PATIENCE),
    callback=_seconds,
    show_default=True,
    help="How long Redis, a dict server or the server of -S or --via may take for a whole answer.",
)
@click.option(
    "-f",
    "--format",
    "formatter",
    metavar="FORMATTER",
    shell_complete=values.words(*FORMATS),
    help="text (default) or json.",
)
@color_option
@click.argument("positionals", nargs=-1, type=click.UNPROCESSED, metavar="")
def doctor(source: ConfigSource, formatter: str | None, color: str, **options: Any) -> int:
    """Tell whether METADATA switches a user on for push notifications, and if not, why.

    Looks at the user, the drivers that ask for METADATA, the store, the mailbox and the entry. The exit
    code is 0 when all users are switched on, and 1 when one isn't.
    """
    from cli.metadata_doctor import run_doctor  # noqa: PLC0415

    formatter = formatter or click.get_current_context().obj[1] or "text"
    return run_doctor(_call("doctor", source, formatter, **options), color)


COMMANDS = MappingProxyType({"export": export, "import": import_, "doctor": doctor})
