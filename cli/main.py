"""The command `pushnotif`: finds the subcommand, turns every failure into one line and an exit code."""

from __future__ import annotations

import contextlib
import errno
import gc
import importlib
import os
import sys
from collections.abc import Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from cli import __version__
from cli.command import Example, ExitCode, Group
from cli.complete import VARIABLE
from cli.output import discard_stdout, open_standard_streams, printable, writing_to_stdout
from dovecot_conf.errors import PushnotifError
from dovecot_conf.versions import FULL_VERSIONS, RELEASES

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

EXIT_USAGE = 2
EXIT_INTERNAL = 70
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141

COMMANDS = MappingProxyType(
    {
        "validate": "cli.validate:validate",
        "rules": "cli.rules:rules",
        "config": "cli.config:config",
        "drivers": "cli.drivers:drivers",
        "simulate": "cli.simulate:simulate",
        "metadata": "cli.metadata:metadata",
        "listen": "cli.listen:listen",
        "lua": "cli.lua:lua",
        "doctor": "cli.doctor:doctor",
        "completion": "cli.completion:completion",
    }
)
# What lists of commands say, so that these import none of them.
SUMMARIES = MappingProxyType(
    {
        "validate": "Find what is wrong with a configuration.",
        "rules": "List the rules of 'validate', or explain one.",
        "config": "Print the settings as doveconf does.",
        "drivers": "Show which drivers load, and which don't, and why.",
        "simulate": "Play a mailbox action through the push drivers.",
        "metadata": "Read and change who wants to be notified, and how.",
        "listen": "Receive requests, and misbehave on purpose.",
        "lua": "Help with writing Lua push scripts.",
        "doctor": "Say why no push arrives, and what to do.",
        "completion": "Print what makes bash, zsh or fish complete words.",
    }
)

EXAMPLES = (
    Example("pushnotif simulate message-new --demo", "see a notification go out"),
    Example("pushnotif validate", "lint /etc/dovecot/dovecot.conf"),
    Example("pushnotif drivers", "show what loads, in which order, and what doesn't"),
    Example(
        'pushnotif metadata set -u bob -s "" /private/vendor/vendor.dovecot/http-notify user=bob',
        "switch a user on",
    ),
    Example("pushnotif listen", "receive requests and show them", 130),
    Example("pushnotif lua check push.lua", "find mistakes in a push script"),
    Example("pushnotif doctor -u bob", "why no push arrives, and what to do", 1),
)

EXIT_CODES = (ExitCode(1, "There are findings, or a notification failed."),)


class LazyGroup(Group):
    """A group that imports a command's module only when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names in the order a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return one command, None when there is no such name."""
        target = COMMANDS.get(cmd_name)
        if target is None:
            return None
        module_name, _, attribute = target.partition(":")
        command = getattr(importlib.import_module(module_name), attribute)
        assert isinstance(command, click.Command)
        return command

    def summary(self, ctx: click.Context, name: str) -> str:
        """Return what a list of commands says of one."""
        if name in SUMMARIES:
            return SUMMARIES[name]
        command = self.get_command(ctx, name)
        return command.get_short_help_str() if command else ""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.summary(ctx, name)) for name in COMMANDS])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """Return the commands, and the options in front of them, that begin with ``incomplete``."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only for shells

        names = [name for name in self.list_commands(ctx) if name.startswith(incomplete)]
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [*(CompletionItem(name, help=self.summary(ctx, name)) for name in names), *options]


def _versions() -> str:
    """Return the version of pushnotif, and those of Dovecot that it knows."""
    from drivers.scripting import LUA_APIS  # noqa: PLC0415 - only for this

    tested = " and ".join(FULL_VERSIONS.values())
    files = ", ".join(release.number for release in RELEASES)
    return (
        f"pushnotif {__version__} (behaves as Dovecot {tested})\n"
        f"tested beside real servers: Dovecot {tested}\n"
        f"reads configurations for: Dovecot {files}\n"
        f"has the Lua API of: Dovecot {', '.join(LUA_APIS)}"
    )


def _print_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(_versions())
        ctx.exit()


@click.group(
    cls=LazyGroup,
    examples=EXAMPLES,
    exit_codes=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Show the version, and those of Dovecot that it knows.",
)
def pushnotif() -> None:
    """The workbench for Dovecot push notifications.

    Reads a Dovecot configuration as Dovecot does, says what is wrong with it, and shows what
    becomes of a notification, without a mail server.
    """


def _complain(message: str) -> None:
    """Print one line on stderr; a closed stderr is nobody's problem."""
    with contextlib.suppress(OSError):
        print(f"pushnotif: {printable(message)}", file=sys.stderr)  # noqa: T201


def _internal_error(error: Exception) -> int:
    """Report a defect without its text, which might hold a secret; return the exit code."""
    if os.environ.get("PUSHNOTIF_DEBUG"):
        raise error
    import traceback  # noqa: PLC0415 - slow to import

    where = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(where.filename)}:{where.lineno}"
    _complain(f"internal error ({type(error).__name__} at {place}): please report it")
    return EXIT_INTERNAL


def _call(arguments: Sequence[str] | None) -> object:
    """Do what the command line says, or what a shell that completes words asks for."""
    if instruction := os.environ.get(VARIABLE):
        from cli.complete.shells import answer  # noqa: PLC0415 - only for shells

        return answer(pushnotif, instruction)
    return pushnotif.main(
        args=list(arguments) if arguments is not None else None,
        prog_name="pushnotif",
        standalone_mode=False,
    )


def run(arguments: Sequence[str] | None = None) -> int:  # noqa: PLR0911 - one return for each way to end
    """Run the command line ``arguments`` (default: the process's own); return the exit code."""
    try:
        result = _call(arguments)
        with writing_to_stdout():
            pass
    except SystemExit:
        # Click's way to say that stdout was closed while a command wrote to it.
        return EXIT_BROKEN_PIPE
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return EXIT_USAGE
    except click.ClickException as error:
        from cli.usage import usage_line  # noqa: PLC0415 - only where something is wrong

        _complain(usage_line(error))
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        _complain("interrupted")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        discard_stdout()
        return EXIT_BROKEN_PIPE
    except PushnotifError as error:
        _complain(str(error))
        return EXIT_USAGE
    except OSError as error:
        if error.errno != errno.ENOSPC or error.filename is not None:
            return _internal_error(error)
        discard_stdout()
        _complain(f"can't write the result: {error.strerror}")
        return EXIT_USAGE
    except Exception as error:  # noqa: BLE001 - no traceback reaches a user
        return _internal_error(error)
    return result if isinstance(result, int) else 0


def main() -> None:
    """Entry point of the console command."""
    open_standard_streams()
    code = run()
    gc.freeze()  # the end of the process frees everything: no search for garbage before it
    sys.exit(code)
