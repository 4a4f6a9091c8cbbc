"""PN801 secret-world-readable."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.tree import Setting
from drivers.rules.security.modes import everybody_may

_NAME = re.compile(r"(?:\A|[_/])(?:password|nonce|secret|api_key)\Z")
_IN_VALUE = re.compile(r"https?://[^\s/@:\"]+:[^\s/@\"]+@|\A\"?redis:(?:\S*:)?password=[^:\s]")
_ELSEWHERE = ("<", "$", "%", "{{", "{%")


class SecretWorldReadable(Rule):
    """Everybody on the machine can read a file that holds a password.

    Dovecot reads its configuration as root, so the file can be of mode 0600. Programs that users start
    themselves (`dovecot-lda`, `doveadm`) read it as the user: keep the secret in a file of its own then,
    which `!include_try` passes over where it can't be read. Only files below `/etc` and `/usr/local/etc`
    are looked at: in a checkout, or below `--root`, modes mean nothing.

    Bad:

    ```2.3
    doveadm_password = change-me
    ```

    ```2.4
    doveadm_password = change-me
    ```

    Good:

    ```2.3
    !include_try doveadm-password.conf.ext
    ```

    ```2.4
    !include_try doveadm-password.conf.ext
    ```

    How to fix:

    Let only root read the file: `chmod 600 FILE`, with root as its owner. If users start `dovecot-lda` or
    `doveadm` themselves, move the secret to a file of its own with mode 0600, and name that with
    `!include_try`.
    """

    code = "PN801"
    name = "secret-world-readable"
    severity = Severity.WARNING

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for the first secret of each file that others may read."""
        paths = {source.path for source in context.configuration.files}
        open_to_all = {path for path in paths if everybody_may(Path(path), stat.S_IROTH)}
        if not open_to_all:
            return
        for node, _enclosing in context.configuration.walk():
            if not isinstance(node, Setting) or not _is_secret(node):
                continue
            path = node.key_span.file
            if path in open_to_all:
                open_to_all.remove(path)
                text = f"everybody can read this file, and {node.key} holds a secret"
                yield self.found(node.key_span, text, hint=f"chmod 600 {path}")


def _is_secret(setting: Setting) -> bool:
    value = setting.raw.lstrip('"')
    if not value or value.startswith(_ELSEWHERE):
        return False
    return _NAME.search(setting.key) is not None or _IN_VALUE.search(setting.raw) is not None
