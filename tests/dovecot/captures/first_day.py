"""The log in ``fixtures/first-day``: what a Dovecot 2.4 says while some mails come in and an endpoint moves.

Bob is switched on; his first notification is taken, the next find nothing at the path of the URL. Carol is
not switched on. The port of the listener becomes the one that the first day's configurations name.
"""

from __future__ import annotations

import contextlib

from tests.dovecot.captures.common import HTTP_NOTIFY, Bench
from tests.dovecot.captures.log_setups import STAMP
from tests.dovecot.captures.logs import StampedDovecot
from tests.dovecot.harness import clients
from tests.dovecot.harness.listener import Answer, HttpListener, Script
from tests.dovecot.harness.setups import Setup

SHOWN_PORT = 8009
PATH = "/preliminary/http-notify/v1/notify"
MAILS: tuple[tuple[str, str, Script], ...] = (
    ("bob", "Lunch on Thursday?", Answer()),
    ("carol", "Lunch on Thursday?", Answer()),
    ("bob", "Or on Friday?", Answer(404, "Not Found")),
    ("bob", "Friday it is", Answer(404, "Not Found")),
)
"""Whom a mail is for, its subject, and what the endpoint answers."""


def capture(bench: Bench) -> str:
    """Return the log, from the first mail on."""
    with HttpListener() as listener, contextlib.ExitStack() as stack:
        server = StampedDovecot(bench.pools["2.4"].installation, _setup(listener.port))
        stack.callback(server.stop)
        server.set_metadata("bob", f"/private/{HTTP_NOTIFY}", "user=bob")
        server.wait()
        server.forget_log()
        for number, (user, subject, answer) in enumerate(MAILS, 1):
            listener.reset()
            listener.answer_with(answer)
            mail = ([user], _mail(number, user, subject))
            clients.deliver_all(server.place.lmtp_port, "alice@example.com", [mail])
            server.wait()
        return server.log().replace(f":{listener.port}", f":{SHOWN_PORT}")


def _setup(port: int) -> Setup:
    push = f"push_notification ox {{\n  url = http://127.0.0.1:{port}{PATH}\n}}\n"
    return Setup(push, f"log_debug = category=push-notification\n{STAMP}")


def _mail(number: int, user: str, subject: str) -> bytes:
    fields = (
        "From: Alice Example <alice@example.com>",
        f"To: {user}@example.com",
        f"Subject: {subject}",
        f"Message-ID: <lunch-{number}@example.com>",
    )
    return "\r\n".join((*fields, "", "See you at noon.", "")).encode()
