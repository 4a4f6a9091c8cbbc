"""Texts of Dovecot's framework that differ between versions, as tables."""

from __future__ import annotations

from collections.abc import Mapping

from dovecot_conf.versions import Version

UNKNOWN_DRIVER: Mapping[Version, str] = {
    Version.V23: "Unknown push notification driver: {name}",
    Version.V24: (
        "Unable to identify push notification driver '{block}': Name does not match any registered drivers"
    ),
}
UNKNOWN_VARIABLE: Mapping[Version, str] = {
    Version.V23: "Failed to expand plugin setting {setting} = '{text}': {error}",
    Version.V24: "Failed to expand {setting} setting variables: {error}",
}
PLUGIN_FILES: Mapping[str, str] = {
    "push_notification": "lib20_push_notification_plugin.so",
    "push_notification_lua": "lib22_push_notification_lua_plugin.so",
}
NOTIFY_MISSING = "Couldn't load required plugin {directory}/{file}: Plugin notify must be loaded also"
UNDEFINED_SYMBOL = (
    "Couldn't load required plugin {directory}/{file}: "
    "dlopen() failed: {directory}/{file}: undefined symbol: {symbol}"
)
LUA_SYMBOLS: Mapping[Version, Mapping[str, str]] = {
    Version.V23: {"mail_lua": "dlua_dovecot_register"},
    Version.V24: {"mail_lua": "dlua_dovecot_register", "push_notification": "push_notification_get_events"},
}
MODULE_DIRECTORY = "/usr/lib/dovecot/modules"
