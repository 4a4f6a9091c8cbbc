"""A running server as a whole: its users, and the METADATA of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from dovecot_conf.errors import UserError
from mailstore.live import doveadm_api
from mailstore.live.address import ServerAddress
from mailstore.live.doveadm_api import DoveadmApi, DoveadmMetadata
from mailstore.live.errors import AccessDeniedError
from mailstore.live.imap_connection import ImapConnection
from mailstore.live.imap_store import ImapMetadata
from mailstore.metadata_store import MetadataStore


class LiveServer(Protocol):
    """A running server that can be asked for METADATA."""

    @property
    def only_user(self) -> str | None:
        """Return whose METADATA can be had, None when it is everybody's."""

    def metadata(self, user: str) -> MetadataStore:
        """Return the METADATA of a user. Raises UserError, LiveServerError."""

    def user_names(self) -> Iterator[str]:
        """Yield the names of all users. Raises UserError when the server can't list them."""

    def close(self) -> None:
        """End the connection, if there is one."""


@dataclass(frozen=True, slots=True)
class DoveadmServer:
    """A server that runs doveadm's commands; ``names`` lists the users when it can't do that itself."""

    api: DoveadmApi
    names: Callable[[], Iterator[str]] | None = None

    @property
    def only_user(self) -> str | None:
        """Return None: an administrator may do everything."""
        return None

    def metadata(self, user: str) -> MetadataStore:
        """Return the METADATA of a user; whether there is one, only a command tells."""
        return DoveadmMetadata(self.api, user)

    def user_names(self) -> Iterator[str]:
        """Yield the names that the userdb lists."""
        return self.names() if self.names is not None else doveadm_api.user_names(self.api)

    def close(self) -> None:
        """Do nothing: each command has a connection of its own."""


@dataclass(slots=True)
class ImapServer:
    """An IMAP server, where one user logs in; the connection is made when it is needed first."""

    address: ServerAddress
    log_in: Callable[[], ImapConnection]
    _connection: ImapConnection | None = field(default=None)

    @property
    def only_user(self) -> str | None:
        """Return who logs in."""
        return self.address.user

    def metadata(self, user: str) -> MetadataStore:
        """Return the METADATA of the user who logs in; nobody else's can be had."""
        if user != self.address.user:
            raise AccessDeniedError(
                f"{self.address}: the login of {self.address.user} gives no access to the METADATA of {user}"
            )
        if self._connection is None:
            self._connection = self.log_in()
        return ImapMetadata(self._connection)

    def user_names(self) -> Iterator[str]:
        """Refuse: IMAP lists no users."""
        raise UserError(f"{self.address}: IMAP shows the METADATA of one user only, who logs in")

    def close(self) -> None:
        """Log out."""
        if self._connection is not None:
            self._connection.close()
