"""PN504 lua-script-unreadable."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from drivers.rules.lua.scripts import local_scripts, scripts


class LuaScriptUnreadable(Rule):
    """The script of a `lua` driver does not exist or is no file.

    The driver is not loaded, and neither are those behind it. A relative path, or one with
    %variables, can't be looked up: that is reported as an information. So is a missing script outside of
    the checkout that the configuration lies in: it may be there on the server.

    Bad:

    ```2.3
    mail_plugins = notify mail_lua push_notification push_notification_lua
    plugin {
      push_notification_driver = lua:file=/etc/dovecot/no-such.lua
    }
    ```

    ```2.4
    mail_plugins = notify mail_lua push_notification push_notification_lua
    push_notification lua {
      lua_file = /etc/dovecot/no-such.lua
    }
    ```

    Dovecot says:

    ```2.3
    Error: lua: access(/etc/dovecot/no-such.lua) failed: No such file or directory
    ```

    ```2.4
    Error: lua: dlua settings: Failed to parse configuration: open(/etc/dovecot/no-such.lua) failed: No such file or directory
    ```

    Good:

    ```2.3
    mail_plugins = notify mail_lua push_notification push_notification_lua
    plugin {
      push_notification_driver = lua:file=/etc/dovecot/push.lua
    }
    ```

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

    Correct the path, or put the script there. In a checkout of another machine's files name their root
    with `--root`.
    """  # noqa: E501 - Dovecot's own line

    code = "PN504"
    name = "lua-script-unreadable"
    severity = Severity.ERROR

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look each script up in the file system."""
        for script in scripts(context):
            if script.path is not None and not script.known:
                text = "can't look this script up: its path depends on the user or the working directory"
                yield self.found(script.span, text, severity=Severity.INFO)
        for script, path in local_scripts(context):
            problem = why_unreadable(path)
            if problem:
                hint = "correct the path; with --root it is looked up below that directory"
                missing = problem == os.strerror(errno.ENOENT)
                severity = self.severity
                if missing and context.may_be_elsewhere(path):
                    hint, severity = (
                        "make sure that it is there where Dovecot runs, or use --root",
                        Severity.INFO,
                    )
                text = f"can't read the script {path}: {problem}"
                yield self.found(script.span, text, hint=hint, severity=severity)


def why_unreadable(path: Path) -> str:
    """Return why a script can't be read, '' if it can."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return os.strerror(error.errno or errno.EIO)
    except ValueError:
        return "not a path"
    if stat.S_ISDIR(mode):
        return "it is a directory"
    if not stat.S_ISREG(mode):
        return "it is no regular file"
    return "" if os.access(path, os.R_OK) else os.strerror(errno.EACCES)
