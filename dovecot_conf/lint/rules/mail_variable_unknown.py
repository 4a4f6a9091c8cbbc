"""PN704 mail-variable-unknown."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Severity
from dovecot_conf.lint.context import Context
from dovecot_conf.lint.rule import Rule
from dovecot_conf.lint.user_variables import why_unknown
from dovecot_conf.tree import Setting
from dovecot_conf.versions import Version

_SETTINGS = {
    Version.V23: frozenset(("mail_location", "mail_attribute_dict")),
    Version.V24: frozenset(("mail_path", "mail_home", "mail_index_path", "mail_control_path")),
}
"""Settings that every session of every user expands."""

_AROUND = frozenset(("protocol", "namespace", "local", "remote", "local_name"))


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

    How to fix:

    Use a variable of the version: in 2.3 `%u`, `%n`, `%d` and `%h`, or `%{user}`, `%{username}`,
    `%{domain}` and `%{home}` without `|`; in 2.4 `%{user}`, `%{user | username}`, `%{user | domain}` and
    `%{home}`.
    """  # noqa: E501 - Dovecot's own line

    code = "PN704"
    name = "mail-variable-unknown"
    severity = Severity.ERROR
    fixes = (Applicability.UNSAFE,)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Expand each of these settings for a made-up user."""
        version = context.version
        for node, enclosing in context.configuration.walk():
            if not isinstance(node, Setting) or node.key not in _SETTINGS[version]:
                continue
            if not _AROUND.issuperset(section.word for section in enclosing):
                continue
            wrong = why_unknown(context, node)
            if wrong is not None:
                text = f"{node.key} can't be expanded: {wrong.reason}: every session of every user fails"
                yield self.found(node.value_span, text, hint=wrong.hint, fix=wrong.fix)
