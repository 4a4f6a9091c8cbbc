"""What is known while a call of `pushnotif metadata` runs through its users.

Messages and codes are those of `doveadm mailbox metadata` in 2.3.19.1 and 2.4.1.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

import click

from cli.common import ConfigSource, announce, is_demo
from cli.complaints import StopError, complain
from cli.doveadm import Exit, OptionProblem
from cli.metadata_operations import OPERATIONS, Failure, Target, code_of, perform
from cli.metadata_users import How, UserFileError, choose, matches, read_user_file
from cli.output import output_width, writing_to_stdout
from dovecot_conf import Configuration
from dovecot_conf.errors import PushnotifError, UserError
from dovecot_conf.value import Value
from dovecot_conf.versions import Version
from mailstore.accounts import check_ids, environment_user, find_user, user_from_fields, user_names
from mailstore.dict_setting import has_dict
from mailstore.live.errors import LiveServerError, NotConnectedError, Reach
from mailstore.metadata_store import MetadataStore
from mailstore.namespace_checks import NamespaceError
from mailstore.opening import open_metadata
from mailstore.settings import PluginError, SettingVariableError
from mailstore.users import (
    AccessNotPermittedError,
    UnknownUserError,
    User,
    UserdbUnavailableError,
)

if TYPE_CHECKING:
    from mailstore.live.servers import LiveServer
    from mailstore.metadata import Metadata

_Store = TypeVar("_Store", bound=MetadataStore)

# What stands in front of the messages of the command itself.
MESSAGE_PREFIX = {Version.V23: "", Version.V24: "cmd mailbox metadata {name}: "}
# Of no rows it prints nothing.
USUAL_FORMATTER = "flow"
# Says the name of the mailbox again when the command repeats what the storage has logged.
REPEATS_MAILBOX = frozenset({Version.V23})
NOBODY = "Fatal: USER environment is missing and -u option not used"
NOBODY_CHOSEN = "Fatal: One of -u, -F, -A or --no-userdb-lookup must be provided"
GIVEN_UP = Failure(Exit.TEMPORARY, "", "Failed to iterate through some users")
UNREACHABLE_24 = {
    Reach.SOCKET: "net_connect({place}) failed: {why}",
    Reach.PORT: "{place}: Command mailbox metadata {name} failed for {user}: connect({place}) failed: {why}",
    Reach.NAME: "Lookup of host {place} failed: {why}",
}


class Call(Value):
    """A call as its options say; ``named`` are positionals given by name."""

    name: str
    source: ConfigSource
    formatter: str
    positionals: tuple[str, ...]
    named: Mapping[str, str | None]
    problem: OptionProblem | None
    user: str | None
    all_users: bool
    user_file: str | None
    allow_empty_mailbox_name: bool
    create: bool
    socket_path: str | None = None
    via: str | None = None
    insecure: bool = False
    prepend_prefix: bool = False
    userdb: Mapping[str, str] | None = None
    no_userdb_lookup: bool = False
    timeout: float | None = None

    @property
    def asks_a_server(self) -> bool:
        """Whether a running server does the work."""
        return self.via is not None or self.socket_path is not None


class Session:
    """What is known while a call runs through its users.

    ``code`` is the exit code so far: the first failure's, but a temporary one wins. ``broken``:
    going on with the next user makes no sense.
    """

    def __init__(self, call: Call, configuration: Configuration, server: LiveServer | None = None) -> None:
        self.call = call
        self.configuration = configuration
        self.server = server
        self.many = False
        self.code: int = Exit.FINE
        self.broken = False
        self.rows: list[tuple[str, ...]] = []

    def users(self) -> Iterable[str | User]:
        """Return the users to work on, in order; the one of the environment is already known."""
        call, version = self.call, self.configuration.version
        choice = choose(call, version)
        self.many = choice.many
        match choice.how:
            case How.FILE:
                return self._users_of_file(choice.text)
            case How.LIST:
                return self._listed_users(choice.text)
            case How.GIVEN:
                return [choice.text]
        if self.server is not None and self.server.only_user is not None:
            return [self.server.only_user]
        if version is Version.V24 and not call.no_userdb_lookup:
            raise StopError(Exit.TEMPORARY, NOBODY_CHOSEN)
        user = environment_user(self.configuration, os.environ)
        if user is None:
            raise StopError(Exit.USAGE, NOBODY)
        return [user]

    def _users_of_file(self, path: str) -> Iterator[str]:
        try:
            yield from read_user_file(path)
        except UserFileError as error:
            self.fail(Failure(Exit.TEMPORARY, "", str(error)))
            self.fail(GIVEN_UP)

    def _listed_users(self, mask: str) -> Iterator[str]:
        try:
            for name in self.server.user_names() if self.server else user_names(self.configuration):
                if matches(name, mask):
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
        target = Target(
            metadata,
            mailbox,
            entry,
            value,
            call.allow_empty_mailbox_name,
            call.prepend_prefix,
            nameless_is_empty=self.server is None and self.configuration.version is Version.V24,
        )
        try:
            for result in perform(OPERATIONS[call.name], target, create=call.create):
                if isinstance(result, Failure):
                    self.fail(result)
                else:
                    self.rows.append((name, result) if self.many else (result,))
        except UnknownUserError as error:
            self._miss(error)
        except NotConnectedError as error:
            self._not_connected(error, name)
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
        except UserdbUnavailableError as error:
            self._break_off(error, "User lookup failed: ")
        except (AccessNotPermittedError, NamespaceError, SettingVariableError) as error:
            self._pass_over("", error)
        except UserError as error:
            self._pass_over("User lookup failed: ", error)
        except LiveServerError as error:
            self._break_off(error)
        except PluginError as error:
            raise StopError(Exit.TEMPORARY, f"Fatal: {error}") from None
        except PushnotifError as error:
            self._pass_over("User initialization failed: ", error)
        return None

    def _miss(self, error: UnknownUserError) -> None:
        """Note that a user is not there; one of many may have gone meanwhile."""
        if self.many:
            complain(f"Info: {self._prefix}User no longer exists, skipping")
        else:
            self.fail(Failure(Exit.NO_USER, "", str(error)))

    def _pass_over(self, lead: str, error: PushnotifError) -> None:
        """Note that there is no mail for a user; of many such users the exit code doesn't tell."""
        code = self.code
        self.fail(Failure(Exit.TEMPORARY, lead, str(error)))
        if self.many:
            self.code = code

    @property
    def _prefix(self) -> str:
        """What stands in front of the command's own messages."""
        return MESSAGE_PREFIX[self.configuration.version].format(name=self.call.name)

    def _break_off(self, error: PushnotifError, lead: str = "") -> None:
        """Note that nobody can be asked, for the next user neither."""
        self.broken = True
        self.fail(Failure(code_of(error), lead, str(error)))

    def _not_connected(self, error: NotConnectedError, user: str) -> None:
        """Note that there is no doveadm server; 2.3 ends with it, 2.4 says which command can't be run."""
        if self.configuration.version is Version.V23:
            raise StopError(Exit.TEMPORARY, f"Fatal: {error}")
        self.broken = True
        text = UNREACHABLE_24[error.reach].format(
            name=self.call.name, user=user, place=error.place, why=error.why
        )
        self.fail(Failure(Exit.TEMPORARY, "", text))
        if self.many and error.reach is not Reach.PORT:
            self.fail(GIVEN_UP)

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
        found = self._find_user(user)
        check_ids(self.configuration, found)
        return open_metadata(self.configuration, found)

    def _find_user(self, user: str | User) -> User:
        if not isinstance(user, str):
            return user
        fields = self.call.userdb
        if fields is not None:
            return user_from_fields(self.configuration, user, fields)
        try:
            return find_user(self.configuration, user)
        except UserdbUnavailableError as error:
            why = f"{error}; --userdb home=… says it, --userdb mail=… and others too"
            raise UserdbUnavailableError(why) from None

    def fail(self, failure: Failure) -> None:
        """Print an error and remember its exit code."""
        version = self.configuration.version
        why = failure.why
        if failure.logged:
            complain(f"Error: {failure.logged}", version)
        if failure.storage_prefix is not None:
            complain(f"Error: {failure.storage_prefix}{why}", version)
            why = f"{failure.storage_prefix}{why}" if version in REPEATS_MAILBOX else why
        complain(f"Error: {self._prefix}{failure.lead}{why}", version)
        if self.code == Exit.FINE or failure.code == Exit.TEMPORARY:
            self.code = failure.code

    def give_up(self, why: str) -> None:
        """Say that the rest of the users isn't looked at."""
        version = self.configuration.version
        if version is Version.V24:
            self.fail(GIVEN_UP)
        complain(f"Warning: {why}", version)
        if version is Version.V23:
            self.fail(GIVEN_UP)

    def print_rows(self) -> None:
        """Print what was found, in the format asked for."""
        columns = OPERATIONS[self.call.name].columns
        titles = ("username", *columns) if self.many else columns
        print_formatted(self.call.formatter, self.configuration.version, titles, self.rows)


def print_formatted(
    formatter: str, version: Version, titles: tuple[str, ...] = (), rows: Sequence[tuple[str, ...]] = ()
) -> None:
    """Print a table of results, which may be empty and without columns."""
    if not rows and formatter == USUAL_FORMATTER:
        return
    from cli.render.rows import DEFAULT_WIDTH, LEAST_WIDTH, find_formatter  # noqa: PLC0415

    text = find_formatter(formatter, version)(titles, rows, output_width(DEFAULT_WIDTH, LEAST_WIDTH))
    with writing_to_stdout():
        click.echo(text.encode("utf-8", "surrogateescape"), nl=False)
