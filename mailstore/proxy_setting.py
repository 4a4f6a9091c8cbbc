"""The ``proxy`` dict, as a configuration names it.

2.3.19.1: ``proxy:[idle_msecs=N:][warn_slow_msecs=N:][SOCKET]:NAME``. 2.4.1: ``dict proxy { name = …
socket_path = … }``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mailstore.settings import Block

DRIVER = "proxy"
NUMBERS = ("idle_msecs", "warn_slow_msecs")
MAX_UINT = 2**32 - 1
NAME_SETTINGS = ("proxy_name", "dict_proxy_name")
SOCKET_SETTINGS = ("socket_path", "proxy_socket_path", "dict_proxy_socket_path")


@dataclass(frozen=True, slots=True)
class ProxySetting:
    """A dict ``name`` behind a dict server.

    ``socket_path`` is absolute, relative to ``base_dir``, or "" for Dovecot's own server;
    ``base_dir`` is the setting, "" when it isn't set.
    """

    name: str
    socket_path: str = ""
    base_dir: str = ""

    @property
    def location(self) -> str:
        """The place of the pairs, for people."""
        return f"{DRIVER}:{self.socket_path}:{self.name}"


def parse_proxy_arguments(arguments: str, base_dir: str = "") -> ProxySetting:
    """Read what stands behind ``proxy:`` in 2.3. Raises ValueError with Dovecot's text."""
    rest = arguments
    while (number := next((name for name in NUMBERS if rest.startswith(f"{name}=")), None)) is not None:
        value, colon, behind = rest.removeprefix(f"{number}=").partition(":")
        if not colon:
            raise ValueError(f"Invalid URI: {rest}")
        if not (value.isascii() and value.isdigit() and int(value[:20]) <= MAX_UINT):
            raise ValueError(f"Invalid {number}")
        rest = behind
    path, colon, name = rest.partition(":")
    if not colon:
        raise ValueError(f"Invalid URI: {rest}")
    return ProxySetting(name, path, base_dir)


def proxy_of_block(block: Block, expand: Callable[[str], str], base_dir: str = "") -> ProxySetting:
    """Read 2.4's block of a dict. Raises ValueError with Dovecot's text, VariableError."""
    # In a block of another name, ``name`` is that of the dict itself.
    short = ("name",) if block.name == DRIVER else ()
    name = expand(block.value(*short, *NAME_SETTINGS))
    if not name:
        raise ValueError("dict_proxy_name setting is empty")
    return ProxySetting(name, expand(block.value(*SOCKET_SETTINGS)), base_dir)
