"""The %variables of a mail user in values that sessions expand."""

from __future__ import annotations

import re
from typing import NamedTuple

from dovecot_conf.diagnostics import Edit, Fix
from dovecot_conf.errors import VariableError
from dovecot_conf.lint.context import Context
from dovecot_conf.tree import Setting
from dovecot_conf.variables import MAIL_USER_VARIABLES, expand, user_values
from dovecot_conf.versions import Version

_NEW = {
    "username": "user | username",
    "domain": "user | domain",
    "auth_username": "auth_user | username",
    "auth_domain": "auth_user | domain",
    "owner_username": "owner_user | username",
    "owner_domain": "owner_user | domain",
    "rip": "remote_ip",
    "lip": "local_ip",
    "rport": "remote_port",
    "lport": "local_port",
    "pid": "process:pid",
}
"""What 2.4 has instead of long names of 2.3."""

_TOLD = ("Unknown variable", "No such function", "No value to get")
_ELSEWHERE = ("benumber", "decrypt", "encrypt", "lenumber", "list", "lua", "safe", "text")
"""Beginnings of the names of functions that a plugin or a later release has, or that are for numbers."""
_VARIABLE = re.compile(r"%\{(?P<name>\w+)(?P<rest>[^}]*)\}")


class Unknown(NamedTuple):
    """Why a value can't be expanded, in Dovecot's words, and what to do."""

    reason: str
    hint: str
    fix: Fix | None


def why_unknown(context: Context, node: Setting) -> Unknown | None:
    """Return what no session can expand in a value, None if there is no such thing or it isn't certain."""
    if "%" not in node.raw or context.unclear(node.raw):
        return None
    version = context.version
    values = user_values("user@example.com", "lmtp", home="/home/user")
    if version is Version.V24:
        values = {name: values[name] for name in MAIL_USER_VARIABLES[version]}
    try:
        expand(node.value, values, version)
    except VariableError as error:
        if not _is_certain(error.message):
            return None
        fix = _fix(node) if version is Version.V24 else None
        return Unknown(error.message, fix.title if fix is not None else _hint(version), fix)
    return None


def _is_certain(message: str) -> bool:
    """Tell whether an error is there in every release, whatever is loaded."""
    reason = message if message.startswith(_TOLD) else message.partition(": ")[2]
    function = reason.partition("'")[2] if reason.startswith("No such function") else ""
    return reason.startswith(_TOLD) and not function.startswith(_ELSEWHERE)


def _hint(version: Version) -> str:
    if version is Version.V23:
        return "2.3 has %u, %n, %d and %h, or %{user}, %{username}, %{domain} and %{home}, without '|'"
    return "2.4 has %{user}, %{user | username}, %{user | domain} and %{home}"


def _fix(node: Setting) -> Fix | None:
    """Return how the old long names are written in 2.4, None if there are none."""
    edits, written = [], []
    for match in _VARIABLE.finditer(node.raw):
        new = _NEW.get(match["name"])
        if new is not None:
            text = f"%{{{new}{match['rest']}}}"
            start = node.value_start
            edits.append(Edit(node.place(start + match.start(), start + match.end()), text))
            written.append(text)
    return Fix(f"write {', '.join(dict.fromkeys(written))}", tuple(edits)) if edits else None
