"""PN505 lua-syntax-error."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.positions import Span
from drivers.rules.lua.script_unreadable import why_unreadable
from drivers.rules.lua.scripts import local_scripts

MAX_SCRIPT_SIZE = 4 * 1024 * 1024
"""Larger scripts are not compiled."""

_COMPILE = """
function(source)
  local chunk, problem = load(source, "=script", "t")
  return problem
end
"""


class LuaSyntaxError(Rule):
    """The script of a `lua` driver is no valid Lua.

    Dovecot compiles the script at the start of each session; when that fails the driver is not loaded,
    and neither are those behind it. Here the script is compiled and never run.

    Bad:

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
    function dovecot_lua_notify_begin_txn(user return {} end
    ```

    Dovecot says:

    ```2.3
    Error: lua: lua_load(/etc/dovecot/push.lua) failed: /etc/dovecot/push.lua:1: ')' expected near 'return'
    ```

    ```2.4
    Error: lua: Lua script '/etc/dovecot/push.lua': lua_load(/etc/dovecot/push.lua) failed: /etc/dovecot/push.lua:1: ')' expected near 'return'
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
    ```
    """  # noqa: E501 - Dovecot's own line

    code = "PN505"
    name = "lua-syntax-error"
    severity = Severity.ERROR

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Compile each script that can be read; the finding is in the script, at the line Lua names."""
        for _script, path in local_scripts(context):
            if why_unreadable(path):
                continue
            with path.open("rb") as stream:
                source = stream.read(MAX_SCRIPT_SIZE + 1)
            if len(source) > MAX_SCRIPT_SIZE:
                continue
            problem = compile_problem(source)
            if problem is not None:
                line, text = problem
                yield self.found(Span(str(path), line, 1, line, 1), f"Lua can't compile this script: {text}")


def compile_problem(source: bytes) -> tuple[int, str] | None:
    """Compile a script without running it; return the line and Lua's message, None if it is valid.

    A first line that begins with # is skipped, as Lua's file loader does.
    """
    # The version that Debian's Dovecot has; heavy, so only where there is a script.
    from lupa.lua54 import LuaRuntime  # type: ignore[import-untyped] # noqa: PLC0415

    if source.startswith(b"#"):
        source = source[len(source.split(b"\n", 1)[0]) :]
    runtime = LuaRuntime(encoding=None, register_eval=False, register_builtins=False)
    problem = runtime.eval(_COMPILE)(source)
    if problem is None:
        return None
    text = problem.decode("utf-8", "replace")
    place = re.match(r"script:(?P<line>[0-9]+): (?P<text>.*)", text, re.DOTALL)
    return (int(place["line"]), place["text"]) if place else (1, text)
