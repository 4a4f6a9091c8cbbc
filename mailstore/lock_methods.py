"""How writers of a dict file keep one another out."""

from __future__ import annotations

from enum import StrEnum


class LockMethod(StrEnum):
    """How writers keep one another out; all writers of a file must use the same."""

    DOTLOCK = "dotlock"
    FCNTL = "fcntl"
    FLOCK = "flock"
