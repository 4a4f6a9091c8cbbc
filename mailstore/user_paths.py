"""Where the paths in a user's settings are: ``~`` is the home, and relative ones begin there.

Source: Dovecot 2.3.19.1 and 2.4.1, whose processes work in the home of their user, in ``/`` without one.
"""

from __future__ import annotations

import os
from collections.abc import Callable


class UnknownPathError(Exception):
    """A path needs a home folder, or a %variable, that nobody knows; the text is what Dovecot says of it."""


def expand_home(path: str, home: str) -> str:
    """Replace ``~`` at the start of a path by the user's home, if there is one."""
    return home + path[1:] if home and is_in_home(path) else path


def is_in_home(path: str) -> bool:
    """Tell whether a path begins with the user's own ``~``."""
    return path == "~" or path.startswith("~/")


def absolute_path(path: str, home: str, below: Callable[[str], str] = str) -> str:
    """Return a path from the root; a relative one begins in ``home`` where that is a folder, else in ``/``.

    ``below`` tells where a path of the configuration is on this machine.
    """
    expanded = expand_home(path, home)
    if expanded.startswith("/"):
        return expanded
    folder = home if home and os.path.isdir(below(home)) else ""
    return f"{folder}/{expanded}"


def expand_any_home(path: str, home: str) -> str:
    """Replace ``~`` and ``~NAME`` at the start of a path, the latter by the home of a system user.

    Raises UnknownPathError.
    """
    if is_in_home(path):
        if not home:
            raise UnknownPathError("Home directory not set for user. Can't expand ~/")
        return expand_home(path, home)
    if not path.startswith("~"):
        return path
    import pwd  # noqa: PLC0415 - few configurations name other users

    name, slash, rest = path[1:].partition("/")
    try:
        found = pwd.getpwnam(name).pw_dir
    except KeyError:
        raise UnknownPathError(f"No home directory for system user. Can't expand ~{name}") from None
    return found + slash + rest
