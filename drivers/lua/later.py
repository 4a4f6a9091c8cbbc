"""Calls whose modules are loaded when a script first makes one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any


def later(load: Callable[[], object], names: Iterable[str]) -> dict[str, Callable[..., Any]]:
    """Return functions by name, which are methods of what ``load`` returns at the first call of any."""
    loaded = cache(load)

    def call(name: str) -> Callable[..., Any]:
        def called(*arguments: Any) -> Any:
            return getattr(loaded(), name)(*arguments)

        return called

    return {name: call(name) for name in names}
