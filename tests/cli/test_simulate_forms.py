"""What the short forms of `simulate` describe when they are repeated."""

from __future__ import annotations

from cli.simulate_forms import Given
from mailstore.message import Message
from mailstore.state import MailboxState

MAIL = Message.from_bytes(b"")
STATE = MailboxState(uid=5, unseen=7)


def test_each_mail_that_arrives_has_the_next_uid_and_finds_the_others_unseen() -> None:
    third = Given(STATE, MAIL, arrives=True).after(2)
    assert (third.state.uid, third.state.unseen) == (7, 9)


def test_mails_that_arrive_read_are_not_unseen() -> None:
    third = Given(STATE, MAIL, flags=("\\seen",), arrives=True).after(2)
    assert (third.state.uid, third.state.unseen) == (7, 7)


def test_mails_that_are_there_stay_as_many() -> None:
    third = Given(STATE, MAIL).after(2)
    assert (third.state.uid, third.state.unseen) == (7, 7)
