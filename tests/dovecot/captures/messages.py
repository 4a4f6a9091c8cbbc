"""One delivery for each message: what dlog logs and what ox sends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.dovecot.captures.common import FIXTURES, INPUTS, UIDVALIDITY, Bench, Record, prepared_user
from tests.dovecot.harness.setups import Setup

MESSAGES = INPUTS / "messages"
SETUPS = {
    "2.3": Setup(
        "push_notification_driver = dlog\n"
        "push_notification_driver2 = ox:url=http://login:secret@127.0.0.1:@port@/notify"
    ),
    "2.4": Setup(
        "push_notification dlog {\n}\n"
        "push_notification ox {\n  url = http://login:secret@127.0.0.1:@port@/notify\n}\n"
    ),
}


def capture(bench: Bench) -> Iterator[Record]:
    """Deliver every ``*.eml`` of the input folder by LMTP, to each version."""
    for number, file in enumerate(sorted(MESSAGES.glob("*.eml")), start=1):
        for version in bench.pools:
            yield _delivery(bench, version, f"user{number}", file)


def _delivery(bench: Bench, version: str, name: str, file: Path) -> Record:
    server = bench.server(version, SETUPS[version])
    user = prepared_user(server, name, f"user={name}")
    bench.listener.reset()
    server.deliver_lmtp(user, file.read_bytes())
    return {
        "name": f"{file.stem}@{version}",
        "version": version,
        "message": str(file.relative_to(FIXTURES.parent)),
        "user": user,
        "uidvalidity": UIDVALIDITY,
        "requests": bench.requests(server),
        "log": bench.log(server),
    }
