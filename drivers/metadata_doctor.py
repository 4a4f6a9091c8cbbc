"""Whether METADATA switches a user on for push notifications, and where the chain breaks if not."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dovecot_conf import Configuration, PushConfig
from dovecot_conf.errors import MailboxError, MetadataError, UserError, VariableError
from dovecot_conf.variables import user_values
from drivers.chain import Chain, load_chain
from drivers.diagnosis import Diagnosis, conclude, not_needed
from drivers.link_drivers import NAME as DRIVERS
from drivers.link_drivers import PROTOCOLS, Needs, check_drivers
from drivers.ox_value import METADATA_ENTRY
from drivers.ox_value_check import read_value
from drivers.registry import DriverRegistry
from mailstore import link_entry, link_mailbox, link_store, link_user
from mailstore.link_entry import Reading, check_entry
from mailstore.link_mailbox import can_create, check_mailbox
from mailstore.link_store import check_store, is_shared, setting_of
from mailstore.link_user import check_user
from mailstore.links import Link, LinkState
from mailstore.metadata import Metadata
from mailstore.metadata_store import MetadataStore
from mailstore.users import UnknownUserError, User, Userdb

REST = (link_store.NAME, link_mailbox.NAME, link_entry.NAME)


@dataclass(frozen=True, slots=True)
class Subject:
    """The user to look at, whom ``find`` returns for a protocol; see :func:`check_user`.

    ``pushes`` are the driver chains of the configuration, one for each of ``PROTOCOLS``.
    ``ours`` and ``theirs`` are the options that pushnotif and doveadm need in commands for this user.
    ``own`` is the store of the built-in example, which stands for the server's. ``root`` is where absolute
    paths of the configuration are looked up. ``patience`` is how many seconds a store over the network may
    take to answer, None for as long as Dovecot waits.
    """

    name: str
    configuration: Configuration
    pushes: Mapping[str, PushConfig]
    registry: DriverRegistry
    find: Callable[[str], User]
    userdb: Callable[[], Userdb | None]
    said_by: str
    ours: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()
    own: Metadata | None = field(default=None)
    root: Path | None = None
    patience: float | None = None


def diagnose(subject: Subject) -> Diagnosis:
    """Follow the chain from the user to the value, on this machine's disks."""
    user_link, user = check_user(lambda: subject.find("doveadm"), subject.userdb, subject.said_by)
    if user is None and user_link.state is LinkState.BROKEN:
        rest = _skipped((DRIVERS, *REST), "there is no user to look at")
        return conclude(subject.name, (user_link, *rest), ())
    needs = check_drivers(_chains(subject, user or User(subject.name, "", None, None, {})))
    start = (user_link, needs.link)
    if not needs.protocols:
        rest = _skipped(REST, "nobody asks for METADATA")
        if needs.link.is_ok:
            return not_needed(subject.name, (*start, *rest), needs.link.seen)
        return conclude(subject.name, (*start, *rest), ())
    if user is None:
        return conclude(subject.name, (*start, *_skipped(REST, "who the user is isn't known")), ())
    ways = [
        way_to_value(subject, user, needs, protocols) for protocols in _groups(subject, user, needs.protocols)
    ]
    if len(ways) > 1:
        return conclude(subject.name, start, ways)
    alone = [tuple(link._replace(protocols=()) for link in way) for way in ways]
    return conclude(subject.name, start, alone)


def diagnose_live(subject: Subject, store: MetadataStore, where: str, *, is_configured: bool) -> Diagnosis:
    """Ask a running server for the value; ``is_configured`` tells that its configuration is here.

    Raises LiveServerError when it can't be asked.
    """
    if is_configured:
        needs = check_drivers(_chains(subject, User(subject.name, "", None, None, {})))
    else:
        seen = "there is no configuration here that says which drivers ask for METADATA"
        needs = Needs(Link(DRIVERS, LinkState.SKIPPED, seen))
    try:
        entry = _entry(subject, needs, store, PROTOCOLS)
    except UnknownUserError:
        user_link = Link(link_user.NAME, LinkState.BROKEN, f"{where} knows no such user")
        rest = _skipped((DRIVERS, *REST), "there is no user to look at")
        return conclude(subject.name, (user_link, *rest), ())
    user_link = Link(link_user.NAME, LinkState.OK, f"{where} knows the user")
    start = (user_link, needs.link, *_skipped(REST[:2], f"{where} is asked: no disk is looked at here"))
    if is_configured and not needs.protocols:
        skipped = (*start, *_skipped(REST[2:], "nobody asks for METADATA"))
        if needs.link.is_ok:
            return not_needed(subject.name, skipped, needs.link.seen)
        return conclude(subject.name, skipped, ())
    return conclude(subject.name, start, ((entry,),))


def _chains(subject: Subject, user: User) -> Mapping[str, Chain]:
    """Return the drivers of each protocol as they load for a user."""

    def push_of(protocol: str) -> PushConfig:
        if not user.fields:
            return subject.pushes[protocol]
        return subject.configuration.push(protocol, user.fields)

    return {
        protocol: load_chain(
            push_of(protocol),
            registry=subject.registry,
            variables=user_values(user.name, protocol, home=user.home or None),
        )
        for protocol in PROTOCOLS
    }


def _groups(subject: Subject, user: User, protocols: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Put the protocols together that have the same store for the user."""
    if subject.own is not None:
        return [protocols]
    groups: dict[object, tuple[str, ...]] = {}
    for protocol in protocols:
        try:
            place: object = setting_of(subject.configuration, _account(subject, protocol, user), protocol)
        except VariableError as error:
            place = str(error)
        groups[place] = (*groups.get(place, ()), protocol)
    return list(groups.values())


def _account(subject: Subject, protocol: str, user: User) -> User:
    """Return the user as processes of a protocol have it, which usually is no other than ``user``."""
    try:
        return subject.find(protocol)
    except (UserError, VariableError):
        return user


def way_to_value(subject: Subject, user: User, needs: Needs, protocols: tuple[str, ...]) -> tuple[Link, ...]:
    """Return the links from the store of some protocols to the value in it that ``needs`` asks for."""
    user = _account(subject, protocols[0], user)
    if subject.own is not None:
        metadata: Metadata | None = subject.own
        store = Link(link_store.NAME, LinkState.OK, "pushnotif's own store, as this is the built-in example")
    else:
        store, metadata = check_store(
            subject.configuration,
            user,
            protocols[0],
            root=subject.root,
            patience=subject.patience,
        )
    if metadata is None:
        rest = _skipped(REST[1:], "the store can't be read")
        return tuple(link._replace(protocols=protocols) for link in (store, *rest))
    mailbox = check_mailbox(metadata)
    shared = subject.own is None and is_shared(subject.configuration, user, protocols[0])
    creates = can_create(metadata)
    entry = _entry(subject, needs, metadata, protocols, shared=shared, creates=creates)
    if creates:
        # The command that stores the value makes the mailbox too.
        mailbox = mailbox._replace(remedy=(*entry.remedy[:1], *mailbox.remedy[1:]))
    return tuple(link._replace(protocols=protocols) for link in (store, mailbox, entry))


def _entry(
    subject: Subject,
    needs: Needs,
    store: MetadataStore,
    protocols: tuple[str, ...],
    *,
    shared: bool = False,
    creates: bool = False,
) -> Link:
    if needs.scripts and not needs.ox:
        return _entry_of_scripts(needs, store, protocols)
    ways = [reader.user_from_metadata for reader in needs.ox if reader.protocol in protocols]

    def read(value: str) -> Reading:
        return read_value(value, subject.name, from_metadata=any(ways))

    return check_entry(store, METADATA_ENTRY, read, _commands(subject, creates=creates), is_shared=shared)


def _entry_of_scripts(needs: Needs, store: MetadataStore, protocols: tuple[str, ...]) -> Link:
    """Return what is stored for the entries that stand in scripts; what it means, only they know."""
    entries = dict.fromkeys(
        name for reader in needs.scripts if reader.protocol in protocols for name in reader.entries
    )
    found = []
    for name in entries:
        for mailbox, where in (("", "the server"), ("INBOX", "INBOX")):
            try:
                value = store.get(mailbox, name)
            except (MetadataError, MailboxError):
                continue
            if value:
                found.append(f"{name} of {where} = {value}")
    seen = "; ".join(found) or "no entry that stands in the script has a value"
    return Link(link_entry.NAME, LinkState.UNKNOWN, seen)


def _commands(subject: Subject, *, creates: bool) -> tuple[str, ...]:
    """Return the commands that switch the user on."""
    what = ("-u", subject.name, "-s", "", METADATA_ENTRY, f"user={subject.name}")
    create = ("--create",) if creates else ()
    ours = shlex.join(("pushnotif", "metadata", "set", *subject.ours, *create, *what))
    theirs = shlex.join(("doveadm", *subject.theirs, "mailbox", "metadata", "set", *what))
    return (ours, theirs) if subject.own is None else (ours,)


def _skipped(names: tuple[str, ...], why: str) -> tuple[Link, ...]:
    return tuple(Link(name, LinkState.SKIPPED, why) for name in names)
