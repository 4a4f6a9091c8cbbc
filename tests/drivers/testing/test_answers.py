from __future__ import annotations

from pathlib import Path

import pytest

from drivers.testing import DovecotPush, PushError, PushFactory
from tests.drivers.testing.scripts import both_versions, framed

OX = """\
mail_plugins = notify push_notification
mail_attribute_dict = file:/nowhere
plugin {
  push_notification_driver = ox:url=http://login:secret@push.example.org/notify max_retries=1 timeout=2000
}
"""
ENTRY = "/private/vendor/vendor.dovecot/http-notify"
GET = """\
local response = dovecot.http.client({}):request({ url = "http://[::1]:81/x?y" }):submit()
dovecot.i_info(response:status() .. " " .. response:reason() .. " " .. response:payload())
"""


@pytest.fixture
def ox(dovecot_push: PushFactory, tmp_path: Path) -> DovecotPush:
    (tmp_path / "dovecot.conf").write_text(OX)
    return dovecot_push(config=tmp_path / "dovecot.conf")


def test_without_a_prepared_answer_all_is_well(ox: DovecotPush) -> None:
    result = ox.user("bob", metadata={ENTRY: "user=bob"}).deliver(subject="hi")
    assert result.errors == []
    (request,) = result.requests
    assert (request.method, request.url) == ("PUT", "http://push.example.org/notify")
    assert request.json()["subject"] == "hi"
    assert request.text.startswith('{"user"')
    assert request.header("AUTHORIZATION") == "Basic bG9naW46c2VjcmV0"
    assert request.header("X") is None


def test_no_password_shows_in_what_pytest_prints(ox: DovecotPush) -> None:
    result = ox.user("bob", metadata={ENTRY: "user=bob"}).deliver()
    assert "bG9naW46c2VjcmV0" not in repr(result.requests)
    assert not any("secret" in line for line in result.log)


def test_answers_come_in_order_and_are_used_up(ox: DovecotPush) -> None:
    bob = ox.user("bob", metadata={ENTRY: "user=bob"})
    ox.http.answer(404)
    ox.http.answer(599, "Odd")
    assert ox.http.waiting == 2
    assert [error.rpartition(": ")[2] for error in bob.deliver().errors] == ["404 Not Found"]
    assert [error.rpartition(": ")[2] for error in bob.deliver().errors] == ["599 Odd"]
    assert (bob.deliver().errors, ox.http.waiting) == ([], 0)


def test_failures_are_worded_as_by_dovecot_and_take_their_time(ox: DovecotPush) -> None:
    bob = ox.user("bob", metadata={ENTRY: "user=bob"})
    for fail, text, attempts, seconds in (
        (ox.http.refuse, "connect(push.example.org:80) failed: Connection refused", 1, 0),
        (ox.http.fail_lookup, "Failed to lookup host push.example.org: Name or service not known", 1, 0),
        (ox.http.time_out, "Request timed out (Request queued 4.000 secs ago, 1 times retried", 2, 4),
        (ox.http.disconnect, "Connection lost: read((conn:push.example.org:80,id=1)) failed: EOF", 2, 0.1),
    ):
        began = ox.clock.now()
        for _ in range(attempts):
            fail()
        result = bob.deliver()
        assert text in result.errors[0]
        assert len(result.requests) == attempts
        assert ox.clock.now() - began == pytest.approx(seconds, abs=0.15)


def test_a_slow_answer_comes_late_or_never(ox: DovecotPush) -> None:
    bob = ox.user("bob", metadata={ENTRY: "user=bob"})
    ox.http.answer(after=1.5)
    assert bob.deliver().errors == []
    ox.http.answer(after=2.5)
    ox.http.answer(after=2.5)
    assert "Request timed out" in bob.deliver().errors[0]


@both_versions
def test_scripts_get_the_answers_too(dovecot_push: PushFactory, tmp_path: Path, version: str) -> None:
    push = framed(dovecot_push, tmp_path, GET, version=version)
    push.http.answer(201, body="made")
    push.http.refuse()
    bob = push.user("bob")
    result = bob.deliver()
    assert "Info: 201 Created made" in result.log
    assert [(request.method, request.url) for request in result.requests] == [("GET", "http://[::1]:81/x?y")]
    assert "Info: 9003 connect([::1]:81) failed: Connection refused " in bob.deliver().log


def test_what_is_no_answer_is_refused(ox: DovecotPush) -> None:
    with pytest.raises(PushError, match="100 is no status of an answer"):
        ox.http.answer(100)
    with pytest.raises(PushError, match="have no line ends"):
        ox.http.answer(200, "O\nK")
    with pytest.raises(PushError, match="have no line ends"):
        ox.http.answer(200, headers={"X": "a\r\nb"})


def test_a_body_that_is_no_json_is_one_line(dovecot_push: PushFactory, tmp_path: Path) -> None:
    (request,) = framed(dovecot_push, tmp_path, GET).user("bob").deliver().requests
    with pytest.raises(PushError, match=r"the body of GET http://.* is no JSON: "):
        request.json()
