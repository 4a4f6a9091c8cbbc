"""PN808 cleartext-auth."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.versions import Version
from drivers.rules.definitions import is_on

_SETTING = {Version.V23: "disable_plaintext_auth", Version.V24: "auth_allow_cleartext"}


class CleartextAuth(Rule):
    """Users may send their passwords without TLS.

    Clients then do so whenever they are set up without TLS, or somebody on the way hides STARTTLS from
    them. Not even a proxy that ends TLS needs it: what comes from `login_trusted_networks` is trusted
    without, and so are connections from the machine itself.

    Bad:

    ```2.3
    disable_plaintext_auth = no
    ```

    ```2.4
    auth_allow_cleartext = yes
    ```

    Good:

    ```2.3
    disable_plaintext_auth = yes
    ```

    ```2.4
    auth_allow_cleartext = no
    ```

    How to fix:

    Remove the setting, or set `ssl = required`. Behind a proxy that ends TLS remove it too, and name the
    proxy in `login_trusted_networks`: connections from there count as secure (in 2.4 not with
    `ssl = required`).
    """

    code = "PN808"
    name = "cleartext-auth"
    severity = Severity.INFO

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look at the setting outside of all filters, unless TLS is required."""
        settings = context.configuration.settings()
        value = settings.get(_SETTING[context.version])
        if value is None or context.unclear(value.raw):
            return
        allowed = is_on(value) is (context.version is Version.V24)
        if allowed and settings.value("ssl").lower() != "required":
            text = "passwords are taken from connections without TLS"
            yield self.found(value.span, text, hint="set ssl = required, or remove it")
