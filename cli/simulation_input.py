"""What a simulation starts from: the mail, the mailbox, the user and the METADATA."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from threading import Lock
from typing import Any

import click

from cli.common import DEMO_DIRECTORY, ConfigSource, announce, is_demo
from cli.simulate_forms import Form, Given, Wants
from dovecot_conf import Configuration, UserError
from dovecot_conf.variables import user_values
from drivers import MailUser
from drivers.mail_source import make_mail
from mailstore.accounts import find_user
from mailstore.address import first_address
from mailstore.entries import EntryName, parse_entry
from mailstore.maildir import MaildirState, read_maildir
from mailstore.memory_metadata import MemoryMetadata
from mailstore.message import Envelope, Message, read_message
from mailstore.metadata import MailboxNotFoundError, Metadata
from mailstore.opening import open_metadata
from mailstore.own_store import open_own_metadata
from mailstore.state import MAX_NUMBER, MailboxState
from mailstore.users import UnknownUserError, User

DEMO_USER = "bob"
DEMO_MAIL = DEMO_DIRECTORY / "mail.eml"
HTTP_NOTIFY = "/private/vendor/vendor.dovecot/http-notify"


@dataclass(frozen=True, slots=True)
class MailParts:
    """The mail as the options give it: a file (or "-"), or the parts of a mail to make up."""

    path: str | None = None
    sender: str | None = None
    recipient: str | None = None
    subject: str | None = None
    body: str | None = None

    @property
    def made_up(self) -> bool:
        """Tell whether any part of a made-up mail is given."""
        return any(part is not None for part in (self.sender, self.recipient, self.subject, self.body))


def read_mail(parts: MailParts, user: str) -> Message:
    """Return the mail to deliver: the named file, stdin, a made-up mail, or the built-in example.

    Raises MessageError when the file can't be read or a header can't hold the text,
    click.UsageError when both a file and parts are given.
    """
    if parts.path is not None and parts.made_up:
        raise click.UsageError("--message and --from, --to, --subject, --body exclude each other")
    if parts.path == "-":
        return read_message(sys.stdin.buffer)
    if parts.path is not None:
        return read_message(Path(parts.path))
    if not parts.made_up:
        return read_message(DEMO_MAIL)
    return make_mail(user, parts.sender, parts.recipient, parts.subject, parts.body)


def described(form: Form, options: Mapping[str, Any], user: str, *, now: int, count: int = 1) -> Given:
    """Return what the options of a form say about the mailbox and the first of ``count`` mails in it.

    ``now`` (seconds since the epoch) is the UIDVALIDITY of a mailbox that has none yet, as in Dovecot.
    Raises click.UsageError, MessageError, MailboxError.
    """
    for option, name in (("mailbox", "mailbox"), ("new_name", "new-name"), ("path", "message")):
        if options.get(option) == "":
            raise click.UsageError(f"--{name} must not be empty", ctx=click.get_current_context())
    parts = MailParts(*(options.get(part) for part in ("path", "sender", "recipient", "subject", "body")))
    folder = options.get("maildir")
    known = read_maildir(folder) if folder is not None else None
    next_uid = known.next_uid if known else 1
    state = MailboxState(
        name=options["mailbox"],
        uidvalidity=options["uidvalidity"] or (known.uidvalidity if known and known.uidvalidity else now),
        uid=options.get("uid") or (next_uid if Wants.ARRIVAL in form.wants else max(1, next_uid - 1)),
        unseen=_unseen(options.get("unseen"), known),
    )
    if state.uid + count - 1 > MAX_NUMBER:
        text = f"--count {count} leads to UIDs above {MAX_NUMBER}"
        raise click.UsageError(text, ctx=click.get_current_context())
    mail = read_mail(parts, user) if Wants.MAIL in form.wants else Message.from_bytes(b"")
    return Given(
        state,
        mail,
        _words(options.get("flags")),
        _words(options.get("keywords")),
        options.get("new_name") or "",
        Wants.ARRIVAL in form.wants,
    )


def _unseen(wanted: int | None, known: MaildirState | None) -> int:
    if wanted is not None:
        return wanted
    return known.unseen if known else 0


def _words(text: str | None) -> tuple[str, ...] | None:
    return tuple(text.split()) if text is not None else None


def envelope(configuration: Configuration, mail: Message, user: str, *, now: int) -> Envelope:
    """Return how a mail might come by LMTP: from its From address, through this host."""
    hostname = configuration.settings(protocol="lmtp").value("hostname") or socket.gethostname()
    sender = first_address(mail.header("From") or b"").address
    return Envelope(sender, user, hostname, formatdate(now))


def find_account(configuration: Configuration, name: str, protocol: str, source: ConfigSource) -> User:
    """Ask the userdbs who ``name`` is; a userdb that can't be asked offline leaves a user without home.

    Raises UnknownUserError.
    """
    try:
        return find_user(configuration, name, protocol=protocol)
    except UnknownUserError:
        raise UserError(
            f"user {name} doesn't exist in the userdb of {configuration.path}: name another with -u"
        ) from None
    except UserError as error:
        announce(source, f"{error}; going on without a home folder")
        return User(name, "", None, None, {})


def mail_user(account: User, protocol: str) -> MailUser:
    """Return a user as drivers know it, with what %variables stand for."""
    return MailUser(account.name, user_values(account.name, protocol, home=account.home or None))


def metadata_of_run(
    configuration: Configuration, user: User, protocol: str, overlay: Iterable[str], source: ConfigSource
) -> MemoryMetadata:
    """Return the METADATA for a run: first ``overlay`` (ENTRY=VALUE) at server level, then the store.

    What a script changes lasts for the run; the store is only read. Without ``mail_attribute_dict`` it is
    pushnotif's own, which is announced. In the built-in example a user without a value there is switched on.
    """
    values = dict(_overlay_item(item) for item in overlay)
    lock = Lock()
    store = _open_store(configuration, user, protocol, source)
    default = f"user={user.name}" if is_demo(configuration) else None

    def look_up(mailbox: str, entry: EntryName) -> str | None:
        if not mailbox and str(entry) in values:
            return values[str(entry)]
        try:
            # The store acts as the mail's owner for a moment, which the whole process does with it.
            with lock:
                found = store.get(mailbox, entry)
        except MailboxNotFoundError:
            # The action itself would make the mailbox, and a new one has no METADATA.
            found = None
        return default if found is None and not mailbox and str(entry) == HTTP_NOTIFY else found

    def names(mailbox: str, prefix: EntryName) -> Iterable[str]:
        with lock:
            return store.list(mailbox, prefix)[0].names

    return MemoryMetadata(look_up, names)


def _open_store(configuration: Configuration, user: User, protocol: str, source: ConfigSource) -> Metadata:
    if is_demo(configuration):
        return open_own_metadata(user.name)
    store = open_metadata(configuration, user, protocol=protocol)
    if store.own:
        announce(
            source, f"no mail_attribute_dict: METADATA comes from pushnotif's own store, {store.location}"
        )
    return store


def _overlay_item(item: str) -> tuple[str, str]:
    entry, equals, value = item.partition("=")
    if not equals:
        raise click.UsageError(f"--metadata {item}: write it as ENTRY=VALUE, such as {HTTP_NOTIFY}=user=bob")
    parse_entry(entry)
    return entry.lower(), value
