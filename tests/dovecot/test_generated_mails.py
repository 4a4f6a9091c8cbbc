"""Mails of every kind, made from a seed: the body of each notification beside that of real servers."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from dovecot_conf.versions import Version
from drivers import SimulationReport
from mailstore.state import MailboxState
from tests.dovecot.captures.messages import SETUPS
from tests.dovecot.generated_mails import generated_mails
from tests.dovecot.harness.listener import HttpListener
from tests.dovecot.harness.pool import DovecotFactory
from tests.drivers.doubles import push_config, push_config_24, simulate

COUNT = int(os.environ.get("PUSHNOTIF_MAIL_COUNT", "250"))
SEED = int(os.environ.get("PUSHNOTIF_MAIL_SEED", "1"))
UIDVALIDITY = 1700000000


def in_our_notification(version: str, user: str, mail: bytes, uid: int) -> dict[str, Any]:
    push = SETUPS[version].push.replace("@port@", "8009")
    report: SimulationReport = simulate(
        push_config(push) if version == Version.V23 else push_config_24(push),
        user=user,
        mailbox=MailboxState("INBOX", UIDVALIDITY, uid, uid - 1),
        mail=mail,
    )
    (request,) = [r for t in report.transactions for d in t.drivers for r in d.requests]
    body: dict[str, Any] = json.loads(request.body)
    return body


@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_notifications_have_the_same_bodies(
    version: str, http_listener: HttpListener, request: pytest.FixtureRequest
) -> None:
    start: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    server = start(SETUPS[version].push.replace("@port@", str(http_listener.port)))
    user = server.new_user()
    server.set_uidvalidity(user, UIDVALIDITY)
    server.set_metadata(user, "/private/vendor/vendor.dovecot/http-notify", f"user={user}")
    mails = generated_mails(SEED, COUNT)
    server.deliver_lmtp_all([([user], mail) for mail in mails])
    theirs = [json.loads(one.body) for one in http_listener.wait_for(COUNT)]
    different = []
    for uid, (mail, body) in enumerate(zip(mails, theirs, strict=True), start=1):
        ours = in_our_notification(version, user, mail, uid)
        if ours != body:
            different.append((mail, ours, body))
    assert different == []
