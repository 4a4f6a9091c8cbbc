"""Which drivers of a chain load, and what the server logs on the way: one mail for each setup."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

from tests.dovecot.captures.common import INPUTS, UIDVALIDITY, Bench, Record, prepared_user
from tests.dovecot.harness.server import Dovecot, StartError
from tests.dovecot.harness.setups import PLUGINS, Setup

MESSAGE = b"From: Alice <alice@example.com>\r\nSubject: Chain\r\n\r\nHello\r\n"


def capture(bench: Bench) -> Iterator[Record]:
    """Deliver one mail to a user of its own with each setup of ``chains.toml``."""
    cases = tomllib.loads((INPUTS / "chains.toml").read_text(encoding="utf-8"))["case"]
    for case in cases:
        if case["version"] in bench.pools:
            yield _chain(bench, case)


def _chain(bench: Bench, case: dict[str, Any]) -> Record:
    version = case["version"]
    plugins, extra = tuple(case.get("plugins", PLUGINS)), case.get("extra", "")
    given = {
        "name": f"{case['name']}@{version}",
        "version": version,
        "about": case["about"],
        "protocol": case.get("protocol", "lmtp"),
        "plugins": list(plugins),
        "push": case["push"],
        "extra": extra,
        "user": case["name"],
        "uidvalidity": UIDVALIDITY,
        "metadata": None if case.get("metadata") == "none" else case.get("metadata", f"user={case['name']}"),
    }
    try:
        server = bench.server(version, Setup(case["push"], extra, plugins=plugins))
    except StartError as error:
        refused = bench.stable(error.written).strip()
        return {**given, "refused": refused, "delivered": False, "requests": [], "log": []}
    return {**given, "refused": None, **_one_mail(bench, server, given)}


def _one_mail(bench: Bench, server: Dovecot, given: Record) -> Record:
    """Deliver the mail; return what came of it."""
    user = prepared_user(server, given["user"], given["metadata"])
    bench.listener.reset()
    return {
        "delivered": _delivered(server, user, given["protocol"]),
        "requests": bench.requests(server),
        "log": bench.log(server),
    }


def _delivered(server: Dovecot, user: str, protocol: str) -> bool:
    """Hand the mail over; say whether the server took it."""
    if protocol == "lda":
        return server.deliver_lda(user, MESSAGE).exit_code == 0
    if protocol == "imap":
        (answer,) = server.imap(user, [("APPEND INBOX", MESSAGE)])
        return answer.status == "OK"
    try:
        return server.deliver_lmtp(user, MESSAGE)[0].startswith("250")
    except ConnectionError:
        return False
