"""PN806 tls-key-world-readable."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.tree import Setting, ValueKind
from dovecot_conf.versions import Version
from drivers.rules.security.modes import everybody_may

_KEYS = {
    Version.V23: ("ssl_key", "ssl_client_key", "ssl_alt_key"),
    Version.V24: ("ssl_server_key_file", "ssl_server_alt_key_file", "ssl_client_key_file"),
}


class TlsKeyWorldReadable(Rule):
    """Everybody on the machine can read the private key of the server.

    Dovecot reads keys as root, before it drops its rights, so mode 0600 is enough. Only keys below
    `/etc` and `/usr/local/etc` are looked at, since modes in a checkout mean nothing.

    Bad:

    ```2.3
    ssl_key = </etc/dovecot/key.pem
    ```

    ```2.4
    ssl_server_key_file = /etc/dovecot/key.pem
    ```

    ```/etc/dovecot/key.pem
    -----BEGIN PRIVATE KEY-----
    ```

    Good:

    ```2.3
    ssl_key = </etc/dovecot/private/key.pem
    ```

    ```2.4
    ssl_server_key_file = /etc/dovecot/private/key.pem
    ```

    ```/etc/dovecot/private/key.pem
    -----BEGIN PRIVATE KEY-----
    ```

    How to fix:

    Take the key from the others: `chmod 600 FILE`, with root as its owner. If somebody may have read it,
    replace it and its certificate.
    """

    code = "PN806"
    name = "tls-key-world-readable"
    severity = Severity.WARNING

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look at the mode of every file that a setting for keys names."""
        for node, _enclosing in context.configuration.walk():
            if not isinstance(node, Setting) or node.key not in _KEYS[context.version]:
                continue
            is_file = node.kind is ValueKind.FILE or context.version is Version.V24
            if is_file and node.value.startswith("/") and _is_open(context.locate(node.value)):
                text = "everybody on this machine can read the private key"
                yield self.found(node.value_span, text, hint=f"chmod 600 {node.value}")


def _is_open(path: Path) -> bool:
    return everybody_may(path, stat.S_IROTH)
