from __future__ import annotations

from pathlib import Path

import pytest

from drivers.testing import PushError, PushFactory
from tests.drivers.testing.scripts import RELAY, framed, written

COUNTING = """\
local count = 0
function dovecot_lua_notify_begin_txn(user)
  count = count + 1
  dovecot.i_info("transaction " .. count)
end
function dovecot_lua_notify_event_message_new() end
function dovecot_lua_notify_end_txn() end
"""


def infos(log: list[str]) -> list[str]:
    return [line for line in log if line.startswith("Info: ")]


def test_an_imap_session_loads_the_script_once(dovecot_push: PushFactory, tmp_path: Path) -> None:
    bob = written(dovecot_push, tmp_path, COUNTING).user("bob")
    with bob.session() as session:
        session.append()
        assert len(bob.mailboxes["INBOX"].messages) == 1
        session.store(1, flags=["\\Seen"])
    assert infos(session.result.log) == ["Info: transaction 1", "Info: transaction 2"]


def test_each_mail_over_lmtp_has_a_script_of_its_own(dovecot_push: PushFactory, tmp_path: Path) -> None:
    bob = written(dovecot_push, tmp_path, COUNTING).user("bob")
    with bob.session("lmtp") as session:
        session.deliver()
        session.deliver()
    assert infos(session.result.log) == ["Info: transaction 1"] * 2


def test_time_passes_when_the_test_says_so(dovecot_push: PushFactory, tmp_path: Path) -> None:
    code = "local now = dovecot.gettimeofday() dovecot.i_info(tostring(now.tv_sec))"
    push = framed(dovecot_push, tmp_path, code, version="2.4")
    bob = push.user("bob")
    with bob.session("lmtp") as session:
        session.deliver()
        push.clock.advance(60)
        session.deliver()
    assert infos(session.result.log) == ["Info: 1700000000", "Info: 1700000060"]
    with pytest.raises(PushError, match="a clock isn't put back"):
        push.clock.advance(-1)


def test_a_session_that_dies_says_so_and_keeps_its_result(dovecot_push: PushFactory, tmp_path: Path) -> None:
    bob = framed(dovecot_push, tmp_path, "os.exit(3)").user("bob")
    session = bob.session("lmtp")
    text = r"the process of the session has ended: Fatal: .*os\.exit\(3\)"
    with pytest.raises(PushError, match=text), session:
        session.deliver()
    assert session.result.errors[0].startswith("Fatal: ")


def test_what_is_wrong_with_a_session_is_one_line(dovecot_push: PushFactory) -> None:
    bob = dovecot_push(script=RELAY).user("bob")
    session = bob.session()
    with pytest.raises(PushError, match="the session is not open"):
        session.append()
    with session:
        with pytest.raises(PushError, match="the session has no result yet"):
            _ = session.result
        with pytest.raises(PushError, match="imap doesn't deliver: that is for lmtp, lda"):
            session.deliver()
        with pytest.raises(PushError, match="INBOX has 0 messages"):
            session.move(1, "INBOX")
    with pytest.raises(PushError, match="a session is begun once"), session:
        pass


def test_a_test_that_fails_inside_a_session_fails_with_its_own_error(dovecot_push: PushFactory) -> None:
    session = dovecot_push(script=RELAY).user("bob").session()

    def fail() -> None:
        with session:
            session.append()
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        fail()
    assert [event.name for event in session.result.events] == ["MessageAppend"]
