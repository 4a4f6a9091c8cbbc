"""Scenarios played: what sessions share, what they don't, and what can't be done."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovecot_conf import user_values
from drivers import DriverRegistry, MailUser
from drivers.events import RFC5423_EVENTS
from drivers.scenario import parse_scenario, read_scenario
from drivers.scenario_run import _HANDLERS, Configured, SessionReport, World, run_scenario
from drivers.scenario_shape import VERBS
from drivers.scenario_values import ScenarioError
from tests.drivers.doubles import BEGINNING, FakeClock, ScriptedTransport, push_config

SCENARIOS = Path(__file__).parents[2] / "fixtures" / "scenarios"
SETTINGS = "push_notification_driver = ox:url=http://h/ cache_lifetime=60s"
ENTRY = "/private/vendor/vendor.dovecot/http-notify"
USER = f'version = 1\n[users.bob]\nmetadata = {{ "{ENTRY}" = "user=bob" }}\n[users.bob.mailboxes.INBOX]\n'


def play(
    text: str | Path, *, clock: FakeClock | None = None, transport: ScriptedTransport | None = None
) -> list[SessionReport]:
    scenario = read_scenario(text) if isinstance(text, Path) else parse_scenario(text, Path("s.toml"))
    clock = clock or FakeClock()
    network = transport or ScriptedTransport(clock)
    world = World(
        configure=lambda session, user: Configured(
            push_config(SETTINGS, protocol=session.protocol),
            MailUser(user, user_values(user, session.protocol)),
        ),
        transport=lambda number, session: network,
        clock=clock,
        registry=DriverRegistry.installed(),
    )
    return list(run_scenario(scenario, world))


def session(*actions: str, protocol: str = "imap") -> str:
    return f'[[sessions]]\nprotocol = "{protocol}"\nuser = "bob"\nactions = [{", ".join(actions)}]\n'


def users_in_log(report: SessionReport) -> list[str]:
    lines = [line.message for line in report.process.log]
    return [line.partition("User (")[2][:-1] for line in lines if "User (" in line]


def flagging(*flags: str) -> list[str]:
    return [f'{{ append = "INBOX", message = {{ subject = "{flag}" }} }}' for flag in flags]


SET_NEW = f'{{ set_metadata = {{ "{ENTRY.upper().replace("/PRIVATE", "/private")}" = "user=new" }} }}'


def test_every_verb_can_be_done() -> None:
    assert _HANDLERS.keys() == VERBS.keys()


def test_the_example_raises_every_event() -> None:
    names = {
        event.name
        for report in play(SCENARIOS / "every-event.toml")
        for _, transactions in report.process.parts
        for transaction in transactions
        for event in transaction.events
    }
    assert names == set(RFC5423_EVENTS)


def test_a_session_keeps_what_metadata_said() -> None:
    (report,) = play(USER + session(*flagging("a"), SET_NEW, *flagging("b")))
    assert users_in_log(report) == ["bob", "bob"]


def test_until_the_time_is_over_which_nobody_waits_for() -> None:
    clock = FakeClock()
    text = USER + session(*flagging("a"), SET_NEW, '{ wait = "60 secs" }', *flagging("b"))
    (report,) = play(text, clock=clock)
    assert users_in_log(report) == ["bob", "new"]
    assert clock.time == BEGINNING


def test_another_session_asks_anew_and_finds_the_mailbox_as_it_was_left() -> None:
    first, second = play(
        USER + session(*flagging("a"), SET_NEW) + session('{ deliver = "INBOX" }', protocol="lmtp")
    )
    assert users_in_log(first) + users_in_log(second) == ["bob", "new"]
    ((_, (transaction,)),) = second.process.parts
    assert dict(transaction.events[0].fields)["uid"] == 2


def test_the_state_at_the_beginning_is_that_of_the_file() -> None:
    start = 'next_uid = 9\nunseen = 3\nuidvalidity = 77\nmessages = [{ uid = 5, flags = ["\\\\Seen"] }, {}]\n'
    clock = FakeClock()
    transport = ScriptedTransport(clock)
    play(USER + start + session('{ deliver = "INBOX" }', protocol="lda"), clock=clock, transport=transport)
    body = transport.requests[0].body.decode()
    assert '"imap-uidvalidity":77,"imap-uid":9,' in body
    assert '"unseen":5}' in body


def test_the_first_recipient_stays_until_the_others_have_ended() -> None:
    first, _ = play(SCENARIOS / "three-recipients.toml")
    lines = [line.message.removeprefix("push-notification-ox: ") for line in first.process.log]
    told = [line for line in lines if line.startswith(("User", "Notification sent", "Skipped"))]
    assert [line.split(" ")[0] for line in told] == [
        "User",
        "Skipped",
        "Notification",
        "User",
        "Notification",
    ]
    assert [user for user, _ in first.process.parts] == ["alice", "bob", "carol"]


def test_imap_expunges_only_what_is_marked() -> None:
    start = 'messages = [{}, { flags = ["\\\\Deleted"] }]\n'
    for protocol, gone in (("imap", 1), ("doveadm", 2)):
        (report,) = play(USER + start + session('{ expunge = "INBOX", messages = "1:*" }', protocol=protocol))
        ((_, transactions),) = report.process.parts
        assert sum(len(transaction.events) for transaction in transactions) == gone


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ('{ delete = "Work" }', "s.toml:8:14: delete: there is no mailbox Work"),
        ('{ store = "INBOX", messages = 1 }', "s.toml:8:14: store: INBOX has 0 messages, not 1"),
        ('{ fetch_body = "INBOX", messages = "*" }', "s.toml:8:14: fetch_body: INBOX has 0 messages, not *"),
        (
            '{ append = "INBOX", message = { file = "gone.eml" } }',
            "s.toml:8:44: gone.eml: can't read the mail: No such file or directory",
        ),
        (
            '{ append = "INBOX", message = { subject = "a\\nb" } }',
            "s.toml:8:32: can't make a mail of these parts: ",
        ),
    ],
)
def test_what_is_not_possible_is_said_with_its_place(actions: str, expected: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        play(USER + session(actions))
    assert str(caught.value).startswith(expected)
