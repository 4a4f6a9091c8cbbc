"""With whose rights mail processes open files."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from mailstore.users import User


class Rights(NamedTuple):
    """Whose rights mail processes have: None for a ``uid`` that nobody knows."""

    uid: int | None = None
    gids: Collection[int] = ()

    @classmethod
    def of(cls, user: User | None, groups: Collection[int] = ()) -> Rights:
        """Return the rights of a user of the userdb, who is in other groups besides."""
        if user is None:
            return cls()
        own = () if user.gid is None else (user.gid,)
        return cls(user.uid, (*own, *groups))


NOBODY = Rights()
"""Of whom nothing is known."""
