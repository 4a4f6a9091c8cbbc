"""``dovecot.http`` for a script: its shape is in ``http.lua``, what its calls do in ``http_calls.py``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dovecot_conf.versions import Version
from drivers.log import Log
from drivers.lua.http_settings import HTTP_SETTINGS
from drivers.lua.later import later
from drivers.lua.machine import LuaMachine
from drivers.lua.runtimes import compiled
from drivers.lua.versions import LuaTexts

if TYPE_CHECKING:
    from drivers.http import HttpRequest
    from drivers.http_queue import HttpResult
    from drivers.lua.http_calls import HttpCalls
    from drivers.session import Surroundings

_KINDS_23 = {"text_settings": "string", "number_settings": "number", "boolean_settings": "boolean"}
"""The keys of a client of 2.3 by what they take; others are passed over."""

_CALLS = ("client", "url", "submit", "header")
_PAYLOAD_ARGUMENTS: Mapping[Version, int] = {Version.V23: 2, Version.V24: 3}


class LuaHttp:
    """``dovecot.http`` of one script; ``world`` has the network. ``requests`` are those that were sent.

    ``log_prefix`` stands before the lines of its clients.
    """

    def __init__(
        self,
        machine: LuaMachine,
        checks: Any,
        texts: LuaTexts,
        world: Callable[[], Surroundings],
        log: Log,
        host: dict[str, Callable[..., Any]],
        log_prefix: str,
    ) -> None:
        self._version = version = texts.dialect
        self._world = world
        self._log = log
        self._log_prefix = log_prefix
        self._crash = host["crash"]
        self.requests: list[tuple[HttpRequest, HttpResult]] = []
        calls: dict[str, Callable[..., Any]] = {
            **host,
            **{f"http_{name}": call for name, call in later(self._calls, _CALLS).items()},
        }
        line = texts.header_line
        has: dict[bytes, Any] = {
            b"request_event": "request_event" in texts.has,
            b"payload_arguments": _PAYLOAD_ARGUMENTS[version],
            b"always_asks_first": version is Version.V23,
            b"header_assertion": (
                f"file http-client-request.c: line {line} (http_client_request_add_header_full): "
                'assertion failed: (strpbrk(value, "\\r\\n") == NULL)'
            ).encode(),
        }
        if version is Version.V23:
            known = HTTP_SETTINGS[version]
            for name, kind in _KINDS_23.items():
                has[name.encode()] = machine.array(
                    [key.encode() for key, own in known.items() if own == kind]
                )
        code = compiled(machine.lua, "http")
        machine.extend(code, machine.functions(calls), machine.table(has), checks)

    def _calls(self) -> HttpCalls:
        # Heavy, and not every script sends requests this way.
        from drivers.lua.http_calls import HttpCalls  # noqa: PLC0415

        return HttpCalls(self._version, self._world, self._log, self._log_prefix, self._crash, self.requests)
