"""The global functions of a script that Dovecot calls."""

from __future__ import annotations

import re
from collections.abc import Mapping

from drivers.event_names import RFC5423_EVENTS

PREFIX = "dovecot_lua_notify_"
LOG_PREFIX = "lua: "
BEGIN, END = f"{PREFIX}begin_txn", f"{PREFIX}end_txn"
INIT, DEINIT = "script_init", "script_deinit"


def handler_name(event: str) -> str:
    """Return the name of the function for an event: each capital is an underscore and a small letter."""
    return f"{PREFIX}event" + re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", event)


HANDLERS: Mapping[str, str] = {event: handler_name(event) for event in RFC5423_EVENTS}
"""The function for each event, in the order in which Dovecot registers events."""

CREATED, DEINIT_PRE, USER_DEINIT = "mail_user_created", "mail_user_deinit_pre", "mail_user_deinit"
USER_FUNCTIONS = (CREATED, DEINIT_PRE, USER_DEINIT)
"""Those of the mail_lua plugin, which can share a script with this driver."""

CALLED: tuple[str, ...] = (BEGIN, *HANDLERS.values(), END, INIT, DEINIT, *USER_FUNCTIONS)
"""All of them."""
