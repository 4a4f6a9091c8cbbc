"""PN706 file-by-content."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Edit, Severity
from dovecot_conf.file_values24 import TYPE
from dovecot_conf.lint.context import Context
from dovecot_conf.lint.fixes.making import safe
from dovecot_conf.lint.rule import Rule
from dovecot_conf.names import table
from dovecot_conf.tree import Section, Setting, ValueKind
from dovecot_conf.versions import Version


class FileByContent(Rule):
    """A setting that is the name of a file has a `<` in front of it.

    In 2.3 `ssl_cert = </path` took the content of the file. In 2.4 `ssl_server_cert_file`, `lua_file` and
    others are names; with the `<` Dovecot reads the file and takes its content for the name of another.
    `doveconf -n` says nothing, but with a certificate the server does not start.

    Bad:

    ```2.4
    mail_plugins = notify mail_lua push_notification push_notification_lua
    push_notification lua {
      lua_file = </etc/dovecot/push.lua
    }
    ```

    ```/etc/dovecot/push.lua
    function dovecot_lua_notify_begin_txn(user) return {} end
    function dovecot_lua_notify_event_message_new(context, event) end
    function dovecot_lua_notify_end_txn(context, success) end
    ```

    Dovecot says:

    ```2.4
    Error: lua: dlua settings: Failed to parse configuration: open(/etc/dovecot/function dovecot_lua_notify_begin_txn(user) return {} end
    ```

    Good:

    ```2.4
    mail_plugins = notify mail_lua push_notification push_notification_lua
    push_notification lua {
      lua_file = /etc/dovecot/push.lua
    }
    ```

    ```/etc/dovecot/push.lua
    function dovecot_lua_notify_begin_txn(user) return {} end
    function dovecot_lua_notify_event_message_new(context, event) end
    function dovecot_lua_notify_end_txn(context, success) end
    ```

    How to fix:

    Take the `<` away, so that the path itself is the value.
    """  # noqa: E501 - Dovecot's own line

    code = "PN706"
    name = "file-by-content"
    severity = Severity.ERROR
    versions = (Version.V24,)
    fixes = (Applicability.SAFE,)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for the sign in front of each name of a file."""
        for node, enclosing in context.configuration.walk():
            if isinstance(node, Setting) and node.kind is ValueKind.FILE and _names_file(node.key, enclosing):
                start = node.value_start
                fix = safe("take the '<' away", Edit(node.place(start, start + 1), ""))
                text = f"the content of the file is taken for the value of {node.key}, which is a name"
                yield self.found(node.value_span, text, hint=fix.title, fix=fix)


def _names_file(key: str, enclosing: tuple[Section, ...]) -> bool:
    """Tell whether a key is that of a file's name; in a block its first words may be left out."""
    known = table(Version.V24).names
    names = (key, *(f"{section.word}_{key}" for section in enclosing))
    return any(name in known and known[name].type == TYPE for name in names)
