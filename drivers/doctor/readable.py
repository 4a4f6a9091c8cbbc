"""The link of the rights: whether the mail user may use the store of METADATA that drivers ask for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from dovecot_conf.errors import MailboxError, VariableError
from drivers.doctor.branch import Branch
from drivers.doctor.chains import chain_of
from drivers.doctor.examination import SoFar, skipped
from drivers.doctor.links import rights_of, user_of
from drivers.doctor.patient import Patient
from drivers.link_drivers import reader_of
from mailstore.dict_values import FileSetting, FsSetting, ProxySetting, RedisSetting
from mailstore.link_store import give_to, setting_of, socket_of
from mailstore.links import Link, LinkState
from mailstore.readable import Obstacle, ObstacleKind, Right, in_words, readable_by
from mailstore.user_paths import absolute_path, expand_home
from mailstore.users import User

NAME = "readable"


class Thing(NamedTuple):
    """A path that the mail user needs, what it is for, and how; ``may_lack``: it need not be there yet."""

    path: str
    what: str
    right: Right = Right.READ
    may_lack: bool = False


def check_readable(patient: Patient, protocol: str, _so_far: SoFar) -> Iterator[Branch]:
    """Look along the way to the store with the rights of the mail user."""
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
    uid, gids = patient.once(rights_of, protocol)
    if uid is None:
        seen = "which uid the mail user has isn't known: neither the userdb nor mail_uid says it"
        yield Branch(Link(NAME, LinkState.UNKNOWN, seen, ("set mail_uid, or the field uid in the userdb",)))
        return
    found = [(thing, obstacle) for thing in things if (obstacle := _obstacle(patient, thing, uid, gids))]
    if not found:
        names = ", ".join(f"{thing.what} {thing.path}" for thing in things)
        yield Branch(Link(NAME, LinkState.OK, f"{in_words(uid, gids)} may use {names}"))
        return
    thing, obstacle = next((one for one in found if one[1].kind is not ObstacleKind.UNKNOWN), found[0])
    state = LinkState.UNKNOWN if obstacle.kind is ObstacleKind.UNKNOWN else LinkState.BROKEN
    seen = f"{thing.what} {thing.path}: {obstacle.text}"
    is_file = thing.right is Right.READ and obstacle.kind is ObstacleKind.FORBIDDEN
    remedy = give_to(user, thing.path) if is_file and obstacle.path == thing.path else obstacle.remedy
    yield Branch(Link(NAME, state, seen, tuple(filter(None, (remedy,)))))


def _obstacle(patient: Patient, thing: Thing, uid: int, gids: Collection[int]) -> Obstacle | None:
    found = readable_by(thing.path, uid, gids, patient.places.root, right=thing.right)
    if found is None or found.kind is not ObstacleKind.MISSING or not thing.may_lack:
        return found
    # The file, and any folder above it, is made with the first value.
    folder = Path(found.path).parent
    return readable_by(folder, uid, gids, patient.places.root, right=Right.SEARCH)


def _things(patient: Patient, protocol: str, user: User) -> Iterator[Thing]:
    chain = patient.once(chain_of, protocol)
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
            yield Thing(absolute_path(setting.path, user.home), "the store", may_lack=True)
        case FsSetting():
            yield Thing(expand_home(setting.prefix, user.home), "the store", Right.SEARCH, may_lack=True)
        case RedisSetting() | ProxySetting():
            path = socket_of(setting)
            if path:
                yield Thing(path, "the socket of the store", Right.WRITE)
