"""Arguments as doveadm takes them: getopt's rules and error texts, in front of click's parser."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Any

import click

from cli.command import FINE, Command, ExitCode, Group
from dovecot_conf.value import Value

_PROBLEM = "cli.doveadm.problem"
# The long options of doveadm's commands, among them the positionals by name (2.4).
DOVEADM_NAMES = frozenset(
    {"user", "all-users", "user-file", "no-userdb-lookup", "allow-empty-mailbox-name", "prepend-prefix"}
    | {"mailbox", "key", "value", "key-prefix"}
)


class Exit(IntEnum):
    """doveadm's exit codes (sysexits.h, and its own for "not possible" and "not found")."""

    FINE = 0
    USAGE = 64
    NOT_POSSIBLE = 65
    NO_USER = 67
    NOT_FOUND = 68
    TEMPORARY = 75
    NO_PERMISSION = 77


class OptionProblem(Value):
    """What getopt says of the first wrong option.

    ``letter`` is its short form, ``near`` a long name that was probably meant; both "" for none.
    """

    message: str
    letter: str
    near: str = ""


class _Scan:
    """Walks through arguments like glibc's getopt_long with options and positionals mixed.

    ``short`` and ``long`` tell of each option, by letter and by name, whether it takes a value.
    ``letters`` are those of the long options that have one. ``kept`` are the arguments without what is
    wrong, names written out: for a letter, click first looks for names that are like it, which takes long.
    """

    def __init__(
        self, short: Mapping[str, bool], long: Mapping[str, bool], letters: Mapping[str, str]
    ) -> None:
        self.short = short
        self.long = long
        self.letters = letters
        self.names = {letter: name for name, letter in letters.items()}
        self.kept: list[str] = []
        self.problem: OptionProblem | None = None

    def run(self, arguments: Sequence[str]) -> None:
        """Scan all arguments; stop at ``--``, which stays."""
        rest = iter(arguments)
        for argument in rest:
            if argument == "--":
                self.kept += ["--", *rest]
            elif argument.startswith("--"):
                self._long(argument, rest)
            elif argument.startswith("-") and len(argument) > 1:
                self._cluster(argument, rest)
            else:
                self.kept.append(argument)

    def _wrong(self, message: str, letter: str = "", near: str = "") -> None:
        self.problem = self.problem or OptionProblem(message, letter, near)

    def _cluster(self, argument: str, rest: Iterator[str]) -> None:
        for position, letter in enumerate(argument[1:], 2):
            if letter not in self.short:
                # getopt knows bytes: of a longer character it names each one, and the first is told.
                byte = os.fsencode(letter)[:1].decode("utf-8", "surrogateescape")
                self._wrong(f"invalid option -- '{byte}'", byte)
            elif not self.short[letter]:
                self.kept.append(self._spelled(letter))
            else:
                value = argument[position:] or next(rest, None)
                if value is None:
                    self._wrong(f"option requires an argument -- '{letter}'", letter)
                else:
                    self.kept += [self._spelled(letter), value]
                return

    def _spelled(self, letter: str) -> str:
        return f"--{self.names[letter]}" if letter in self.names else f"-{letter}"

    def _abbreviated(self, given: str) -> list[str]:
        """Return the names that may be meant; an option of ours never makes doveadm's ambiguous."""
        names = [name for name in self.long if name.startswith(given)]
        return [name for name in names if name in DOVEADM_NAMES] or names

    def _long(self, argument: str, rest: Iterator[str]) -> None:
        given, equals, value = argument[2:].partition("=")
        names = [given] if given in self.long else self._abbreviated(given)
        if len(names) != 1:
            possible = " ".join(f"'--{name}'" for name in names)
            ambiguous = f"option '{argument}' is ambiguous; possibilities: {possible}"
            if names:
                self._wrong(ambiguous)
            else:
                from dovecot_conf.near import nearest  # noqa: PLC0415 - only where something is wrong

                near = nearest(f"--{given}", (f"--{name}" for name in self.long))
                self._wrong(f"unrecognized option '{argument}'", near=near)
            return
        name = names[0]
        if not self.long[name]:
            if equals:
                self._wrong(f"option '--{name}' doesn't allow an argument", self.letters.get(name, ""))
            self.kept.append(f"--{name}")
            return
        found = value if equals else next(rest, None)
        if found is None:
            self._wrong(f"option '--{name}' requires an argument", self.letters.get(name, ""))
        else:
            self.kept += [f"--{name}", found]


EXIT_CODES = (
    FINE,
    ExitCode(Exit.USAGE, "The call is wrong."),
    ExitCode(Exit.NOT_POSSIBLE, "It can't be done: the mailbox has no METADATA."),
    ExitCode(Exit.NO_USER, "There is no such user."),
    ExitCode(Exit.NOT_FOUND, "There is no such mailbox."),
    ExitCode(Exit.TEMPORARY, "It failed, and may work later: the configuration, the userdb, or the store."),
    ExitCode(Exit.NO_PERMISSION, "A file, an access control list, or a server grants no access."),
)


class DoveadmCommand(Command):
    """A command with getopt's option rules; ``option_problem`` tells its callback what was wrong."""

    exit_codes = EXIT_CODES

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Check the options, then let click parse what is left of the arguments."""
        short: dict[str, bool] = {}
        long: dict[str, bool] = {}
        letters: dict[str, str] = {}
        for option in self.get_params(ctx):
            if isinstance(option, click.Option):
                takes_value = not (option.is_flag or option.count)
                own_letters = [name[1:] for name in option.opts if not name.startswith("--")]
                own_names = [name[2:] for name in option.opts if name.startswith("--")]
                short |= dict.fromkeys(own_letters, takes_value)
                long |= dict.fromkeys(own_names, takes_value)
                if own_letters:
                    letters |= dict.fromkeys(own_names, own_letters[0])
        scan = _Scan(short, long, letters)
        scan.run(args)
        ctx.meta[_PROBLEM] = scan.problem
        try:
            return super().parse_args(ctx, scan.kept)
        except click.UsageError as error:
            raise error if isinstance(error, DoveadmUsageError) else _wrong_call(error, ctx) from None


def _wrong_call(error: click.UsageError, ctx: click.Context) -> DoveadmUsageError:
    from cli.usage import usage_message  # noqa: PLC0415 - only where something is wrong

    return DoveadmUsageError(usage_message(error), ctx=ctx)


def option_problem(ctx: click.Context) -> OptionProblem | None:
    """Return what was wrong with the options of the command of ``ctx``."""
    problem = ctx.meta.get(_PROBLEM)
    return problem if isinstance(problem, OptionProblem) else None


class DoveadmUsageError(click.UsageError):
    """A wrong call, with doveadm's exit code."""

    exit_code = Exit.USAGE


class DoveadmGroup(Group):
    """A group whose wrong calls end with doveadm's exit code."""

    exit_codes = EXIT_CODES

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the options in front of the command's name."""
        if not args and not ctx.resilient_parsing:
            raise self._missing_command(ctx)
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            raise _wrong_call(error, ctx) from None

    def wrong_name(self, ctx: click.Context, name: str) -> click.UsageError:
        """Return the error about a command that doesn't exist."""
        return DoveadmUsageError(super().wrong_name(ctx, name).message, ctx=ctx)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; options without one are a wrong call."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            if error.ctx is ctx and not isinstance(error, DoveadmUsageError):
                raise self._missing_command(ctx) from None
            raise

    def _missing_command(self, ctx: click.Context) -> DoveadmUsageError:
        return DoveadmUsageError(f"say what to do: {', '.join(self.list_commands(ctx))}", ctx=ctx)
