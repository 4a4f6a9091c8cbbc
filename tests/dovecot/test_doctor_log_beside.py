"""Fresh logs of running servers are explained as what has just happened there."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pytest

from drivers.doctor.log.evidence import Evidence, protocols_seen
from drivers.doctor.log.explain import explain
from drivers.doctor.log.reading import Source, read
from tests.dovecot.captures.log_setups import ox
from tests.dovecot.harness.listener import Answer, HttpListener, Script, Silence
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.harness.server import Dovecot

ENTRY = "/private/vendor/vendor.dovecot/http-notify"
MAIL = b"From: alice@example.org\r\nSubject: hi\r\n\r\nhi\r\n"

ANSWERS: Mapping[str, tuple[Script, str]] = {
    "failed: 401 Unauthorized": (Answer(401, "Unauthorized"), "ox-unauthorized"),
    "failed: 503 Busy": (Answer(503, "Busy"), "ox-gateway"),
    "failed: Request timed out": (Silence(), "ox-timeout"),
    "sent: 200 OK": (Answer(), "ox-sent"),
}


@pytest.fixture(params=["2.3", "2.4"])
def server(request: pytest.FixtureRequest, http_listener: HttpListener) -> Dovecot:
    factory: DovecotFactory = request.getfixturevalue(f"dovecot{request.param.replace('.', '')}")
    return factory(ox(http_listener.url("/push"))[request.param])


def explained(server: Dovecot, user: str) -> Evidence:
    return explain(read([Source("log", io.BytesIO(server.log().encode()))]), user)


def test_each_answer_is_told_in_turn(server: Dovecot, http_listener: HttpListener) -> None:
    user = server.new_user()
    server.set_metadata(user, ENTRY, f"user={user}")
    for count, (told, (answer, message)) in enumerate(ANSWERS.items(), start=1):
        http_listener.answer_with(answer)
        server.deliver_lmtp(user, MAIL)
        found = explained(server, user)
        (latest,) = found.verdicts
        assert f"{latest.outcome.value}: {latest.detail}" == told
        assert latest.message == message
        assert found.is_fine == told.startswith("sent")
        assert protocols_seen(found) == {"lmtp": count}
        assert found.version == server.version


def test_who_is_not_switched_on_is_told_so_and_others_are_left_out(server: Dovecot) -> None:
    user, other = server.new_user(), server.new_user()
    server.set_metadata(other, ENTRY, f"user={other}")
    server.deliver_lmtp([user, other], MAIL)
    assert [one.message for one in explained(server, user).verdicts] == ["ox-not-set"]
    assert [one.message for one in explained(server, other).verdicts] == ["ox-sent"]
    assert explained(server, user.upper()).alike == (user,)
