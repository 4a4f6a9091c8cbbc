"""The link of the rights: whether the mail user may read what the drivers of a protocol need."""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from dovecot_conf.errors import MailboxError, VariableError
from drivers.doctor.branch import Branch
from drivers.doctor.chains import chain_of
from drivers.doctor.examination import SoFar, skipped
from drivers.doctor.links import user_of
from drivers.doctor.patient import Patient
from drivers.link_drivers import reader_of
from mailstore.attribute_dict import expand_home
from mailstore.dict_values import FileSetting, FsSetting, ProxySetting, RedisSetting
from mailstore.link_store import setting_of, socket_of
from mailstore.links import Link, LinkState
from mailstore.readable import Obstacle, ObstacleKind, Right, readable_by
from mailstore.settings import read_blocks
from mailstore.users import User

NAME = "readable"


class Thing(NamedTuple):
    """A path that the mail user needs, what it is for, and how; ``may_lack``: it need not be there yet."""

    path: str
    what: str
    right: Right = Right.READ
    may_lack: bool = False


def check_readable(patient: Patient, protocol: str, _so_far: SoFar) -> Iterator[Branch]:
    """Look along the ways to the store and the scripts with the rights of the mail user."""
    user = user_of(patient, protocol)
    things = () if user is None else tuple(_things(patient, protocol, user))
    if user is None or not things:
        why = (
            "who the user is isn't known"
            if user is None
            else "no driver needs a file or socket of this machine"
        )
        yield skipped(NAME, why)
        return
    if user.uid is None:
        seen = "which uid the mail user has isn't known: neither the userdb nor mail_uid says it"
        yield Branch(Link(NAME, LinkState.UNKNOWN, seen, ("set mail_uid, or the field uid in the userdb",)))
        return
    gids = groups_of(patient, protocol, user)
    found = [(thing, obstacle) for thing in things if (obstacle := _obstacle(patient, thing, user.uid, gids))]
    if not found:
        names = ", ".join(f"{thing.what} {thing.path}" for thing in things)
        who = f"uid {user.uid} gid {' '.join(map(str, gids)) or '(none)'}"
        yield Branch(Link(NAME, LinkState.OK, f"{who} may use {names}"))
        return
    thing, obstacle = next((one for one in found if one[1].kind is not ObstacleKind.UNKNOWN), found[0])
    state = LinkState.UNKNOWN if obstacle.kind is ObstacleKind.UNKNOWN else LinkState.BROKEN
    seen = f"{thing.what} {thing.path}: {obstacle.text}"
    yield Branch(Link(NAME, state, seen, tuple(filter(None, (obstacle.remedy,)))))


def _obstacle(patient: Patient, thing: Thing, uid: int, gids: tuple[int, ...]) -> Obstacle | None:
    found = readable_by(thing.path, uid, gids, patient.places.root, right=thing.right)
    if found is None or found.kind is not ObstacleKind.MISSING or not thing.may_lack:
        return found
    # The file, and any folder above it, is made with the first value.
    folder = Path(found.path).parent
    return readable_by(folder, uid, gids, patient.places.root, right=Right.SEARCH)


def _things(patient: Patient, protocol: str, user: User) -> Iterator[Thing]:
    chain = patient.once(chain_of, protocol)
    for path in dict.fromkeys(getattr(entry.driver, "script_path", "") for entry in chain.loaded):
        if path:
            yield Thing(path, "the script")
    if patient.own is None and any(
        reader_of(protocol, entry, patient.places.prefix) for entry in chain.loaded
    ):
        yield from _store(patient, protocol, user)


def _store(patient: Patient, protocol: str, user: User) -> Iterator[Thing]:
    """Yield what the dict of METADATA needs: a file, a folder of files, or the socket of a server."""
    try:
        setting = setting_of(patient.configuration, user, protocol)
    except (VariableError, MailboxError):
        return
    match setting:
        case FileSetting():
            yield Thing(expand_home(setting.path, user.home), "the store", may_lack=True)
        case FsSetting():
            yield Thing(expand_home(setting.prefix, user.home), "the store", Right.SEARCH, may_lack=True)
        case RedisSetting() | ProxySetting():
            path = socket_of(setting)
            if path:
                yield Thing(path, "the socket of the store", Right.WRITE)


def groups_of(patient: Patient, protocol: str, user: User) -> tuple[int, ...]:
    """Return the groups of the process: the user's own, and those that Dovecot adds.

    These are mail_access_groups, the extra_groups of the service, and with the userdb field
    system_groups_user the groups that list that system user (2.3.19.1 and 2.4.1).
    """
    settings = patient.configuration.settings(protocol)
    names = list(settings.words("mail_access_groups"))
    names += _extra_groups(patient, protocol)
    found = [] if user.gid is None else [user.gid]
    for name in names:
        try:
            found.append(int(name) if name.isdecimal() else grp.getgrnam(name).gr_gid)
        except KeyError:
            continue
    system_user = user.fields.get("system_groups_user")
    if system_user:
        with contextlib.suppress(KeyError, OSError):
            # As initgroups() has it: the groups that list the user, beside the gid of the mail user.
            found += os.getgrouplist(system_user, user.gid or pwd.getpwnam(system_user).pw_gid)
    return tuple(dict.fromkeys(found))


def _extra_groups(patient: Patient, protocol: str) -> list[str]:
    """Return the extra_groups of the service; dovecot-lda is no service."""
    if protocol == "lda":
        return []
    services = read_blocks(patient.configuration, protocol).of_kind("service")
    block = next((one for one in services if one.name == protocol), None)
    text = block.value("extra_groups", default="") if block is not None else ""
    text = text or patient.configuration.settings(protocol).value("default_internal_group", "dovecot")
    return text.replace(",", " ").split()
