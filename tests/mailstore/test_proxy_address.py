from __future__ import annotations

from pathlib import Path

import pytest

from mailstore.proxy_address import DictServer, TcpAddress, dict_server


@pytest.mark.parametrize(
    ("socket_path", "name", "server"),
    [
        ("", "m", DictServer(Path("/root/b/dict"), "m")),
        ("/s", "m", DictServer(Path("/root/s"), "m")),
        ("run/s", "m", DictServer(Path("/root/b/run/s"), "m")),
        ("", "a:b", DictServer(Path("/root/b/dict"), "a:b")),
        ("tcp:127.0.0.1:99", "m", DictServer(TcpAddress("127.0.0.1", 99), "m")),
        ("tcp", "127.0.0.1:99:m", DictServer(TcpAddress("127.0.0.1", 99), "m")),
        ("tcp", "[::1]:99:m:n", DictServer(TcpAddress("::1", 99), "m:n")),
        ("tcp", "m", DictServer(Path("/root/b/tcp"), "m")),
        ("tcp", "host:m", DictServer(Path("/root/b/tcp"), "host:m")),
    ],
)
def test_a_server_is_at_a_path_below_the_root_or_at_a_host(
    socket_path: str, name: str, server: DictServer
) -> None:
    assert dict_server(socket_path, name, "/b", lambda path: Path("/root" + path)) == server


def test_without_a_base_dir_it_is_dovecots_own() -> None:
    assert dict_server("", "m", "", Path) == DictServer(Path("/run/dovecot/dict"), "m")
