"""One call of `pushnotif metadata`: from its arguments to output, errors and exit code.

Messages and codes are those of `doveadm mailbox metadata` in 2.3.19.1 and 2.4.1, checked in the
same order: formatter, options, arguments, entry name, user, mailbox, entry, dict.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.common import ConfigSource, announce, is_demo, load_beside_a_server, load_configuration
from cli.doveadm import Exit, OptionProblem
from cli.metadata_operations import OPERATIONS, Failure, Target, code_of, perform
from cli.output import output_width, writing_to_stdout
from cli.render.rows import DEFAULT_WIDTH, FORMATTERS, LEAST_WIDTH
from dovecot_conf import Configuration
from dovecot_conf.errors import ConfigError, OverrideError, PushnotifError, UserError
from dovecot_conf.versions import Version
from mailstore.accounts import environment_user, find_user, user_names
from mailstore.dict_setting import has_dict
from mailstore.entries import EntryNameError, parse_entry
from mailstore.live.errors import LiveServerError
from mailstore.metadata_store import MetadataStore
from mailstore.opening import open_metadata
from mailstore.own_store import open_own_metadata
from mailstore.users import UnknownUserError, User

if TYPE_CHECKING:
    from mailstore.live.servers import LiveServer

USAGE = {
    "set": "[-u <user>|-A] [-S <socket_path>] [-s] <mailbox> <key> <value>",
    "unset": "[-u <user>|-A] [-S <socket_path>] [-s] <mailbox> <key>",
    "get": "[-u <user>|-A] [-S <socket_path>] [-s] <mailbox> <key>",
    "list": "[-u <user>|-A] [-S <socket_path>] [-s] [-p] <mailbox> [<key prefix>]",
}
REQUIRED = {"set": 3, "unset": 2, "get": 2, "list": 1}
# What stands in front of the messages of the command itself.
MESSAGE_PREFIX = {Version.V23: "", Version.V24: "cmd mailbox metadata {name}: "}
# Says the name of the mailbox again when the command repeats what the storage has logged.
REPEATS_MAILBOX = frozenset({Version.V23})
NOBODY = {
    Version.V23: ("USER environment is missing and -u option not used", Exit.USAGE),
    Version.V24: ("One of -u, -F, -A or --no-userdb-lookup must be provided", Exit.TEMPORARY),
}


@dataclass(frozen=True, slots=True)
class Call:
    """A call as its options say; ``named`` are positionals given by name."""

    name: str
    source: ConfigSource
    formatter: str
    positionals: tuple[str, ...]
    named: Mapping[str, str | None]
    problem: OptionProblem | None
    user: str | None
    all_users: bool
    user_file: Path | None
    allow_empty_mailbox_name: bool
    create: bool
    socket_path: str | None = None
    via: str | None = None
    insecure: bool = False
    prepend_prefix: bool = False

    @property
    def asks_a_server(self) -> bool:
        """Whether a running server does the work."""
        return self.via is not None or self.socket_path is not None


class StopError(Exception):
    """Ends the call: the lines to print and the exit code."""

    def __init__(self, code: int, *lines: str) -> None:
        super().__init__()
        self.code = code
        self.lines = lines


def run(call: Call) -> int:
    """Do what the call asks for; print its output and errors; return the exit code."""
    try:
        return _run(call)
    except StopError as stop:
        for line in stop.lines:
            _complain(line)
        return stop.code


def _run(call: Call) -> int:
    if call.formatter not in FORMATTERS:
        raise StopError(Exit.TEMPORARY, f"Fatal: Unknown print formatter: {call.formatter}")
    configuration = _configuration(call)
    if call.problem is not None:
        raise _wrong_option(call, call.problem, configuration.version)
    arguments = _arguments(call, configuration.version)
    if not call.asks_a_server:
        return _work(_Session(call, configuration), arguments)
    # The network is loaded only where it is used.
    from cli.metadata_via import running_server  # noqa: PLC0415

    with running_server(call, configuration) as server:
        return _work(_Session(call, configuration, server), arguments)


def _work(session: _Session, arguments: list[str]) -> int:
    call = session.call
    users = session.users()
    if len(arguments) < REQUIRED[call.name]:
        raise StopError(Exit.USAGE, f"usage: pushnotif metadata {call.name} {USAGE[call.name]}")
    mailbox, entry, value = (*arguments, "", "")[:3]
    if entry or call.name != "list":
        _check_entry(entry)
    for user in users:
        session.perform(user, mailbox, entry, value)
        if session.broken:
            break
    session.print_rows()
    return session.code


def _configuration(call: Call) -> Configuration:
    try:
        return (load_beside_a_server if call.asks_a_server else load_configuration)(call.source)
    except OverrideError as error:
        raise StopError(Exit.USAGE, f"Fatal: {error}") from None
    except ConfigError as error:
        raise StopError(Exit.TEMPORARY, f"Fatal: Error reading configuration: {error}") from None


def _wrong_option(call: Call, problem: OptionProblem, version: Version) -> StopError:
    lines = [f"{call.name}: {problem.message}"]
    if version is Version.V24:
        lines.append(f"Error: doveadm: Unexpected or incomplete option: -{problem.letter}")
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


def _complain(line: str) -> None:
    with contextlib.suppress(OSError):
        click.echo(f"pushnotif: {line}".encode("utf-8", "surrogateescape"), err=True)


@dataclass(slots=True)
class _Session:
    """What is known while a call runs through its users.

    ``code`` is the exit code so far: the first failure's, but a temporary one wins. ``broken``:
    going on with the next user makes no sense.
    """

    call: Call
    configuration: Configuration
    server: LiveServer | None = None
    many: bool = False
    code: int = Exit.FINE
    broken: bool = False
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def users(self) -> Iterable[str | User]:
        """Return the users to work on, in order; the one of the environment is already known."""
        call = self.call
        mask = call.user if call.user and set("*?") & set(call.user) else None
        self.many = bool(mask or call.all_users or call.user_file)
        if call.user_file:
            return self._users_of_file(call.user_file)
        if self.many:
            return self._listed_users(mask or "*")
        if call.user is not None:
            return [call.user]
        if self.server is not None and self.server.only_user is not None:
            return [self.server.only_user]
        user = environment_user(self.configuration, os.environ)
        if user is None:
            message, code = NOBODY[self.configuration.version]
            raise StopError(code, f"Fatal: {message}")
        return [user]

    def _users_of_file(self, path: Path) -> list[str]:
        try:
            text = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        except OSError as error:
            raise StopError(Exit.TEMPORARY, f"Error: read({path}) failed: {error.strerror}") from None
        lines = text.decode("utf-8", "surrogateescape").split("\n")
        return [line.removesuffix("\r") for line in lines if line]

    def _listed_users(self, mask: str) -> Iterator[str]:
        pattern = mask.replace("[", "[[]").lower()
        try:
            for name in self.server.user_names() if self.server else user_names(self.configuration):
                if fnmatchcase(name.lower(), pattern):
                    yield name
        except UserError as error:
            self._fail(Failure(Exit.TEMPORARY, "", str(error)))
        except LiveServerError as error:
            self._break_off(error)

    def perform(self, user: str | User, mailbox: str, entry: str, value: str) -> None:
        """Do the operation for one user."""
        name = user if isinstance(user, str) else user.name
        try:
            metadata = self._open(user)
        except UnknownUserError as error:
            self._miss(error)
        except UserError as error:
            self._break_off(error, "User lookup failed: ")
        except LiveServerError as error:
            self._break_off(error)
        except PushnotifError as error:
            self._fail(Failure(Exit.TEMPORARY, "User initialization failed: ", str(error)))
        else:
            call = self.call
            self._operate(
                name,
                Target(metadata, mailbox, entry, value, call.allow_empty_mailbox_name, call.prepend_prefix),
            )

    def _operate(self, name: str, target: Target) -> None:
        try:
            for result in perform(OPERATIONS[self.call.name], target, create=self.call.create):
                if isinstance(result, Failure):
                    self._fail(result)
                else:
                    self.rows.append((name, result.text) if self.many else (result.text,))
        except UnknownUserError as error:
            self._miss(error)
        except LiveServerError as error:
            self._break_off(error)

    def _miss(self, error: UnknownUserError) -> None:
        """Note that a user is not there; one of many may have gone meanwhile."""
        if self.many:
            _complain("Info: User no longer exists, skipping")
        else:
            self._fail(Failure(Exit.NO_USER, "", str(error)))

    def _break_off(self, error: PushnotifError, lead: str = "") -> None:
        """Note that nobody can be asked, for the next user neither."""
        self.broken = True
        self._fail(Failure(code_of(error), lead, str(error)))

    def _open(self, user: str | User) -> MetadataStore:
        if self.server is not None:
            return self.server.metadata(user if isinstance(user, str) else user.name)
        if is_demo(self.configuration) or not has_dict(self.configuration):
            metadata = open_own_metadata(user if isinstance(user, str) else user.name)
            why = "this is the example" if is_demo(self.configuration) else "no mail_attribute_dict is set"
            announce(self.call.source, f"{why}: using pushnotif's own store {metadata.location}")
            return metadata
        found = find_user(self.configuration, user) if isinstance(user, str) else user
        return open_metadata(self.configuration, found)

    def _fail(self, failure: Failure) -> None:
        version = self.configuration.version
        why = failure.why
        if failure.storage_prefix is not None:
            _complain(f"Error: {failure.storage_prefix}{why}")
            why = f"{failure.storage_prefix}{why}" if version in REPEATS_MAILBOX else why
        _complain(f"Error: {MESSAGE_PREFIX[version].format(name=self.call.name)}{failure.lead}{why}")
        if self.code == Exit.FINE or failure.code == Exit.TEMPORARY:
            self.code = failure.code

    def print_rows(self) -> None:
        """Print what was found, in the format asked for."""
        columns = OPERATIONS[self.call.name].columns
        titles = ("username", *columns) if self.many else columns
        text = FORMATTERS[self.call.formatter](titles, self.rows, output_width(DEFAULT_WIDTH, LEAST_WIDTH))
        with writing_to_stdout():
            click.echo(text.encode("utf-8", "surrogateescape"), nl=False)
