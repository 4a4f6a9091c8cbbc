"""What stands between a user and a notification, as a chain of links, each checked by itself."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

PATIENCE = 10
"""How many seconds, unless somebody says otherwise, one step on the network may take in a check."""


class LinkState(StrEnum):
    """How a check ended. ``unknown``: it can't be told from here. ``skipped``: it wasn't made."""

    OK = "ok"
    BROKEN = "broken"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


class Link(NamedTuple):
    """One link and what was found.

    ``seen`` is one sentence. ``remedy`` says what to do, a command or a setting in each line, the first
    that fits does it. ``notes`` are worth knowing whatever the state. ``protocols`` are those that it
    holds for, none for all. ``where`` is the place it was written at (``file:line:column``), ``rules`` are
    the codes of lint rules that speak about it.
    """

    name: str
    state: LinkState
    seen: str
    remedy: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    protocols: tuple[str, ...] = ()
    where: str = ""
    rules: tuple[str, ...] = ()

    @property
    def is_ok(self) -> bool:
        """Tell whether nothing is in the way here."""
        return self.state is LinkState.OK
