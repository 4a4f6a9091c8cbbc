"""A host with two addresses, beside a Dovecot 2.3 in a world of its own where that host exists."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.dovecot.conftest import unavailable
from tests.dovecot.harness.installations import UnavailableError, find_23
from tests.dovecot.harness.listener import Hangup, HttpListener
from tests.dovecot.harness.server import Dovecot
from tests.dovecot.harness.setups import Setup
from tests.dovecot.http_sides import our_side, real_side

HOSTS = "127.0.0.1 localhost two.test\n::1 two.test\n"
PUSH = (
    "push_notification_driver = ox:url=http://two.test:{port}/1 max_retries=2 timeout_msecs=300\n"
    "push_notification_driver2 = ox:url=http://two.test:{port}/2"
)


def addresses(host: str, port: int) -> Sequence[str]:
    """Return what the server's resolver returns, which prefers ::1 (RFC 6724)."""
    assert host == "two.test"
    return ("::1", "127.0.0.1")


@pytest.fixture
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hosts") / "hosts"
    path.write_text(HOSTS, encoding="ascii")
    return path


@contextmanager
def server(hosts: Path, port: int) -> Iterator[Dovecot]:
    """A server that sees another ``/etc/hosts`` than the rest of the machine."""
    mount = f"mount --bind '{hosts}' /etc/hosts"
    if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "sh", "-c", mount], check=False).returncode:
        unavailable("only who may mount can give a server names of its own")
    prefix = ("unshare", "-m", "sh", "-c", mount + ' && exec "$@"', "sh")
    try:
        installation = replace(find_23(), prefix=prefix)
    except UnavailableError as error:
        unavailable(str(error))
    running = Dovecot(installation, Setup(PUSH.format(port=port)))
    try:
        yield running
    finally:
        running.stop()


def test_all_addresses_are_tried_and_the_last_failure_is_told(
    hosts: Path, http_listener: HttpListener
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with server(hosts, port) as running:
        real = real_side(running, http_listener)
        assert any("(2 attempts in N secs)" in line for line in real.log)
        assert our_side(running, http_listener, real.user, resolver=addresses) == real


def test_the_next_address_is_used_when_one_refuses(hosts: Path, http_listener: HttpListener) -> None:
    with server(hosts, http_listener.port) as running:
        real = real_side(running, http_listener)
        assert real.connections == [0, 0]
        assert our_side(running, http_listener, real.user, resolver=addresses) == real


def test_an_address_that_worked_is_the_first_one_of_the_next_attempt(
    hosts: Path, http_listener: HttpListener
) -> None:
    with server(hosts, http_listener.port) as running:
        real = real_side(running, http_listener, lambda: (Hangup(), Hangup()))
        assert len(real.requests) == 4
        assert our_side(running, http_listener, real.user, lambda: (Hangup(), Hangup()), addresses) == real
