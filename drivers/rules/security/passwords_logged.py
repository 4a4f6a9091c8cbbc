"""PN802 passwords-logged."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from drivers.rules.definitions import is_on


class PasswordsLogged(Rule):
    """Passwords of users are written into the log.

    `auth_debug_passwords = yes` logs every password that is tried, and so does
    `auth_verbose_passwords = plain` for those that are wrong, which mostly are the right ones with a
    slip. Both are for a search of an hour, not for a server that people use. `sha1` and a number of
    letters (`sha1:6`) are enough to tell slips from attacks.

    Bad:

    ```2.3
    auth_debug_passwords = yes
    ```

    ```2.4
    auth_debug_passwords = yes
    ```

    Good:

    ```2.3
    auth_verbose_passwords = sha1:6
    ```

    ```2.4
    auth_verbose_passwords = sha1:6
    ```

    How to fix:

    Remove `auth_debug_passwords` once the search is over, and write `auth_verbose_passwords = sha1:6` or
    remove it. Delete the logs that hold passwords.
    """

    code = "PN802"
    name = "passwords-logged"
    severity = Severity.WARNING

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look at both settings."""
        settings = context.configuration.settings()
        debug = settings.get("auth_debug_passwords")
        if debug is not None and is_on(debug):
            text = "every password that is tried is written into the log"
            yield self.found(debug.span, text, hint="remove it once the search is over")
        wrong = settings.get("auth_verbose_passwords")
        if wrong is not None and wrong.text.partition(":")[0].lower() in ("plain", "yes"):
            text = "passwords that are refused are written into the log as they are typed"
            yield self.found(wrong.span, text, hint="write sha1:6")
