"""PN704 mail-variable-unknown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Edit, Fix, Severity
from dovecot_conf.errors import VariableError
from dovecot_conf.lint.context import Context
from dovecot_conf.lint.rule import Rule
from dovecot_conf.tree import Setting
from dovecot_conf.variables import expand, user_values
from dovecot_conf.versions import Version

_SETTINGS = {
    Version.V23: frozenset(("mail_location", "mail_attribute_dict")),
    Version.V24: frozenset(("mail_path", "mail_home", "mail_index_path", "mail_control_path")),
}
"""Settings that every session of every user expands."""

_AROUND = frozenset(("protocol", "namespace", "local", "remote", "local_name"))

_NAMES_24 = (
    "user",
    "service",
    "local_ip",
    "remote_ip",
    "local_port",
    "remote_port",
    "session",
    "auth_user",
    "hostname",
    "local_name",
    "protocol",
    "owner_user",
    "master_user",
    "home",
    "owner_home",
)
"""What 2.4 knows of a user (``mail_user_var_expand_params`` of 2.4.1)."""

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


class MailVariableUnknown(Rule):
    """A path of mail has a `%{variable}` or a filter that this version doesn't know.

    Dovecot expands these settings for each session and ends it if it can't: nobody gets at mail. 2.4
    dropped many long names of 2.3 (`%{username}` is `%{user | username}` now), and filters behind `|` are
    unknown to 2.3. `doveconf` does not look.

    Bad:

    ```2.3
    mail_location = maildir:~/mail/%{user | username}
    ```

    ```2.4
    mail_control_path = ~/control/%{username}
    ```

    Dovecot says:

    ```2.3
    Error: Failed to expand settings: mail_location: Unknown variable '%user | username'
    ```

    ```2.4
    Error: Namespace inbox: mail_storage settings: Failed to parse configuration: Failed to expand mail_control_path setting variables: username: No value to get username from
    ```

    Good:

    ```2.3
    mail_location = maildir:~/mail/%{username}
    ```

    ```2.4
    mail_control_path = ~/control/%{user | username}
    ```
    """  # noqa: E501 - Dovecot's own line

    code = "PN704"
    name = "mail-variable-unknown"
    severity = Severity.ERROR
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Expand each of these settings for a made-up user."""
        version = context.version
        values = user_values("user@example.com", "lmtp", home="/home/user")
        if version is Version.V24:
            values = {name: values[name] for name in _NAMES_24}
        for node, enclosing in context.configuration.walk():
            if not isinstance(node, Setting) or node.key not in _SETTINGS[version] or "%" not in node.raw:
                continue
            if context.unclear(node.raw) or not _AROUND.issuperset(section.word for section in enclosing):
                continue
            try:
                expand(node.value, values, version)
            except VariableError as error:
                if _is_certain(error.message):
                    fix = _fix(node) if version is Version.V24 else None
                    hint = fix.title if fix is not None else _hint(version)
                    text = f"{node.key} can't be expanded: {error.message}: every session of every user fails"
                    yield self.found(node.value_span, text, hint=hint, fix=fix)


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
