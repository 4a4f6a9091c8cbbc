"""The global functions of a script that Dovecot calls."""

from __future__ import annotations

from drivers.lua.driver import HANDLERS

BEGIN, END = "dovecot_lua_notify_begin_txn", "dovecot_lua_notify_end_txn"
PREFIX = "dovecot_lua_notify_"

USER_FUNCTIONS = ("mail_user_created", "mail_user_deinit_pre", "mail_user_deinit")
"""Those of the mail_lua plugin, which can share a script with this driver."""

CALLED: tuple[str, ...] = (BEGIN, *HANDLERS.values(), END, "script_init", "script_deinit", *USER_FUNCTIONS)
"""All of them."""
