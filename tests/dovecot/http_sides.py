"""One delivery with ``ox`` drivers, by a running server and by us; what both logged and sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from dovecot_conf import load, user_values
from drivers import DriverRegistry, MailUser, SimulationReport, Surroundings, SystemClock, Transport, deliver
from drivers.http_transport import HttpcoreTransport, Resolver
from mailstore.message import Message
from mailstore.state import MailboxState
from tests.dovecot.harness.listener import HttpListener, Script
from tests.dovecot.harness.server import Dovecot

MESSAGE = b"From: Alice <alice@example.com>\nSubject: hi\n\nHello\n"
HTTP_NOTIFY = "/private/vendor/vendor.dovecot/http-notify"

Prepare = Callable[[], Sequence[Script]]


@dataclass(slots=True)
class Seen:
    """What one side made of it: push lines without times, requests, and over which connection each came.

    Connections count from 0 in the order of their first request. ``user`` got the mail.
    """

    user: str
    log: list[str] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)
    connections: list[int] = field(default_factory=list)


def masked(line: str) -> str:
    """Take times and connection numbers out of a log line; 0.000 seconds in the ioloop are not shown."""
    line = re.sub(r", \d+\.\d{3} in http ioloop", "", line)
    return re.sub(r",id=\d+", ",id=N", re.sub(r"\d+\.\d{3}", "N", line))


def without_moment(line: str) -> str:
    """Even out what depends on how fast an answer is: where in a handshake OpenSSL notices a failure."""
    moment = r"SSL (?:handshake to \S+ failed: |handshaking with \S+ failed: read\(SSL \([^)]*\)\) failed: )"
    return re.sub(moment, "SSL: ", line)


def without_date(raw: bytes) -> bytes:
    """Take the Date header out of a request."""
    return re.sub(rb"\r\nDate: [^\r]*", b"", raw)


def real_side(server: Dovecot, listener: HttpListener, prepare: Prepare = tuple) -> Seen:
    """Let the running server deliver a mail."""
    user = server.new_user()
    server.set_uidvalidity(user, 1700000000)
    server.set_metadata(user, HTTP_NOTIFY, "user=m")
    server.forget_log()
    listener.reset()
    listener.answer_with(*prepare())
    server.deliver_lmtp(user, MESSAGE)
    return _seen([masked(line) for line in server.push_log()], listener, user)


def our_side(
    server: Dovecot,
    listener: HttpListener,
    user: str,
    prepare: Prepare = tuple,
    resolver: Resolver | None = None,
) -> Seen:
    """Deliver a mail with the same configuration."""
    listener.reset()
    listener.answer_with(*prepare())
    with closing(HttpcoreTransport(resolver=resolver)) as transport:
        report = deliver_here(server, user, transport)
    return _seen([masked(f"{line.level}: {line.message}") for line in report.log], listener, user)


def deliver_here(server: Dovecot, user: str, transport: Transport) -> SimulationReport:
    """Deliver a mail with the configuration of a server."""
    return deliver(
        load(server.config_file, root=server.installation.filesystem).push("lmtp"),
        user=MailUser(user, user_values(user, "lmtp", home="/nowhere")),
        mailbox=MailboxState(uidvalidity=1700000000),
        message=Message.from_bytes(MESSAGE),
        registry=DriverRegistry.installed(),
        surroundings=Surroundings(lambda entry: "user=m", transport, SystemClock(), show_secrets=True),
    )


def _seen(log: list[str], listener: HttpListener, user: str) -> Seen:
    requests = listener.requests
    order = list(dict.fromkeys(request.connection for request in requests))
    return Seen(
        user,
        log,
        [without_date(request.raw) for request in requests],
        [order.index(request.connection) for request in requests],
    )
