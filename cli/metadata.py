"""`pushnotif metadata`: `doveadm mailbox metadata`, with its options, output and exit codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import click

from cli.common import ConfigSource, config_options
from cli.complete import values
from cli.doveadm import DoveadmCommand, DoveadmGroup, DoveadmUsageError, option_problem
from cli.metadata_examples import EXAMPLES, SWITCH
from cli.userdb_option import userdb_option

ENTRY_HELP = (
    "ENTRY begins with /private or /shared. With -s, MAILBOX may be empty: entries of the server, such as "
    "the ox driver's /private/vendor/vendor.dovecot/http-notify."
)
SUMMARIES = {
    "set": ("Store VALUE as ENTRY of MAILBOX.", ("mailbox", "key", "value")),
    "get": ("Print the value of ENTRY of MAILBOX, an empty line when there is none.", ("mailbox", "key")),
    "unset": ("Remove ENTRY of MAILBOX.", ("mailbox", "key")),
    "list": ("Print the names of the entries of MAILBOX.", ("mailbox", "key-prefix")),
}
# What doveadm doesn't have; see cli.metadata_own.
OWN_COMMANDS = ("export", "import", "doctor")
VIA_HELP = "Ask a running Dovecot: doveadm-http://HOST:PORT, doveadm-https://, imap://USER@HOST or imaps://."
ENTRIES = (SWITCH, "/private/comment", "/shared/comment", "/shared/admin")
SCHEMES = ("doveadm-http://", "doveadm-https://", "imap://", "imaps://")
METAVARS = {"mailbox": "MAILBOX", "key": "ENTRY", "value": "VALUE", "key-prefix": "[PREFIX]"}


def _first(_ctx: click.Context, _param: click.Parameter, given: tuple[str, ...]) -> str | None:
    """Of several formatters the first one counts."""
    return given[0] if given else None


format_option = click.option(
    "-f",
    "--format",
    "formatter",
    metavar="FORMATTER",
    multiple=True,
    callback=_first,
    shell_complete=values.words("flow", "pager", "tab", "table", "json"),
    help="flow (default), pager, tab, table or json.",
)


class MetadataGroup(DoveadmGroup):
    """The group: of its commands, each with many options, it makes only the one it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return doveadm's names, then ours."""
        return [*SUMMARIES, *OWN_COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Make a command, None when there is no such name."""
        if cmd_name in SUMMARIES:
            return _make_command(cmd_name)
        if cmd_name not in OWN_COMMANDS:
            return None
        from cli.metadata_own import COMMANDS  # noqa: PLC0415 - not for doveadm's commands

        return COMMANDS[cmd_name]


@click.group(cls=MetadataGroup, examples=EXAMPLES["metadata"])
@config_options
@format_option
@click.pass_context
def metadata(ctx: click.Context, source: ConfigSource, formatter: str | None) -> None:
    """Read and change METADATA entries: who wants to be notified, and how.

    The same as `doveadm mailbox metadata`, on the same store, without a server; with
    --via through a running one. A configuration
    without mail_attribute_dict gets a store of pushnotif's own.
    """
    ctx.obj = (source, formatter)


def merged(outer: ConfigSource, inner: ConfigSource) -> ConfigSource:
    """Join the options in front of the command's name with those behind it, which win."""
    return inner.replace(
        path=inner.path or (None if inner.demo else outer.path),
        overrides=(*outer.overrides, *inner.overrides),
        version=inner.version or outer.version,
        demo=inner.demo or (outer.demo and inner.path is None),
        quiet=inner.quiet or outer.quiet,
        verbose=inner.verbose or outer.verbose,
    )


def user_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which users, and who they are."""
    for option in reversed(
        (
            click.option("-u", "--user", help="The user; with * or ? all users that match."),
            click.option("-A", "--all-users", is_flag=True, help="All users that the userdb lists."),
            click.option(
                "-F", "--user-file", shell_complete=values.files, help="A file, a user name a line."
            ),
            userdb_option(DoveadmUsageError),
        )
    ):
        command = option(command)
    return command


def _positionals(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[values.Item]:
    """Offer the mailbox that everybody has, then the entries that Dovecot knows."""
    before = ctx.params.get("positionals") or ()
    known = ENTRIES if before else ("INBOX",)
    return values.words(*known)(ctx, param, incomplete) if len(before) < 2 else []


def _make_command(name: str) -> click.Command:
    summary, parameters = SUMMARIES[name]

    def command(
        source: ConfigSource, formatter: str | None, positionals: tuple[str, ...], **options: Any
    ) -> int:
        # The modules that do the work are loaded only when there is work.
        from cli.metadata_call import run  # noqa: PLC0415
        from cli.metadata_session import Call  # noqa: PLC0415

        ctx = click.get_current_context()
        outer_source, outer_formatter = ctx.obj
        named = {parameter: options.pop(parameter.replace("-", "_")) for parameter in parameters}
        return run(
            Call(
                name,
                merged(outer_source, source),
                next((name for name in (formatter, outer_formatter) if name is not None), "flow"),
                positionals,
                named,
                problem=option_problem(ctx),
                **options,
            )
        )

    decorated: Any = config_options(format_option(command))
    for decorator in reversed([*_options_of_all(), *_options_of(name, parameters)]):
        decorated = decorator(decorated)
    help_ = f"{summary}\n\n{ENTRY_HELP}"
    return click.command(name, cls=DoveadmCommand, examples=EXAMPLES[name], help=help_)(decorated)


def _options_of_all() -> list[Callable[..., Any]]:
    """Return the options that each command has, in the order of its help."""
    insecure = "With --via: no look at certificates; a password may go in clear."
    return [
        user_options,
        click.option(
            "-s", "--allow-empty-mailbox-name", is_flag=True, help="MAILBOX may be empty: the server."
        ),
        click.option(
            "-S", "--socket-path", help="Ask a doveadm server: the path of its socket, or HOST:PORT."
        ),
        click.option(
            "--no-userdb-lookup", is_flag=True, help="2.4: the user is $USER, and no userdb is asked."
        ),
        click.option("--via", metavar="URL", shell_complete=values.words(*SCHEMES), help=VIA_HELP),
        click.option("--insecure", is_flag=True, help=insecure),
        click.option("--create", is_flag=True, help="Make INBOX when it is missing, as Dovecot would."),
    ]


def _options_of(name: str, parameters: tuple[str, ...]) -> Iterator[Callable[..., Any]]:
    """Yield the arguments of a command, which may be given by name too, and its own option."""
    yield click.argument(
        "positionals",
        nargs=-1,
        type=click.UNPROCESSED,
        metavar=" ".join(METAVARS[parameter] for parameter in parameters),
        shell_complete=_positionals,
    )
    yield from (click.option(f"--{parameter}", hidden=True) for parameter in parameters)
    if name == "list":
        prefix_help = "Put /private/ or /shared/ in front of the names."
        yield click.option("-p", "--prepend-prefix", is_flag=True, help=prefix_help)
