"""How fast the lua driver is, beside the same functions called through lupa and a real Dovecot 2.3.

Run with ``python -m benchmarks.lua`` (``--markdown`` for a table to paste). The script, ``collect.lua``,
collects the fields of each event and joins them. The ratios that count:

- transactions, each with one new mail, in one user session: at least 0.5 times the rate at which lupa calls
  the same three functions with a table that is ready;
- the same transactions: at least 20 times the deliveries of the real server with that script;
- starting the driver, up to ``script_init``, in a new process: at most 3 times a process that imports lupa
  and compiles the script.

Ours is everything that a simulation does: storing the mail, the events with their fields, the log lines,
the limits of the script. Whole deliveries by LMTP, each with a session and two Lua states of its own as in
Dovecot, are shown as well; nothing is wanted of them. All are measured in one run, alternately, and the
best of the rounds counts. Ends with 1 when a ratio is missed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import lupa.lua54

from benchmarks.processes import Program, best
from benchmarks.rates import Row, print_rows, rates
from benchmarks.real_server import MAIL, USER, rate_of_real, real_server
from dovecot_conf import PushConfig, loads, user_values
from drivers import DriverRegistry, DryRunTransport, MailUser, Surroundings, SystemClock, deliver
from drivers.process import Part, Process
from drivers.session import SharedHttp
from mailstore.message import Message
from mailstore.simulated import SimulatedMailboxes
from mailstore.state import MailboxState
from tests.dovecot.harness.setups import Setup

SCRIPT = Path(__file__).with_name("collect.lua")
PLUGINS = ("notify", "push_notification", "mail_lua", "push_notification_lua")
DRIVER = "push_notification_driver = lua:file={script}"
CONFIG = "protocols = lmtp\nmail_plugins = {plugins}\nplugin {{\n  {driver}\n}}\n"
READY = {
    b"name": b"MessageNew", b"mailbox": b"INBOX", b"uid": 1.0, b"uid_validity": 1700000000.0,
    b"from": b"Alice <alice@example.com>", b"from_address": b"alice@example.com",
    b"from_display_name": b"Alice", b"to": b"bob@example.com", b"to_address": b"bob@example.com",
    b"to_display_name": b"", b"subject": b"Lunch on Thursday,\n or on Friday?", b"date": 1707118872.0,
    b"tz": 60.0, b"message_id": b"<lunch@example.com>",
    b"snippet": b"Hi Bob, the cafe at the corner has a \"new\" menu. Thursday at noon?",
}  # fmt: skip
STARTS = {
    "ours": """
from dovecot_conf.positions import Span
from dovecot_conf.push import DriverDefinition, DriverOption
from dovecot_conf.versions import Version
from drivers.interface import InitContext
from drivers.log import Log
from drivers.lua.driver import LuaDriver
place = Span("-", 1, 1, 1, 1)
option = DriverOption("file", {script!r}, place)
definition = DriverDefinition("push_notification_driver", "lua", (option,), place)
LuaDriver(definition, InitContext(Version.V23, Log(), world=object()))
""",
    "theirs": """
import lupa
lupa.LuaRuntime(encoding=None).execute(open({script!r}, "rb").read())
""",
}
ROUNDS, QUICK_ROUNDS = 7, 2
TRANSACTIONS, DELIVERIES = 500, 200


def push_config() -> PushConfig:
    """Return the configuration with the script."""
    text = CONFIG.format(plugins=" ".join(PLUGINS), driver=DRIVER.format(script=SCRIPT))
    return loads(text).push("lmtp")


def surroundings() -> Surroundings:
    """Return a world without METADATA and network."""
    return Surroundings(lambda _: None, DryRunTransport(), SystemClock())


def rate_of_transactions() -> float:
    """Return the transactions a second of one user session, each with one new mail."""
    world, message = surroundings(), Message.from_bytes(MAIL.read_bytes())
    user = MailUser(USER, user_values(USER, "lmtp", home="/home/bob"))
    part = Part(push_config(), user, SimulatedMailboxes(), lambda _: None, world)
    process = Process(part, DriverRegistry.installed(), SharedHttp(world.transport, world.clock))
    begun = process.begin(part)
    assert begun is not None, process.log.lines
    _, actions = begun
    begin = time.perf_counter()
    for _ in range(TRANSACTIONS):
        actions.deliver("INBOX", message)
    seconds = time.perf_counter() - begin
    assert (
        sum("Called dovecot_lua_notify_end_txn" in line.message for line in process.log.lines) == TRANSACTIONS
    )
    return TRANSACTIONS / seconds


def rate_of_lupa() -> float:
    """Return how often a second lupa calls the three functions, with a table that is ready."""
    lua = lupa.lua54.LuaRuntime(encoding=None)
    lua.execute(SCRIPT.read_bytes())
    begin_txn, message_new, end_txn = (
        lua.globals()[b"dovecot_lua_notify_" + name]
        for name in (b"begin_txn", b"event_message_new", b"end_txn")
    )
    user = lua.table_from({b"username": b"bob"})
    flags = {b"flags": lua.table_from([]), b"keywords": lua.table_from([])}
    event = lua.table_from({**READY, **flags})
    begin = time.perf_counter()
    for _ in range(TRANSACTIONS):
        context = begin_txn(user)
        message_new(context, event)
        end_txn(context, True)
    return TRANSACTIONS / (time.perf_counter() - begin)


def rate_of_deliveries() -> float:
    """Return our deliveries a second, each in a session of its own."""
    push, world, registry = push_config(), surroundings(), DriverRegistry.installed()
    user = MailUser(USER, user_values(USER, "lmtp", home="/home/bob"))
    message = Message.from_bytes(MAIL.read_bytes())
    begin = time.perf_counter()
    for number in range(DELIVERIES):
        state = MailboxState(uidvalidity=1700000000, uid=number + 1, unseen=number)
        deliver(push, user=user, mailbox=state, message=message, registry=registry, surroundings=world)
    return DELIVERIES / (time.perf_counter() - begin)


def setup() -> Setup:
    """Return a server with the script."""
    return Setup(
        push=DRIVER.format(script="@root@/collect.lua"),
        extra="mail_debug = no\n",
        plugins=PLUGINS,
        files=(("collect.lua", SCRIPT.read_text("utf-8")),),
    )


def starts(rounds: int) -> Row:
    """Compare processes that start the driver with those that import lupa and compile the script."""
    with tempfile.TemporaryDirectory() as cache:
        # Both find their modules compiled, as after an installation.
        environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environ |= {"PYTHONPYCACHEPREFIX": cache, "PYTHONPATH": str(Path(__file__).parents[1])}
        programs = [
            Program([sys.executable, "-c", code.format(script=str(SCRIPT))], environ)
            for code in STARTS.values()
        ]
        ours, theirs = best(programs, rounds + 1)
    ratio = ours.seconds / theirs.seconds
    what = "start of the driver, beside importing lupa and compiling"
    return Row(
        what, f"{ours.seconds * 1000:.0f} ms", f"{theirs.seconds * 1000:.0f} ms", ratio, 3, at_most=True
    )


def measure(rounds: int) -> Iterator[Row]:
    """Yield all ratios."""
    transactions, bare, deliveries, real = 0.0, 0.0, 0.0, 0.0
    with real_server(setup()) as server:
        if server is not None:
            server.create_mailbox(USER, "INBOX")
        for _ in range(rounds):
            transactions = max(transactions, rate_of_transactions())
            bare = max(bare, rate_of_lupa())
            deliveries = max(deliveries, rate_of_deliveries())
            if server is not None:
                real = max(real, rate_of_real(server))
    yield rates("transactions, beside lupa with a ready table", transactions, bare, 0.5)
    if real:
        yield rates("transactions, beside deliveries of Dovecot 2.3", transactions, real, 20)
        yield rates("whole deliveries, beside those of Dovecot 2.3", deliveries, real, 0)
    yield starts(rounds)


def main() -> int:
    """Measure and print; return 1 if a ratio is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lua", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--markdown", action="store_true", help="print a table for the documentation")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    options = parser.parse_args()
    return print_rows(measure(QUICK_ROUNDS if options.quick else ROUNDS), markdown=options.markdown)


if __name__ == "__main__":
    sys.exit(main())
