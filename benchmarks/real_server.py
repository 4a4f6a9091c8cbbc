"""A real Dovecot 2.3 to measure beside."""

from __future__ import annotations

import smtplib
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.dovecot.harness.installations import UnavailableError, find_23
from tests.dovecot.harness.server import Dovecot
from tests.dovecot.harness.setups import Setup

MAIL = Path(__file__).parents[1] / "fixtures/first-day/mail.eml"
USER = "bob"
DELIVERIES = 300


@contextmanager
def real_server(setup: Setup) -> Iterator[Dovecot | None]:
    """Run a Dovecot 2.3; None, and a line that says so, where there is no Dovecot."""
    try:
        installation = find_23()
    except UnavailableError:
        sys.stderr.write("benchmarks: no Dovecot 2.3 is installed: nothing is measured beside it\n")
        yield None
        return
    server = Dovecot(installation, setup)
    try:
        yield server
    finally:
        server.stop()


def rate_of_real(server: Dovecot) -> float:
    """Return the deliveries a second of a real server to :data:`USER`, over one LMTP connection."""
    mail = MAIL.read_bytes()
    with smtplib.LMTP("127.0.0.1", server.place.lmtp_port) as client:
        begin = time.perf_counter()
        for _ in range(DELIVERIES):
            client.sendmail("alice@example.com", [USER], mail)
        return DELIVERIES / (time.perf_counter() - begin)
