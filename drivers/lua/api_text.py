"""What ``dovecot`` itself offers: flags, time, addresses and escaped text."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from drivers.lua.machine import LuaMachine, decode, encode
from mailstore.tabescape import escape, unescape

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
        return (
            self.has_flag, self.set_flag, self.clear_flag, self.time, self.nanoseconds, self.microseconds,
            self.ip_family, self.tabescape, self.tabunescape, self.split_tabescaped,
        )  # fmt: skip

    def has_flag(self, value: int, flag: int) -> bool:
        """Whether all bits of ``flag`` are in ``value``."""
        return value & flag == flag

    def set_flag(self, value: int, flag: int) -> int:
        """Both together."""
        return value | flag

    def clear_flag(self, value: int, flag: int) -> int:
        """``value`` without the bits of ``flag``."""
        return value & ~flag

    def time(self) -> tuple[int, int]:
        """Seconds since 1970, and microseconds."""
        now = self._world().clock.now()
        return int(now), int(now % 1 * 1_000_000)

    def nanoseconds(self) -> int:
        """Nanoseconds since the machine started."""
        return time.monotonic_ns()

    def microseconds(self) -> int:
        """Microseconds since the machine started."""
        return time.monotonic_ns() // 1000

    def ip_family(self, text: bytes) -> int:
        """4 or 6, and 0 for what is no address."""
        try:
            return ipaddress.ip_address(decode(text)).version
        except ValueError:
            return 0

    def tabescape(self, text: bytes) -> bytes:
        """Escape tabs and line ends."""
        return encode(escape(decode(text)))

    def tabunescape(self, text: bytes) -> bytes:
        """Undo :meth:`tabescape`."""
        return encode(unescape(decode(text)).partition("\0")[0])

    def split_tabescaped(self, text: bytes) -> Any:
        """Split at tabs, and unescape."""
        return self._machine.array([encode(unescape(part)) for part in decode(text).split("\t")])
