"""What a simulation starts from: the mail, the mailbox, the user and the METADATA."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from cli.common import DEMO_DIRECTORY, ConfigSource, announce, is_demo
from cli.simulate_forms import Form, Given, Wants
from dovecot_conf import Configuration, UserError
from dovecot_conf.variables import user_values
from drivers import MailUser
from drivers.mail_source import make_mail
from drivers.session import MetadataLookup
from mailstore.accounts import find_user
from mailstore.attribute_dict import without_dict
from mailstore.entries import EntryName, parse_entry
from mailstore.maildir import MaildirState, read_maildir
from mailstore.message import Message, read_message
from mailstore.opening import open_metadata
from mailstore.own_store import open_own_metadata
from mailstore.run_metadata import RunMetadata
from mailstore.state import MAX_NUMBER, MailboxState
from mailstore.users import UnknownUserError, User

DEMO_USER = "bob"
DEMO_MAIL = Path(DEMO_DIRECTORY, "mail.eml")
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


@dataclass(frozen=True, slots=True)
class MetadataOfRun:
    """What drivers see of METADATA: ``look_up`` for a value of the server's, ``store`` for scripts."""

    look_up: MetadataLookup
    store: RunMetadata


def metadata_of_run(
    configuration: Configuration,
    user: User,
    protocol: str,
    overlay: Iterable[str],
    source: ConfigSource,
    *,
    writes: bool,
) -> MetadataOfRun:
    """Return the METADATA for a run: first ``overlay`` (ENTRY=VALUE) at server level, then the store.

    What scripts change is written into the store, if ``writes``, but for the overlay. Without
    ``mail_attribute_dict`` values come from pushnotif's own store, which is announced, and scripts hear
    that METADATA isn't enabled. In the built-in example a user without a value there is switched on.
    """
    values: dict[EntryName, str] = dict(_overlay_item(item) for item in overlay)
    if is_demo(configuration):
        own = RunMetadata(open_own_metadata(user.name), values, writes=False)
        default = f"user={user.name}"

        def look_up_demo(entry: str) -> str | None:
            found = own.get("", entry)
            return default if found is None and entry == HTTP_NOTIFY else found

        return MetadataOfRun(look_up_demo, own)
    store = open_metadata(configuration, user, protocol=protocol)
    shown = for_scripts = RunMetadata(store, values, writes=writes)
    if store.own:
        text = f"no mail_attribute_dict: METADATA comes from pushnotif's own store, {store.location}"
        announce(source, text)
        for_scripts = RunMetadata(without_dict(store), values, writes=False)
    return MetadataOfRun(lambda entry: shown.get("", entry), for_scripts)


def _overlay_item(item: str) -> tuple[str, str]:
    entry, equals, value = item.partition("=")
    if not equals:
        raise click.UsageError(f"--metadata {item}: write it as ENTRY=VALUE, such as {HTTP_NOTIFY}=user=bob")
    parse_entry(entry)
    return entry.lower(), value
