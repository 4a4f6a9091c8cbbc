"""One call of `pushnotif metadata`: from its arguments to output, errors and exit code.

Messages and codes are those of `doveadm mailbox metadata` in 2.3.19.1 and 2.4.1, checked in the
same order: formatter, options, arguments, entry name, user, mailbox, entry, dict.
"""

from __future__ import annotations

from collections.abc import Iterable

from cli.common import ConfigSource, announce_refusal, load_beside_a_server, load_configuration
from cli.complaints import StopError, stopped, with_version
from cli.doveadm import Exit, OptionProblem
from cli.metadata_operations import OPERATIONS
from cli.metadata_session import USUAL_FORMATTER, Call, Session, print_formatted
from cli.metadata_signals import KilledError, ended_by, killed_by_signals
from dovecot_conf import Configuration
from dovecot_conf.errors import ConfigError, OverrideError
from dovecot_conf.versions import Version
from mailstore.entries import EntryNameError, parse_entry

USAGE = {
    "set": "[-u <user>|-A] [-S <socket_path>] [-s] <mailbox> <key> <value>",
    "unset": "[-u <user>|-A] [-S <socket_path>] [-s] <mailbox> <key>",
    "get": "[-u <user>|-A] [-S <socket_path>] [-s] <mailbox> <key>",
    "list": "[-u <user>|-A] [-S <socket_path>] [-s] [-p] <mailbox> [<key prefix>]",
}
# A formatter that doveadm knows, but these commands give it no format.
NEEDS_A_FORMAT = "formatted"
REQUIRED = {"set": 3, "unset": 2, "get": 2, "list": 1}


def run(call: Call) -> int:
    """Do what the call asks for; print its output and errors; return the exit code."""
    try:
        with killed_by_signals():
            return _run(call)
    except StopError as stop:
        return stopped(stop)
    except KilledError as killed:
        return ended_by(killed)


def _run(call: Call) -> int:
    _check_formatter(call.formatter)
    configuration = read_configuration(call.source, asks_a_server=call.asks_a_server)
    with with_version(configuration.version):
        return _run_with(call, configuration)


def _run_with(call: Call, configuration: Configuration) -> int:
    try:
        arguments = _checked(call, configuration.version)
    except StopError:
        # What is to be printed begins before a wrong call is noticed.
        print_formatted(call.formatter, configuration.version)
        raise
    if not call.asks_a_server:
        return _work(Session(call, configuration), arguments)
    # The network is loaded only where it is used.
    from cli.metadata_via import running_server  # noqa: PLC0415

    with running_server(call, configuration) as server:
        return _work(Session(call, configuration, server), arguments)


def _checked(call: Call, version: Version) -> list[str]:
    """Return the arguments in their order. Raises StopError for what getopt or doveadm refuses."""
    if call.problem is not None:
        raise wrong_option(call.name, call.problem, version)
    if call.no_userdb_lookup and version is Version.V23:
        raise wrong_option(call.name, OptionProblem("unrecognized option '--no-userdb-lookup'", ""), version)
    return _arguments(call, version)


def _check_formatter(name: str) -> None:
    """Raise StopError for a formatter that there isn't."""
    if name in (USUAL_FORMATTER, NEEDS_A_FORMAT):
        return
    from cli.render.rows import FORMATTERS  # noqa: PLC0415 - most calls take the usual one

    if name not in FORMATTERS:
        raise unknown_formatter(name, FORMATTERS)


def _work(session: Session, arguments: list[str]) -> int:
    call = session.call
    users = session.users()
    if len(arguments) > 1 and session.configuration.version is Version.V24:
        _check_entry(arguments[1])
    if len(arguments) < REQUIRED[call.name]:
        raise StopError(Exit.USAGE, f"usage: pushnotif metadata {call.name} {USAGE[call.name]}")
    mailbox, entry, value = (*arguments, "", "")[:3]
    if len(arguments) > 1 or call.name != "list":
        _check_entry(entry)
    if call.formatter == NEEDS_A_FORMAT and OPERATIONS[call.name].columns:
        raise StopError(Exit.TEMPORARY, f"Fatal: {NEEDS_A_FORMAT} formatter cannot be used without a format.")
    try:
        for user in users:
            session.perform(user, mailbox, entry, value)
            if session.broken:
                break
    except KilledError as killed:
        if not session.many:
            raise
        session.give_up(f"Killed with signal {killed.number}")
    session.print_rows()
    return session.code


def read_configuration(source: ConfigSource, *, asks_a_server: bool = False) -> Configuration:
    """Read the configuration, which may be missing beside a server. Raises StopError with doveadm's codes."""
    try:
        configuration = (load_beside_a_server if asks_a_server else load_configuration)(source)
    except (ConfigError, OverrideError) as error:
        raise _unreadable(str(error)) from None
    if configuration.document.source.looks_binary:
        _refuse_binary(configuration)
    # The look at the whole, which takes longer than all the rest, is for those that have mistakes.
    if configuration.evaluation.flaws_so_far and not asks_a_server:
        announce_refusal(configuration, source)
    return configuration


def _unreadable(why: str) -> StopError:
    return StopError(Exit.TEMPORARY, f"Fatal: Error reading configuration: {why}")


def _refuse_binary(configuration: Configuration) -> None:
    """Raise StopError for a main file that is no text, unless Dovecot takes it all the same."""
    from dovecot_conf.diagnostics import Severity  # noqa: PLC0415 - only where something is wrong
    from dovecot_conf.lint.misread_files import what_it_is  # noqa: PLC0415 - only where something is wrong

    for problem in configuration.problems:
        if problem.severity is Severity.ERROR:
            what = what_it_is(configuration, problem.span.file)
            raise _unreadable(": ".join(filter(None, (f"{problem.span}: {problem.message}", what))))


def unknown_formatter(name: str, known: Iterable[str]) -> StopError:
    """Return the end of a call with a formatter that doesn't exist, with the one that was probably meant."""
    from cli.usage import meant  # noqa: PLC0415 - only where something is wrong
    from dovecot_conf.near import nearest  # noqa: PLC0415 - only where something is wrong

    near = nearest(name, known)
    return StopError(
        Exit.TEMPORARY, f"Fatal: Unknown print formatter: {name}", *([meant(near)] if near else [])
    )


def wrong_option(name: str, problem: OptionProblem, version: Version) -> StopError:
    """Return the end of a call with a wrong option, in getopt's words, and with what was probably meant."""
    lines = [f"{name}: {problem.message}"]
    if version is Version.V24:
        lines.append(f"Error: doveadm: Unexpected or incomplete option: -{problem.letter}")
    if problem.near:
        from cli.usage import meant  # noqa: PLC0415 - only where something is wrong

        lines.append(meant(problem.near))
    return StopError(Exit.USAGE, *lines)


def _arguments(call: Call, version: Version) -> list[str]:
    """Return the positionals in their order; those given by name leave their place to the next."""
    values = dict(call.named)
    rest = list(call.positionals)
    for name, value in values.items():
        if value is None and rest:
            values[name] = rest.pop(0)
    if rest:
        by_whom = "doveadm: " if version is Version.V24 else ""
        raise StopError(Exit.USAGE, f"Error: {by_whom}Extraneous arguments found: {' '.join(rest)}")
    return [value for value in values.values() if value is not None]


def _check_entry(entry: str) -> None:
    try:
        parse_entry(entry)
    except EntryNameError as error:
        raise StopError(Exit.USAGE, f"Fatal: {error}") from None
