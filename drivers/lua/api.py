"""What Dovecot's own API does when a script calls it; its shape is in ``api.lua``."""

from __future__ import annotations

import gc
from collections.abc import Callable, Container, Mapping
from typing import TYPE_CHECKING, Any

from dovecot_conf.errors import VariableError
from dovecot_conf.variables import expand
from dovecot_conf.variables23 import Expansion
from dovecot_conf.versions import Version
from drivers.interface import InitContext
from drivers.lua.api_mailboxes import LuaMailboxes
from drivers.lua.api_text import LuaText
from drivers.lua.assertions import Answer, Assertions
from drivers.lua.http_api import LuaHttp
from drivers.lua.later import later
from drivers.lua.machine import LuaMachine, decode, encode
from drivers.lua.plain_calls import PLAIN_CALLS
from drivers.lua.runtimes import compiled
from drivers.lua.script_modules import add_modules
from drivers.lua.versions import DICT, DOVEADM_CLIENT, STORAGE, LuaTexts
from drivers.report import Level

if TYPE_CHECKING:
    from drivers.lua.api_metadata import LuaMetadata
    from drivers.session import Surroundings, UserSession

_METADATA_CALLS = ("metadata_get", "metadata_set", "metadata_list")
_LEVELS: Mapping[bytes, Level] = {
    b"debug": Level.DEBUG,
    b"info": Level.INFO,
    b"warning": Level.WARNING,
    b"error": Level.ERROR,
}


class _Item:
    """Stands for Dovecot's userdata."""

    def __str__(self) -> str:
        return f"userdata: 0x{id(self):x}"


class LuaApi:
    """The API for one script; :meth:`enter` says in which session it is called.

    ``log_prefix`` stands before the lines of the script's events.
    """

    def __init__(self, machine: LuaMachine, context: InitContext, texts: LuaTexts, log_prefix: str) -> None:
        self._machine = machine
        self._context = context
        self._session: UserSession | None = None
        self._texts = texts
        settings = {
            b"has": machine.table({name.encode(): True for name in texts.has}),
            b"log_prefix": log_prefix.encode(),
            b"between_arguments": b"expected %d to %d arguments, got %d",
            b"storage": _constants(machine, STORAGE, texts.lacks),
            b"dict": _constants(machine, DICT) if "dict" in texts.has else None,
            b"doveadm_client": _constants(machine, DOVEADM_CLIENT) if "dict" in texts.has else None,
            b"registered": machine.registered,
        }
        code = compiled(machine.lua, "api")
        self._lua = machine.extend(code, machine.functions(self._host()), machine.table(settings))
        self._new_user = self._lua[b"user"]
        checks = self._lua[b"checks"]
        ends = {"crash": self.crash, "panic": self.panic}
        self.http = LuaHttp(machine, checks, texts, lambda: self._world, context.log, ends, log_prefix)
        add_modules(machine, lambda: self._world, self.http.requests)

    def enter(self, session: UserSession) -> None:
        """Let calls act in this session from now on."""
        self._session = session

    def user(self) -> Any:
        """Return the object of the session's user."""
        session = self._entered
        variables = session.variables
        home = variables.get("home")
        return self._new_user(
            encode(session.username),
            encode(session.protocol),
            float(int(session.surroundings.clock.now())),
            encode(home) if home is not None else None,
            _unix_id(variables.get("uid", "")),
            _unix_id(variables.get("gid", "")),
        )

    def keeps_user(self) -> bool:
        """Tell whether the script still holds on to the object of a user."""
        if not self._lua[b"keeps_user"]():
            return False
        # Frames of ours may hold on to it too, while a cycle with an exception in it holds on to them.
        gc.collect()
        return bool(self._lua[b"keeps_user"]())

    def end_call(self) -> None:
        """Do what Dovecot does after each call of a function of the script."""
        if "event_abort" in self._texts.has:
            self._machine.call_own(self._lua[b"end_call"])

    def hook_results(self, number: Any = None, text: Any = None, *_more: Any) -> tuple[float, bytes | None]:
        """Return the results of a function of a user's as C takes them."""
        found: tuple[float, bytes | None] = self._lua[b"hook_results"](number, text)
        return found

    @property
    def _world(self) -> Surroundings:
        """The surroundings of the session, also before it has begun."""
        world = self._session.surroundings if self._session is not None else self._context.world
        if world is None:
            raise RuntimeError("a script was run without surroundings")
        return world

    @property
    def _entered(self) -> UserSession:
        if self._session is None:
            raise RuntimeError("the API was called outside of a session")
        return self._session

    def _host(self) -> dict[str, Callable[..., Any]]:
        assertions = Assertions(self._texts, self._panic)
        parts = (
            LuaText(self._machine, lambda: self._world),
            LuaMailboxes(self._machine, lambda: self._entered, assertions),
        )

        def metadata() -> LuaMetadata:
            # Heavy, and not every script asks.
            from drivers.lua.api_metadata import LuaMetadata  # noqa: PLC0415

            return LuaMetadata(self._machine, lambda: self._entered, assertions, self._context.log)

        calls: list[Callable[..., Any]] = [
            *PLAIN_CALLS,
            self.item,
            self.log,
            self.crash,
            self.panic,
            self.var_expand,
            self.var_expand_alone,
            self.plugin_getenv,
        ]
        for part in parts:
            calls += part.calls
        return {call.__name__: call for call in calls} | later(metadata, _METADATA_CALLS)

    # Objects and the log

    def item(self) -> _Item:
        """Return something that is a userdata in Lua."""
        return _Item()

    def log(self, level: bytes, text: bytes, forced: bool, replaced: bool) -> None:  # noqa: ARG002
        """Write a log line; ``text`` has its prefix in front."""
        if _LEVELS[level] is Level.DEBUG:
            self._context.log.write_debug("lua", decode(text), forced=forced)
        else:
            self._context.log.write(_LEVELS[level], "lua", decode(text))

    def crash(self, why: bytes) -> None:
        """End the process as a wrong pointer does."""
        self._machine.end_process(f"Dovecot's process dies of signal 11 (SIGSEGV): {decode(why)}")

    def panic(self, text: bytes) -> None:
        """End the process with a line in the log."""
        self._panic(decode(text))

    def _panic(self, text: str) -> None:
        self._context.log.write(Level.PANIC, "lua", text)
        self._machine.end_process("")

    # Settings

    def var_expand(self, text: bytes) -> Answer:
        """Replace %variables, as in settings."""
        session = self._entered
        shown = decode(text)
        if session.version is Version.V23:
            return True, encode(Expansion(session.variables, {}, marks_unknown=True).expand(shown))
        try:
            return True, encode(expand(shown, session.variables, session.version))
        except VariableError as error:
            problem = error.message.removeprefix(f"{shown}: ")
            return False, encode(f"var_expand({shown}) failed: {problem}")

    def var_expand_alone(self, text: bytes) -> Answer:
        """Replace %variables where there is no user (2.4.2)."""
        shown = decode(text)
        try:
            return True, encode(expand(shown, {}, self._texts.dialect))
        except VariableError as error:
            problem = error.message.removeprefix(f"{shown}: ")
            return False, encode(f"failed to expand '{shown}': {problem}")

    def plugin_getenv(self, name: bytes) -> bytes | None:
        """Return a setting of ``plugin {}``, None if it isn't there."""
        value = self._context.plugin.get(decode(name))
        return encode(value) if value is not None else None


def _unix_id(text: str) -> float:
    """Return a uid or gid; without one it is C's -1."""
    return float(text) if text.isdigit() else float(2**32 - 1)


def _constants(machine: LuaMachine, values: Mapping[str, float | str], lacking: Container[str] = ()) -> Any:
    return machine.table(
        {
            name.encode(): value.encode() if isinstance(value, str) else float(value)
            for name, value in values.items()
            if name not in lacking
        }
    )
