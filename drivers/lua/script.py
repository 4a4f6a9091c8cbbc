"""A script that runs in a session, as Dovecot's ``struct dlua_script``: opened, begun, shared, ended."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drivers.interface import InitContext
from drivers.lua.api import LuaApi
from drivers.lua.entry_points import DEINIT, INIT
from drivers.lua.machine import LuaMachine, ProcessEndError, ScriptError, encode
from drivers.lua.versions import LuaTexts, api_texts
from drivers.session_end import SessionEndedError

if TYPE_CHECKING:
    from drivers.session import UserSession

MAX_SCRIPT = 16 * 2**20
"""No push script is larger (bytes)."""


class LuaScript:
    """One script with its Lua state; who made it holds a reference.

    ``log_prefix`` stands before what the script's events log. Raises ScriptError in Dovecot's words when
    the script can't be opened.
    """

    def __init__(self, path: str, context: InitContext, log_prefix: str = "") -> None:
        self.path = path
        self._has_collected = False
        self._user_is_left = False
        self._context = context
        self._log_prefix = log_prefix
        self._texts = api_texts(context.version, context.scripting.api)
        self._references = 1
        self.machine = LuaMachine(context.scripting)
        self.source = _open(self.machine, path, self._texts, context.scripting.root)
        self.api = LuaApi(self.machine, context, self._texts, log_prefix)

    def begin(self, settings: Mapping[str, str]) -> None:
        """Run the script's own code and ``script_init``, unless nothing is run at all.

        ``settings`` are for versions that hand them over. Raises ScriptError, SessionEndedError.
        """
        if self._context.world is None:
            return
        try:
            self.machine.run()
        except ScriptError as error:
            raise ScriptError(f"lua_pcall({self.path}) failed: {error}") from None
        except ProcessEndError as error:
            raise SessionEndedError(str(error)) from None
        finally:
            self.api.end_call()
        if not self.has_function(INIT):
            return
        if self._texts.init_takes_settings:
            table = self.machine.table({encode(name): encode(value) for name, value in settings.items()})
            self.call(INIT, 0, table)
            return
        results = self.call(INIT, 1)
        result = results[0] if results else None
        if not isinstance(result, int) or isinstance(result, bool):
            raise ScriptError("script_init() returned non-number")
        if result != 0:
            raise ScriptError("Script init failed")

    def has_function(self, name: str) -> bool:
        """Tell whether the script has a global function of this name."""
        return self.machine.has_function(name)

    def call(self, function: str, results: int, *arguments: Any) -> tuple[Any, ...]:
        """Call a function as ``dlua_pcall`` does. Raises ScriptError, SessionEndedError."""
        try:
            found = self.machine.call(function, *arguments)
        except ScriptError as error:
            text = f"lua_pcall({function}, {len(arguments)}, {results}) failed: {error}"
            raise ScriptError(text) from None
        except ProcessEndError as error:
            raise SessionEndedError(str(error)) from None
        finally:
            self.api.end_call()
        if found is None:
            raise ScriptError(f"'{function}' is not a function")
        return found

    def enter(self, session: UserSession) -> None:
        """Let the script's calls act in this session."""
        self.api.enter(session)

    def collect_garbage(self) -> None:
        """Let go of what the script doesn't use any more; what is left decides who is still referenced."""
        self._has_collected, self._user_is_left = True, False
        self.machine.collect_garbage()

    def leave_user(self) -> None:
        """Leave the object of a user to Lua's garbage, until that is collected."""
        self._user_is_left = True

    @property
    def keeps_user(self) -> bool:
        """Tell whether the script referred to a user when garbage was collected for the last time.

        No function of the script is called between that and the end of the user, when this is asked.
        """
        return self._user_is_left or (self._has_collected and self.api.keeps_user())

    def refer(self) -> LuaScript:
        """Add a reference."""
        self._references += 1
        return self

    def release(self) -> None:
        """Take a reference away; the last one ends the script with ``script_deinit``."""
        self._references -= 1
        if self._references or self._context.world is None or not self.has_function(DEINIT):
            return
        try:
            self.call(DEINIT, 0)
        except ScriptError as error:
            self._context.log.write_error("lua", f"{self._log_prefix}{DEINIT}() failed: {error}")


def _open(machine: LuaMachine, path: str, texts: LuaTexts, root: str) -> bytes:
    opened = root + path if path.startswith("/") else path
    try:
        if path and Path(opened).is_dir():
            raise ScriptError(
                texts.load_failed.format(file=path, error=f"cannot read {path}: Is a directory")
            )
        with open(encode(opened), "rb") as file:
            source = file.read(MAX_SCRIPT + 1)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        if isinstance(error, PermissionError) and os.access(path, os.F_OK):
            # Dovecot only asks whether it is there, and leaves it to Lua to open it.
            raise ScriptError(
                texts.load_failed.format(file=path, error=f"cannot open {path}: {reason}")
            ) from None
        raise ScriptError(texts.unreadable.format(file=path, error=reason)) from None
    if len(source) > MAX_SCRIPT:
        raise ScriptError(f"{path} has more than {MAX_SCRIPT} bytes")
    try:
        machine.compile(source, path)
    except ScriptError as error:
        raise ScriptError(texts.load_failed.format(file=path, error=error)) from None
    return source
