"""The functions of a script that Dovecot calls: what they are given, what they return."""

from __future__ import annotations

from typing import NamedTuple

from drivers.lua.api_names import Parameter, parameters_of
from drivers.lua.entry_points import BEGIN, DEINIT, END, HANDLERS, INIT, USER_FUNCTIONS


class Handler(NamedTuple):
    """A function by name; ``returns`` are types with names, in EmmyLua's notation."""

    name: str
    about: str
    parameters: tuple[Parameter, ...] = ()
    returns: tuple[str, ...] = ()


_CONTEXT = "context: any"
_USER = parameters_of("user: dovecot.User")
_USER_ABOUT = (
    "The user's session begins; mail_lua calls it.",
    "The user's session is about to end; mail_lua calls it.",
    "The user's session ends; mail_lua calls it.",
)
_USER_RETURNS = ("integer result below 0 for a failure", "string? problem")

ALL: tuple[Handler, ...] = (
    Handler(
        INIT, "Called once, behind the script's own code.", returns=("integer result 0, or the script fails",)
    ),
    Handler(DEINIT, "Called once, at the end."),
    Handler(
        BEGIN,
        "A transaction begins; no script works without this function. Dovecot dies of a user that is kept "
        "longer than the transaction, as in a global variable.",
        _USER,
        ("any context for the other functions",),
    ),
    *(
        Handler(name, f"{event} (RFC 5423).", parameters_of(f"{_CONTEXT}, event: push.{event}"))
        for event, name in HANDLERS.items()
    ),
    Handler(
        END,
        "The transaction ends; no script works without this function.",
        parameters_of(f"{_CONTEXT}, success: boolean"),
    ),
    *(
        Handler(name, about, _USER, _USER_RETURNS)
        for name, about in zip(USER_FUNCTIONS, _USER_ABOUT, strict=True)
    ),
)
"""All that ``drivers.lua.entry_points`` names."""
