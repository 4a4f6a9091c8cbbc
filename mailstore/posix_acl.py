"""POSIX access control lists as Linux keeps them beside the mode of a file (acl(5))."""

from __future__ import annotations

import os
import struct
from collections.abc import Collection
from typing import NamedTuple

_ATTRIBUTE = "system.posix_acl_access"
_VERSION = 2
_HEAD, _ENTRY = struct.Struct("<I"), struct.Struct("<HHI")
_USER_OBJ, _USER, _GROUP_OBJ, _GROUP, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20


class AclEntry(NamedTuple):
    """One entry: the kind of whom it is for, the rights (as in a mode), and the id where it names one."""

    tag: int
    rights: int
    number: int


def read_acl(path: str) -> tuple[AclEntry, ...]:
    """Return the entries of a file's list, none where it has no list (or the system has none at all)."""
    get = getattr(os, "getxattr", None)
    try:
        data: bytes = get(path, _ATTRIBUTE) if get is not None else b""
    except OSError:
        return ()
    if len(data) < _HEAD.size or _HEAD.unpack_from(data)[0] != _VERSION:
        return ()
    body = data[_HEAD.size :]
    return tuple(AclEntry(*fields) for fields in _ENTRY.iter_unpack(body[: len(body) // 8 * 8]))


def rights_in(
    entries: tuple[AclEntry, ...], status: os.stat_result, uid: int, gids: Collection[int], wanted: int
) -> int:
    """Return the rights of a user in a list, as the kernel finds them; ``wanted`` decides among groups."""
    by_tag = {entry.tag: entry.rights for entry in entries}
    if status.st_uid == uid:
        return by_tag.get(_USER_OBJ, 0)
    mask = by_tag.get(_MASK, 7)
    for entry in entries:
        if entry.tag == _USER and entry.number == uid:
            return entry.rights & mask
    of_groups = [
        entry.rights & mask
        for entry in entries
        if (entry.tag == _GROUP_OBJ and status.st_gid in gids)
        or (entry.tag == _GROUP and entry.number in gids)
    ]
    if of_groups:
        return next((rights for rights in of_groups if rights & wanted == wanted), of_groups[0])
    return by_tag.get(_OTHER, 0)
