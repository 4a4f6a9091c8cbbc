"""The mail_lua plugin: calls functions of its script when a user is made, and when it ends."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

from dovecot_conf.errors import VariableError
from dovecot_conf.push import PushConfig
from dovecot_conf.variables import expand
from dovecot_conf.versions import Version
from drivers.interface import InitContext
from drivers.lua.entry_points import CREATED, DEINIT_PRE, USER_DEINIT
from drivers.lua.machine import ScriptError, decode
from drivers.lua.script import LuaScript
from drivers.lua.settings import SHARED_PLUGIN, SHARED_SETTING, expanded_settings
from drivers.lua.versions import TEXTS
from drivers.user_plugin import UserFailedError, UserPlugin

if TYPE_CHECKING:
    from drivers.session import UserSession

_INTS = range(-(2**31), 2**31)
_LEAST = _INTS[0]


class MailLua(UserPlugin):
    """A script that stays: it has ``mail_user_created``, which didn't fail. 2.3's driver may share it."""

    name: ClassVar[str] = SHARED_PLUGIN

    def __init__(self, script: LuaScript, context: InitContext) -> None:
        self.script = script
        self._log = context.log

    @classmethod
    def create(cls, push: PushConfig, context: InitContext) -> MailLua | None:
        """Run the script and ``mail_user_created``; None when there is no script, or it doesn't stay."""
        path, settings = _configured(push, context)
        if path is None:
            return None
        try:
            script = LuaScript(path, context)
        except ScriptError as error:
            text = TEXTS[context.version].created.format(file=path, error=error)
            raise UserFailedError(text) from None
        plugin = cls(script, context)
        if context.session is None:
            return plugin if _would_stay(script, context) else None
        try:
            script.begin(settings)
        except ScriptError as error:
            script.release()
            raise UserFailedError(f"dlua_script_init({path}) failed: {error}") from None
        problem = plugin.call_hook(CREATED, context.session)
        if problem is not None:
            script.release()
        if problem:
            raise UserFailedError(problem)
        return plugin if problem is None else None

    @property
    def keeps_user(self) -> bool:
        """Tell whether the script still refers to the user."""
        return self.script.keeps_user

    def deinit_pre(self, session: UserSession) -> None:
        """Call ``mail_user_deinit_pre``."""
        self._report(self.call_hook(DEINIT_PRE, session))

    def deinit(self, session: UserSession) -> None:
        """Call ``mail_user_deinit``, and let the script go."""
        self._report(self.call_hook(USER_DEINIT, session))
        self.script.release()

    def call_hook(self, hook: str, session: UserSession) -> str | None:
        """Call a function; return None if that went well, '' if there is none, or what went wrong."""
        if not self.script.has_function(hook):
            return ""
        self._log.write_debug("", f"mail-lua: Calling {hook}(user)")
        self.script.enter(session)
        try:
            results = self.script.call(hook, 2, self.script.api.user())
        except ScriptError as error:
            return f"{hook}(user) failed: {error}"
        number, text = self.script.api.hook_results(*results)
        self.script.collect_garbage()
        if _as_int(number) >= 0:
            return None
        return f"{hook}(user) failed: {decode(text) if text is not None else '(null)'}"

    def _report(self, problem: str | None) -> None:
        if problem:
            self._log.write_error("", f"mail-lua: {problem}")


def shared_script(context: InitContext) -> LuaScript:
    """Return the script of the user's mail_lua plugin, which has to be there."""
    plugin = context.user_plugins[MailLua.name]
    if not isinstance(plugin, MailLua):
        raise TypeError(f"{MailLua.name} is another plugin")
    return plugin.script


def _configured(push: PushConfig, context: InitContext) -> tuple[str | None, dict[str, str]]:
    """Return the path of the script, None without one, and its settings. Raises UserFailedError."""
    if context.version is Version.V23:
        return context.plugin.get(SHARED_SETTING), {}
    if not push.mail_lua.file:
        return None, {}
    variables = context.variables
    try:
        path = expand(push.mail_lua.file, variables, context.version)
        return path, expanded_settings(push.mail_lua.settings, variables)
    except VariableError as error:
        text = TEXTS[context.version].created.format(file=push.mail_lua.file, error=error.message)
        raise UserFailedError(text) from None


def _would_stay(script: LuaScript, context: InitContext) -> bool:
    """Tell from a script's text whether it stays, where scripts aren't run."""
    from drivers.lua.source.script import ScriptText  # noqa: PLC0415 - heavy, and only for who looks

    text = ScriptText(script.path, script.source, context.version, context.scripting.lua)
    return text.may_define(CREATED)


def _as_int(number: float) -> int:
    """Return a number as a C int; what is none, or doesn't fit, is the least one (x86-64)."""
    if not math.isfinite(number):
        return _LEAST
    return int(number) if int(number) in _INTS else _LEAST
