"""PN807 script-writable."""

from __future__ import annotations

import stat
from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from drivers.rules.lua.scripts import local_scripts
from drivers.rules.security.modes import everybody_may

_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm")


class ScriptWritable(Rule):
    """Everybody on the machine can put a script of their own in the place of this one.

    Mail processes run it with the rights of the users whose mail it is about. In `/tmp` everybody
    may make a file that isn't there yet, after each start of the machine.

    Bad:

    ```2.3
    mail_plugins = notify mail_lua push_notification push_notification_lua
    plugin {
      push_notification_driver = lua:file=/tmp/push.lua
    }
    ```

    ```2.4
    mail_plugins = notify mail_lua push_notification push_notification_lua
    push_notification lua {
      lua_file = /tmp/push.lua
    }
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

    Keep the script in a folder into which only root may write, such as `/etc/dovecot`. If everybody can
    write to the script itself, see that nobody has changed it, then `chmod o-w FILE`.
    """

    code = "PN807"
    name = "script-writable"
    severity = Severity.WARNING

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look at the folder of each script, and at the mode of one that is installed."""
        for script, path in local_scripts(context):
            written = script.path or ""
            folder = written.rpartition("/")[0]
            if folder in _FOLDERS and folder != context.configuration.path.rpartition("/")[0]:
                text = f"everybody may write into {folder}, so this script may be anybody's"
                yield self.found(script.span, text, hint="keep it in /etc/dovecot")
            elif everybody_may(path, stat.S_IWOTH):
                yield self.found(script.span, "everybody can change this script", hint=f"chmod o-w {written}")
