"""What ``dovecot`` itself offers that needs the clock, or makes tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from drivers.lua.machine import LuaMachine, decode, encode
from mailstore.tabescape import unescape

if TYPE_CHECKING:
    from drivers.session import Surroundings


class LuaText:
    """The calls that need no user; ``world`` has the clock."""

    def __init__(self, machine: LuaMachine, world: Callable[[], Surroundings]) -> None:
        self._machine = machine
        self._world = world

    @property
    def calls(self) -> tuple[Callable[..., Any], ...]:
        """The functions for ``api.lua``, by their names."""
        return (self.time, self.split_tabescaped)

    def time(self) -> tuple[int, int]:
        """Seconds since 1970, and microseconds."""
        now = self._world().clock.now()
        return int(now), int(now % 1 * 1_000_000)

    def split_tabescaped(self, text: bytes) -> Any:
        """Split at tabs, and unescape."""
        return self._machine.array([encode(unescape(part)) for part in decode(text).split("\t")])
