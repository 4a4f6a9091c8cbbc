"""Where the server of a ``proxy`` dict listens.

A relative socket is below ``base_dir`` (2.3.19.1 and 2.4.1). Beyond Dovecot, ``tcp:HOST:PORT`` in place
of the socket is a TCP address.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from dovecot_conf.base_dir import BASE_DIR

SOCKET = "dict"
_TCP = re.compile(r"tcp:(\[[^]]+\]|[^:]+):(\d{1,5})", re.ASCII)


class TcpAddress(NamedTuple):
    """Where a dict server listens that has no UNIX socket."""

    host: str
    port: int


class DictServer(NamedTuple):
    """A dict server, and the name it knows the dict by."""

    address: str | TcpAddress
    name: str


def dict_server(socket_path: str, name: str, base_dir: str, below: Callable[[str], str]) -> DictServer:
    """Return the server that a setting names; ``below`` finds absolute paths of the configuration.

    ``socket_path`` is "" for Dovecot's own server, ``base_dir`` "" when it isn't set.
    """
    # 2.3's URI is cut at its first colon, where an address has more of them.
    whole = f"tcp:{name}" if socket_path == "tcp" else f"{socket_path}:{name}"
    tcp = _TCP.match(whole)
    if tcp is not None and whole[tcp.end() : tcp.end() + 1] == ":":
        return DictServer(TcpAddress(tcp[1].strip("[]"), int(tcp[2])), whole[tcp.end() + 1 :])
    path = socket_path or SOCKET
    return DictServer(below(path if path.startswith("/") else f"{base_dir or BASE_DIR}/{path}"), name)
