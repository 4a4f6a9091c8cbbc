"""How many deliveries a second, beside a bare HTTP client and a real Dovecot 2.3 with the same driver.

Run with ``python -m benchmarks.drivers`` (``--markdown`` for a table to paste). The ratios that count:

- ``ox`` over HTTP on loopback: at least 0.7 times httpx sending the same bodies,
  and at least 4 times the real server's deliveries;
- dry runs: at least 20 times the real server's deliveries;
- memory after 100,000 deliveries: at most 1.1 times that after 10,000.

All are measured in one run, alternately, and the best of the rounds counts. Ends with 1 when a ratio is
missed; what needs a real server is left out, and said so, where there is none.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import httpx

from benchmarks.answering import answering
from benchmarks.rates import Row, print_rows, rates
from benchmarks.real_server import MAIL, USER, rate_of_real, real_server
from dovecot_conf import loads, user_values
from drivers import (
    DriverRegistry,
    DryRunTransport,
    MailUser,
    Outcome,
    SimulationReport,
    Surroundings,
    SystemClock,
    Transport,
    deliver,
)
from drivers.http_transport import HttpcoreTransport
from drivers.load import Load, LoadRun
from mailstore.message import Message
from mailstore.state import MailboxState
from tests.dovecot.harness.setups import Setup

HTTP_NOTIFY = "/private/vendor/vendor.dovecot/http-notify"
CONFIG = "protocols = lmtp\nmail_plugins = notify push_notification\nplugin {{\n  {driver}\n}}\n"
DRIVER = "push_notification_driver = ox:url=http://127.0.0.1:{port}/notify"
ROUNDS = 5
DELIVERIES = 1500
FEW, MANY = 10_000, 100_000


def delivering(port: int, transport: Transport) -> Callable[[int], SimulationReport]:
    """Return what delivers one mail, each in a session of its own."""
    push = loads(CONFIG.format(driver=DRIVER.format(port=port))).push("lmtp")
    surroundings = Surroundings(lambda _: "user=bob", transport, SystemClock())
    registry, message = DriverRegistry.installed(), Message.from_bytes(MAIL.read_bytes())
    user = MailUser("bob", user_values("bob", "lmtp", home="/home/bob"))

    def session(number: int) -> SimulationReport:
        return deliver(
            push,
            user=user,
            mailbox=MailboxState(uidvalidity=1700000000, uid=number + 1, unseen=number),
            message=message,
            registry=registry,
            surroundings=surroundings,
        )

    return session


def rate_of_ours(session: Callable[[int], SimulationReport], outcome: Outcome) -> float:
    """Return our deliveries a second, which must all end with this outcome."""
    tally = LoadRun(session, Load(DELIVERIES), SystemClock()).run(lambda _: None)
    assert tally.outcomes == {outcome.value: DELIVERIES}, tally.outcomes
    return tally.throughput


def rate_of_httpx(session: Callable[[int], SimulationReport]) -> float:
    """Return how many of the same bodies httpx sends in a second."""
    request = session(0).transactions[0].drivers[0].requests[0]
    body, headers = request.body.encode(), {"Content-Type": "application/json; charset=utf-8"}
    with httpx.Client() as client:
        begin = time.perf_counter()
        for _ in range(DELIVERIES):
            client.put(request.url, content=body, headers=headers).raise_for_status()
        return DELIVERIES / (time.perf_counter() - begin)


def memory_after(count: int) -> int:
    """Return the greatest memory of a process that plays so many dry deliveries, in KiB."""
    command = [sys.executable, "-m", "benchmarks.drivers", "--memory", str(count)]
    return int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def print_memory(count: int) -> None:
    """Play dry deliveries and print the greatest memory of this process."""
    LoadRun(delivering(1, DryRunTransport()), Load(count), SystemClock()).run(lambda _: None)
    sys.stdout.write(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}\n")


def setup(port: int) -> Setup:
    """Return a server with the driver."""
    return Setup(push=DRIVER.format(port=port), extra="mail_debug = no\n")


def measure() -> Iterator[Row]:
    """Yield all ratios."""
    with answering() as port, real_server(setup(port)) as server:
        if server is not None:
            server.create_mailbox(USER, "INBOX")
            server.set_metadata(USER, HTTP_NOTIFY, "user=bob")
        ox = delivering(port, HttpcoreTransport())
        dry = delivering(port, DryRunTransport())
        bare, real, sent, shown = [], [], [], []
        for _ in range(ROUNDS):
            bare.append(rate_of_httpx(ox))
            sent.append(rate_of_ours(ox, Outcome.SENT))
            shown.append(rate_of_ours(dry, Outcome.WOULD_SEND))
            if server is not None:
                real.append(rate_of_real(server))
    yield rates("ox over HTTP, beside httpx with the same bodies", max(sent), max(bare), 0.7)
    if real:
        yield rates("ox over HTTP, beside Dovecot 2.3", max(sent), max(real), 4)
        yield rates("dry run, beside Dovecot 2.3 with HTTP", max(shown), max(real), 20)
    few, many = memory_after(FEW), memory_after(MANY)
    what = f"memory after {MANY:,} deliveries, beside {FEW:,}"
    yield Row(what, f"{many / 1024:.0f} MiB", f"{few / 1024:.0f} MiB", many / few, 1.1, at_most=True)


def main() -> int:
    """Measure and print; return 1 if a ratio is missed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.drivers", description=__doc__.split("\n", 1)[0]
    )
    parser.add_argument("--markdown", action="store_true", help="print a table for the documentation")
    parser.add_argument("--memory", type=int, metavar="N", help="play N dry deliveries, print the memory")
    options = parser.parse_args()
    if options.memory:
        print_memory(options.memory)
        return 0
    return print_rows(measure(), markdown=options.markdown)


if __name__ == "__main__":
    sys.exit(main())
