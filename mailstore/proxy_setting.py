"""Where the dict server of a ``proxy`` dict is, as a configuration says it.

2.3.19.1: ``proxy:[idle_msecs=N:][warn_slow_msecs=N:][SOCKET]:NAME``. 2.4.1: ``dict proxy { name = …
socket_path = … }``. A relative socket is below ``base_dir``. Beyond Dovecot, ``tcp:HOST:PORT`` in
place of the socket is a TCP address.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from mailstore.settings import Block

BASE_DIR = "/run/dovecot"
SOCKET = "dict"
NUMBERS = ("idle_msecs", "warn_slow_msecs")
MAX_UINT = 2**32 - 1
_TCP = re.compile(r"tcp:(\[[^]]+\]|[^:]+):(\d{1,5})", re.ASCII)
NAME_SETTINGS = ("name", "proxy_name", "dict_proxy_name")
SOCKET_SETTINGS = ("socket_path", "proxy_socket_path", "dict_proxy_socket_path")


class TcpAddress(NamedTuple):
    """Where a dict server listens that has no UNIX socket."""

    host: str
    port: int


class ProxySetting(NamedTuple):
    """A dict server: its socket (a path, or ``tcp:HOST:PORT``), and the name it knows the dict by."""

    socket: str
    name: str

    def address(self, below: Callable[[str], Path]) -> Path | TcpAddress:
        """Return where to connect to; ``below`` finds paths of the configuration."""
        tcp = _TCP.fullmatch(self.socket)
        return TcpAddress(tcp[1].strip("[]"), int(tcp[2])) if tcp else below(self.socket)


def parse_proxy_arguments(arguments: str, base_dir: str = BASE_DIR) -> ProxySetting:
    """Read what stands behind ``proxy:`` in 2.3. Raises ValueError with Dovecot's text."""
    rest = arguments
    while (number := next((name for name in NUMBERS if rest.startswith(f"{name}=")), None)) is not None:
        value, colon, behind = rest.removeprefix(f"{number}=").partition(":")
        if not colon:
            raise ValueError(f"Invalid URI: {rest}")
        if not (value.isascii() and value.isdigit() and int(value[:20]) <= MAX_UINT):
            raise ValueError(f"Invalid {number}")
        rest = behind
    if (tcp := _TCP.match(rest)) is not None and rest[tcp.end() : tcp.end() + 1] == ":":
        return ProxySetting(tcp[0], rest[tcp.end() + 1 :])
    path, colon, name = rest.partition(":")
    if not colon:
        raise ValueError(f"Invalid URI: {rest}")
    return ProxySetting(_below(path or SOCKET, base_dir), name)


def proxy_of_block(block: Block, expand: Callable[[str], str], base_dir: str = BASE_DIR) -> ProxySetting:
    """Read 2.4's block of a dict. Raises ValueError with Dovecot's text, VariableError."""
    name = expand(block.value(*NAME_SETTINGS))
    if not name:
        raise ValueError("dict_proxy_name setting is empty")
    path = expand(block.value(*SOCKET_SETTINGS, default=SOCKET))
    return ProxySetting(path if _TCP.fullmatch(path) else _below(path, base_dir), name)


def _below(path: str, base_dir: str) -> str:
    return path if path.startswith("/") else f"{base_dir}/{path}"
