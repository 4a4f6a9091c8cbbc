"""With whose rights mail processes open files."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from dovecot_conf import Configuration
from mailstore.groups import groups_of
from mailstore.users import User


class Rights(NamedTuple):
    """Whose rights mail processes have: None for a ``uid`` that nobody knows."""

    uid: int | None = None
    gids: Collection[int] = ()

    @classmethod
    def of(cls, user: User | None, configuration: Configuration, protocol: str) -> Rights:
        """Return the rights of a user's processes of a protocol; of nobody where the user isn't known."""
        return cls() if user is None else cls(user.uid, groups_of(user, configuration, protocol))


NOBODY = Rights()
"""Of whom nothing is known."""
