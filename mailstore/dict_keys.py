"""The first word of a dict's key."""

from __future__ import annotations

PRIVATE, SHARED = "priv", "shared"


def is_private(kind: str) -> bool:
    """Tell whether keys with this first word belong to one user. Raises ValueError for another word."""
    if kind not in (PRIVATE, SHARED):
        raise ValueError(f"a key begins with {PRIVATE}/ or {SHARED}/, not with {kind}")
    return kind == PRIVATE
