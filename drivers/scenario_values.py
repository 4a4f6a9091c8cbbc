"""What a scenario file says, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dovecot_conf.errors import PushnotifError
from dovecot_conf.positions import Span


class ScenarioError(PushnotifError):
    """A scenario file can't be read, or says something that can't be."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail: a file, or parts to make one up from; without any of them a mail is made up all the same."""

    span: Span
    file: Path | None = None
    sender: str | None = None
    recipient: str | None = None
    subject: str | None = None
    body: str | None = None


@dataclass(frozen=True, slots=True)
class StoredMail:
    """A mail that is in a mailbox at the beginning. ``uid`` is None for the next one."""

    mail: Mail
    uid: int | None = None
    flags: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MailboxStart:
    """A mailbox at the beginning. ``unseen`` counts messages that are known by number only."""

    name: str
    span: Span
    uidvalidity: int | None = None
    next_uid: int | None = None
    unseen: int = 0
    messages: tuple[StoredMail, ...] = ()


@dataclass(frozen=True, slots=True)
class ScenarioUser:
    """A user at the beginning; ``metadata`` are entries of the server."""

    name: str
    metadata: Mapping[str, str]
    subscriptions: tuple[str, ...]
    mailboxes: tuple[MailboxStart, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that is done. ``target`` stands behind the verb, ``keys`` are the other keys."""

    verb: str
    target: Any
    keys: Mapping[str, Any]
    span: Span
    mail: Mail | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """An IMAP session, a doveadm command, or the delivery of one mail, to ``users`` one after the other.

    ``settings`` override the configuration. ``expects`` tells whether there are expectations, which
    this version doesn't look at.
    """

    name: str
    protocol: str
    users: tuple[str, ...]
    settings: Mapping[str, str]
    actions: tuple[Action, ...]
    expects: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario: where everything begins, and what happens then."""

    path: Path
    users: Mapping[str, ScenarioUser] = field(default_factory=dict)
    sessions: tuple[Session, ...] = ()

    @property
    def expects(self) -> bool:
        """Tell whether there are expectations in it."""
        return any(session.expects for session in self.sessions)
