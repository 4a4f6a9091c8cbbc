"""Whether ``mail_plugins`` lets push notifications run at all.

Source: Dovecot 2.3.19.1 and 2.4.1 of Debian, which give the same texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dovecot_conf.versions import Version
from drivers.texts import LUA_SYMBOLS, MODULE_DIRECTORY, NOTIFY_MISSING, PLUGIN_FILES, UNDEFINED_SYMBOL


@dataclass(frozen=True, slots=True)
class PluginProblem:
    """Why no driver loads, for people and as Dovecot logs it; empty texts if all is well."""

    reason: str = ""
    fatal: str = ""


def plugin_problem(plugins: Sequence[str], version: Version) -> PluginProblem:
    """Return what is wrong with ``mail_plugins`` as far as push notifications go.

    Dovecot loads plugin files by their number, so the order of the names does not matter.
    """
    if "push_notification" in plugins and "notify" not in plugins:
        text = _fill(NOTIFY_MISSING, "push_notification")
        return PluginProblem("mail_plugins has push_notification without notify", text)
    if "push_notification_lua" in plugins:
        for needed, symbol in LUA_SYMBOLS[version].items():
            if needed not in plugins:
                text = _fill(UNDEFINED_SYMBOL, "push_notification_lua", symbol)
                return PluginProblem(f"mail_plugins has push_notification_lua without {needed}", text)
    if "push_notification" not in plugins:
        return PluginProblem("mail_plugins does not have push_notification")
    return PluginProblem()


def _fill(text: str, plugin: str, symbol: str = "") -> str:
    return text.format(directory=MODULE_DIRECTORY, file=PLUGIN_FILES[plugin], symbol=symbol)
