"""Acting as the mail user: files of a user are read and written with the user's own rights."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def acting_as(uid: int | None, gid: int | None) -> Iterator[None]:
    """Take the effective user and group for a while, as Dovecot's mail processes do for good.

    Nothing happens when the process isn't root, or when no user is known. The change is one of the
    whole process: no other thread may open files meanwhile.
    """
    if os.geteuid() != 0 or not uid:
        yield
        return
    groups, old_gid = os.getgroups(), os.getegid()
    new_gid = old_gid if gid is None else gid
    os.setgroups([new_gid])
    os.setegid(new_gid)
    os.seteuid(uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(old_gid)
        os.setgroups(groups)
