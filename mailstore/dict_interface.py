"""What every dict can do, whatever it keeps its pairs in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from dovecot_conf.errors import DictError


class SilentDictError(DictError):
    """A dict over the network didn't answer within ``seconds``."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class Dict(Protocol):
    """Keys and values of one user, as METADATA uses them.

    Keys are Dovecot's: ``priv/GUID/NAME`` for the user's own, ``shared/GUID/NAME``. All methods
    raise DictError with one line that says which store failed and why.
    """

    def lookup(self, key: str) -> str | None:
        """Return the value of a key, None when it has none."""

    def keys_below(self, path: str) -> Iterable[str]:
        """Return what stands behind ``path`` in each key that begins with it, a plain string prefix."""

    def update(self, changes: Mapping[str, str | None]) -> None:
        """Set the keys of ``changes`` to their values, remove those whose value is None: all or nothing."""
