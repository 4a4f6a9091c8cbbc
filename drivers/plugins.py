"""Whether ``mail_plugins`` lets push notifications run at all.

Source: Dovecot 2.3.19.1 and 2.4.1 of Debian, seen running.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dovecot_conf.push import PushConfig
from dovecot_conf.versions import Version
from drivers.report import Level

_MODULE_DIRECTORY = "/usr/lib/dovecot/modules"
_PUSH_FILE = f"{_MODULE_DIRECTORY}/lib20_push_notification_plugin.so"
_LUA_FILE = f"{_MODULE_DIRECTORY}/lib22_push_notification_lua_plugin.so"
_LUA_SYMBOLS: Mapping[str, str] = {
    "mail_lua": "dlua_dovecot_register",
    "push_notification": "push_notification_get_events",
}
"""What the Lua plugin takes from other plugins, in the order in which it is missed."""


@dataclass(frozen=True, slots=True)
class PluginProblem:
    """Why no driver loads.

    ``reason`` is for people. ``message`` is what Dovecot logs with ``level`` before it ends the
    session; empty if push notifications are merely absent.
    """

    reason: str
    level: Level = Level.FATAL
    message: str = ""


@dataclass(frozen=True, slots=True)
class _Style:
    """How a process words a plugin that can't be loaded."""

    level: Level = Level.FATAL
    prefix: str = ""
    hint: str = ""


_HINT = " (you must set: mail_plugins=$mail_plugins notify)"
_USUAL_STYLE = _Style(Level.ERROR, hint=_HINT)
_STYLES: Mapping[tuple[Version, str], _Style] = {
    (Version.V23, "lmtp"): _Style(),
    (Version.V23, "lda"): _Style(hint=_HINT),
    (Version.V23, "doveadm"): _Style(),
    (Version.V24, "lmtp"): _Style(prefix="Raw user initialization failed: ", hint=_HINT),
    (Version.V24, "lda"): _Style(hint=_HINT),
    (Version.V24, "doveadm"): _Style(),
}


def plugin_problem(push: PushConfig) -> PluginProblem | None:
    """Return what is wrong with ``mail_plugins`` as far as push notifications go, None if nothing.

    Dovecot loads plugin files by their number, so the order of the names does not matter. Where the userdb
    gives a list of its own to the user the process loads what is in either list, and calls a plugin only
    for users whose list has it. But what ``notify`` hears of goes to ``push_notification`` whether or not
    that is one of them, which ends the process.
    """
    process = push.process
    if process is None or process.plugins == push.plugins:
        return _problem_of_list(push)
    for loaded in (process, push._replace(plugins=(*process.plugins, *push.plugins))):
        problem = _problem_of_list(loaded)
        if problem is not None and problem.message:
            return problem
    return _ended_by(push, process.plugins) or _unheard(push.plugins)


def _problem_of_list(push: PushConfig) -> PluginProblem | None:
    style = _STYLES.get((push.version, push.protocol), _USUAL_STYLE)
    opening = f"{style.prefix}Couldn't load required plugin"
    plugins = push.plugins
    if "push_notification" in plugins and "notify" not in plugins:
        message = f"{opening} {_PUSH_FILE}: Plugin notify must be loaded also{style.hint}"
        return PluginProblem("mail_plugins has push_notification without notify", style.level, message)
    if "push_notification_lua" in plugins:
        for needed, symbol in _LUA_SYMBOLS.items():
            if needed not in plugins:
                message = f"{opening} {_LUA_FILE}: dlopen() failed: {_LUA_FILE}: undefined symbol: {symbol}"
                reason = f"mail_plugins has push_notification_lua without {needed}"
                return PluginProblem(reason, style.level, message)
    if "push_notification" not in plugins:
        return PluginProblem("mail_plugins does not have push_notification")
    return None


_NO_CONTEXT = "Module context push_notification_user_module missing"
_INTERNAL_PANICS: Mapping[Version, str] = {Version.V23: _NO_CONTEXT, Version.V24: "no notify_mail_txn found"}
"""How LMTP ends when only the user, and not the process's own user for raw mails, has push_notification."""


def _ended_by(push: PushConfig, process: tuple[str, ...]) -> PluginProblem | None:
    """Return what ends the process when something happens in a mailbox."""
    loads, has = "push_notification" in process, "push_notification" in push.plugins
    if loads and not has and "notify" in push.plugins:
        reason = "the process has push_notification, and the list of the user notify alone"
        return PluginProblem(reason, Level.PANIC, _NO_CONTEXT)
    if push.protocol == "lmtp" and has and not loads and "notify" in process:
        reason = "the list of the user has push_notification, and that of the process notify alone"
        return PluginProblem(reason, Level.PANIC, _INTERNAL_PANICS[push.version])
    return None


def _unheard(own: tuple[str, ...]) -> PluginProblem | None:
    """Return why nothing that happens is heard of."""
    if "push_notification" not in own:
        return PluginProblem("the list of the user does not have push_notification")
    if "notify" not in own:
        return PluginProblem("the list of the user has push_notification without notify, which hears nothing")
    return None
