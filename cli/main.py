"""The command `pushnotif`: finds the subcommand, turns every failure into one line and an exit code."""

from __future__ import annotations

import contextlib
import errno
import gc
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType

import click

from cli.output import discard_stdout, open_standard_streams, printable, writing_to_stdout
from dovecot_conf.errors import PushnotifError

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
    }
)


class LazyGroup(click.Group):
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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command named first in ``args``; suggest a near name when it doesn't exist."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from dovecot_conf.near import nearest  # noqa: PLC0415 - only where something is wrong

            near = nearest(args[0], COMMANDS)
            known = f"did you mean '{near}'?" if near else f"known: {', '.join(COMMANDS)}"
            raise click.UsageError(f"no such command '{args[0]}'; {known}", ctx=ctx)
        return super().resolve_command(ctx, args)


def _print_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import version  # noqa: PLC0415 - slow to import, and rarely wanted

        click.echo(f"pushnotif {version('pushnotif')} (behaves as Dovecot 2.3.19.1 and 2.4.1)")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Show the version.",
)
def pushnotif() -> None:
    """The workbench for Dovecot push notifications.

    Reads a Dovecot configuration as Dovecot does, says what is wrong with it, and shows what
    becomes of a notification, without a mail server.

    \b
      pushnotif simulate message-new --demo     see a notification go out
      pushnotif validate                        lint /etc/dovecot/dovecot.conf
      pushnotif drivers                         what loads, in which order, and what doesn't
      pushnotif metadata set -u bob -s "" /private/vendor/vendor.dovecot/http-notify user=bob
      pushnotif listen                          receive requests, and misbehave on purpose
      pushnotif lua check push.lua              find mistakes in a push script
    """


def _complain(message: str) -> None:
    """Print one line on stderr; a closed stderr is nobody's problem."""
    with contextlib.suppress(OSError):
        print(f"pushnotif: {printable(message)}", file=sys.stderr)  # noqa: T201


def _usage_line(error: click.ClickException) -> str:
    """Return the message of a wrong call, with the help command to type next."""
    text = error.format_message().rstrip(".")
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"{text} (see '{context.command_path} --help')" if context else text


def _internal_error(error: Exception) -> int:
    """Report a defect without its text, which might hold a secret; return the exit code."""
    if os.environ.get("PUSHNOTIF_DEBUG"):
        raise error
    import traceback  # noqa: PLC0415 - slow to import

    where = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(where.filename).name}:{where.lineno}"
    _complain(f"internal error ({type(error).__name__} at {place}): please report it")
    return EXIT_INTERNAL


def run(arguments: Sequence[str] | None = None) -> int:  # noqa: PLR0911 - one return for each way to end
    """Run the command line ``arguments`` (default: the process's own); return the exit code."""
    try:
        result = pushnotif.main(
            args=list(arguments) if arguments is not None else None,
            prog_name="pushnotif",
            standalone_mode=False,
        )
        with writing_to_stdout():
            pass
    except SystemExit:
        # Click's way to say that stdout was closed while a command wrote to it.
        return EXIT_BROKEN_PIPE
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return EXIT_USAGE
    except click.ClickException as error:
        _complain(_usage_line(error))
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
