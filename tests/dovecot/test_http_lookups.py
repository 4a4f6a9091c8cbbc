"""A name server that takes its time, beside a running Dovecot."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.dovecot.conftest import unavailable
from tests.dovecot.harness.installations import Installation, UnavailableError, find_23, find_24
from tests.dovecot.harness.listener import HttpListener
from tests.dovecot.harness.names import SlowNames
from tests.dovecot.harness.server import Dovecot
from tests.dovecot.harness.setups import Setup
from tests.dovecot.http_sides import our_side, real_side

PUSH = {
    "2.3": "push_notification_driver = ox:url=http://slow.test:%d/ max_retries=0 timeout_msecs=150",
    "2.4": "push_notification ox {\n  url = http://slow.test:%d/\n  http_client_request_timeout = 150ms\n}\n",
}
DELAY = 0.3


def slow_addresses(host: str, port: int) -> Sequence[str]:
    time.sleep(DELAY)
    return ("127.0.0.1",)


def installation(version: str, tmp_path: Path) -> Installation:
    """An installation whose processes ask a name server on 127.0.0.1."""
    try:
        found = find_23() if version == "2.3" else find_24(os.environ)
    except UnavailableError as error:
        unavailable(str(error))
    settings = tmp_path / "resolv.conf"
    settings.write_text("nameserver 127.0.0.1\noptions timeout:5 attempts:1\n", encoding="ascii")
    mount = f"mount --bind '{settings}' '{found.filesystem / 'etc' / 'resolv.conf'}'"
    if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "sh", "-c", mount], check=False).returncode:
        unavailable("only who may mount can give a server another name server")
    return replace(found, prefix=("unshare", "-m", "sh", "-c", mount + ' && exec "$@"', "sh", *found.prefix))


@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_a_slow_lookup_counts_in_24_and_not_in_23(
    version: str, tmp_path_factory: pytest.TempPathFactory, http_listener: HttpListener
) -> None:
    place = installation(version, tmp_path_factory.mktemp("names"))
    try:
        names = SlowNames(DELAY)
    except OSError as error:
        unavailable(f"no name server on port 53 of 127.0.0.1: {error}")
    with names:
        running = Dovecot(place, Setup(PUSH[version] % http_listener.port))
        try:
            real = real_side(running, http_listener)
            assert bool(real.requests) == (version == "2.3")
            assert our_side(running, http_listener, real.user, resolver=slow_addresses) == real
        finally:
            running.stop()
