"""The modules that scripts require; requests of ``socket.http`` go through the session's own transport."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from drivers.lua.machine import LuaMachine
from drivers.lua.runtimes import compiled, source_of

if TYPE_CHECKING:
    from drivers.http import HttpRequest
    from drivers.http_queue import HttpResult
    from drivers.session import Surroundings

_LONGEST = 3600.0


def add_modules(
    machine: LuaMachine,
    world: Callable[[], Surroundings],
    requests: list[tuple[HttpRequest, HttpResult]],
) -> None:
    """Let scripts require LuaSocket's modules, ``cjson``, ``dkjson`` and ``json`` (``modules/preload.lua``).

    ``requests`` receives what is sent.
    """

    def exchange(*arguments: Any) -> tuple[Any, ...]:
        # Heavy, and not every script sends requests this way.
        from drivers.lua.socket_exchange import exchange  # noqa: PLC0415

        return exchange(machine, world(), requests, *arguments)

    def now() -> float:
        return world().clock.now()

    def sleep(seconds: float) -> None:
        world().clock.sleep(min(float(seconds), _LONGEST))

    calls: dict[str, Callable[..., Any]] = {
        "module_source": _source,
        "exchange": exchange,
        "now": now,
        "sleep": sleep,
    }
    preload = compiled(machine.lua, "modules/preload")
    machine.extend(preload, machine.functions(calls), machine.extender, machine.null)


def _source(name: bytes) -> bytes:
    return source_of(f"modules/{name.decode()}")
