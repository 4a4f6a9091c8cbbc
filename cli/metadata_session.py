"""What is known while a call of `pushnotif metadata` runs through its users.

Messages and codes are those of `doveadm mailbox metadata` in 2.3.19.1 and 2.4.1.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import click

from cli.common import ConfigSource, announce, is_demo
from cli.doveadm import Exit, OptionProblem
from cli.metadata_operations import OPERATIONS, Failure, Target, code_of, perform
from cli.output import output_width, writing_to_stdout
from cli.render.rows import DEFAULT_WIDTH, FORMATTERS, LEAST_WIDTH
from dovecot_conf import Configuration
from dovecot_conf.errors import PushnotifError, UserError
from dovecot_conf.versions import Version
from mailstore.accounts import environment_user, find_user, user_from_fields, user_names
from mailstore.dict_setting import has_dict
from mailstore.live.errors import LiveServerError
from mailstore.metadata_store import MetadataStore
from mailstore.opening import open_metadata
from mailstore.users import UnknownUserError, User, UserdbUnavailableError

if TYPE_CHECKING:
    from mailstore.live.servers import LiveServer
    from mailstore.metadata import Metadata

_Store = TypeVar("_Store", bound=MetadataStore)

# What stands in front of the messages of the command itself.
MESSAGE_PREFIX = {Version.V23: "", Version.V24: "cmd mailbox metadata {name}: "}
# Says the name of the mailbox again when the command repeats what the storage has logged.
REPEATS_MAILBOX = frozenset({Version.V23})
NOBODY = {
    Version.V23: ("USER environment is missing and -u option not used", Exit.USAGE),
    Version.V24: ("One of -u, -F, -A or --no-userdb-lookup must be provided", Exit.TEMPORARY),
}


class Call(NamedTuple):
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
    userdb: Mapping[str, str] | None = None

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


def complain(line: str) -> None:
    """Print a line on stderr; bytes that aren't UTF-8 stay."""
    with contextlib.suppress(OSError):
        click.echo(f"pushnotif: {line}".encode("utf-8", "surrogateescape"), err=True)


@dataclass(slots=True, eq=False)
class Session:
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
            self.fail(Failure(Exit.TEMPORARY, "", str(error)))
        except LiveServerError as error:
            self._break_off(error)

    def perform(self, user: str | User, mailbox: str, entry: str, value: str) -> None:
        """Do the operation for one user."""
        metadata = self._opened(self._open_anywhere, user)
        if metadata is None:
            return
        name = user if isinstance(user, str) else user.name
        call = self.call
        target = Target(metadata, mailbox, entry, value, call.allow_empty_mailbox_name, call.prepend_prefix)
        try:
            for result in perform(OPERATIONS[call.name], target, create=call.create):
                if isinstance(result, Failure):
                    self.fail(result)
                else:
                    self.rows.append((name, result.text) if self.many else (result.text,))
        except UnknownUserError as error:
            self._miss(error)
        except LiveServerError as error:
            self._break_off(error)

    def open_store(self, user: str | User) -> Metadata | None:
        """Return the METADATA of a user; None, and the reason printed, when it can't be had."""
        return self._opened(self.open, user)

    def _opened(self, open_: Callable[[str | User], _Store], user: str | User) -> _Store | None:
        try:
            return open_(user)
        except UnknownUserError as error:
            self._miss(error)
        except UserError as error:
            self._break_off(error, "User lookup failed: ")
        except LiveServerError as error:
            self._break_off(error)
        except PushnotifError as error:
            self.fail(Failure(Exit.TEMPORARY, "User initialization failed: ", str(error)))
        return None

    def _miss(self, error: UnknownUserError) -> None:
        """Note that a user is not there; one of many may have gone meanwhile."""
        if self.many:
            complain("Info: User no longer exists, skipping")
        else:
            self.fail(Failure(Exit.NO_USER, "", str(error)))

    def _break_off(self, error: PushnotifError, lead: str = "") -> None:
        """Note that nobody can be asked, for the next user neither."""
        self.broken = True
        self.fail(Failure(code_of(error), lead, str(error)))

    def _open_anywhere(self, user: str | User) -> MetadataStore:
        if self.server is not None:
            return self.server.metadata(user if isinstance(user, str) else user.name)
        return self.open(user)

    def open(self, user: str | User) -> Metadata:
        """Return the METADATA of a user. Raises UserError, MailboxError, VariableError."""
        if is_demo(self.configuration) or not has_dict(self.configuration):
            from mailstore.own_store import open_own_metadata  # noqa: PLC0415 - not for a server's store

            metadata = open_own_metadata(user if isinstance(user, str) else user.name)
            why = "this is the example" if is_demo(self.configuration) else "no mail_attribute_dict is set"
            announce(self.call.source, f"{why}: using pushnotif's own store {metadata.location}")
            return metadata
        return open_metadata(self.configuration, self._find_user(user))

    def _find_user(self, user: str | User) -> User:
        if not isinstance(user, str):
            return user
        fields = self.call.userdb
        if fields is not None:
            return user_from_fields(self.configuration, user, fields)
        try:
            return find_user(self.configuration, user)
        except UserdbUnavailableError as error:
            raise UserError(f"{error}; --userdb home=… says it, --userdb mail=… and others too") from None

    def fail(self, failure: Failure) -> None:
        """Print an error and remember its exit code."""
        version = self.configuration.version
        why = failure.why
        if failure.storage_prefix is not None:
            complain(f"Error: {failure.storage_prefix}{why}")
            why = f"{failure.storage_prefix}{why}" if version in REPEATS_MAILBOX else why
        complain(f"Error: {MESSAGE_PREFIX[version].format(name=self.call.name)}{failure.lead}{why}")
        if self.code == Exit.FINE or failure.code == Exit.TEMPORARY:
            self.code = failure.code

    def print_rows(self) -> None:
        """Print what was found, in the format asked for."""
        columns = OPERATIONS[self.call.name].columns
        titles = ("username", *columns) if self.many else columns
        text = FORMATTERS[self.call.formatter](titles, self.rows, output_width(DEFAULT_WIDTH, LEAST_WIDTH))
        with writing_to_stdout():
            click.echo(text.encode("utf-8", "surrogateescape"), nl=False)
