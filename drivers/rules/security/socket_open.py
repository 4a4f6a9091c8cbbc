"""PN805 socket-open-to-all."""

from __future__ import annotations

import stat
from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule

_CHECKED_MODE = 0o666
_SOCKETS = (
    ("auth", "auth-userdb", "look up every user"),
    ("auth", "auth-master", "look up every user, with the fields of the password database"),
    ("dict", "dict", "read and change what the dict server keeps for all, such as METADATA"),
    ("dict", "dict-async", "read and change what the dict server keeps for all, such as METADATA"),
    ("doveadm", "doveadm-server", "run any command of doveadm"),
)


class SocketOpenToAll(Rule):
    """Everybody on the machine may use a socket that is meant for Dovecot.

    For `auth-userdb` the mode 0666 is the default, and special: Dovecot checks who asks and about whom.
    With any other mode it trusts whoever can connect, so 0777 gives away all users. The dict server
    believes every name that it is told.

    Bad:

    ```2.3
    service dict {
      unix_listener dict {
        mode = 0666
      }
    }
    ```

    ```2.4
    service dict {
      unix_listener dict {
        mode = 0666
      }
    }
    ```

    Good:

    ```2.3
    service dict {
      unix_listener dict {
        mode = 0660
        group = vmail
      }
    }
    ```

    ```2.4
    service dict {
      unix_listener dict {
        mode = 0660
        group = vmail
      }
    }
    ```

    How to fix:

    Set `mode = 0660`, with the group of the processes that need the socket. For `auth-userdb` 0666, the
    default, will do as well.
    """

    code = "PN805"
    name = "socket-open-to-all"
    severity = Severity.WARNING

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look at the modes of the sockets that give something away."""
        settings = context.configuration.settings()
        for service, socket, power in _SOCKETS:
            value = settings.get(f"service/{service}/unix_listener/{socket}/mode")
            if value is None:
                continue
            try:
                mode = int(value.text, 8)
            except ValueError:
                continue
            checked = socket == "auth-userdb" and mode == _CHECKED_MODE
            if mode & stat.S_IWOTH and not checked:
                hint = (
                    "use 0666, which Dovecot checks" if socket == "auth-userdb" else "use 0660 with a group"
                )
                yield self.found(value.span, f"everybody on this machine can {power}", hint=hint)
