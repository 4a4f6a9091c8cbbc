"""A delivery as a whole: sessions, outcomes, and what the report holds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from drivers import Event, Outcome, SimulationReport
from mailstore.state import MailboxState
from tests.drivers.doubles import log_of, push_config, push_config_24, simulate


def outcomes(report: SimulationReport) -> list[tuple[str, Outcome]]:
    return [
        (driver.setting, driver.outcome)
        for transaction in report.transactions
        for driver in transaction.drivers
    ]


def test_dlog_alone_collects_nothing() -> None:
    (transaction,) = simulate(push_config("push_notification_driver = dlog")).transactions
    assert transaction.events == (Event("MessageNew", (("uid", 1), ("uidvalidity", 1700000000))),)


def test_beside_ox_the_event_has_fields() -> None:
    push = push_config("push_notification_driver = dlog\npush_notification_driver2 = ox:url=http://h/")
    (transaction,) = simulate(push).transactions
    ((_, fields),) = [(event.name, dict(event.fields)) for event in transaction.events]
    assert fields == {
        "uid": 1,
        "uidvalidity": 1700000000,
        "from": "Alice <alice@example.com>",
        "snippet": "Hello Bob",
        "subject": "hi",
    }


def test_every_definition_is_in_the_report() -> None:
    push = push_config(
        "push_notification_driver = dlog\npush_notification_driver2 = ox:url=http://h/\n"
        "push_notification_driver3 = nope\npush_notification_driver4 = dlog\npush_notification_driver6 = dlog"
    )
    assert outcomes(simulate(push, metadata=lambda entry: None)) == [
        ("push_notification_driver", Outcome.LOGGED),
        ("push_notification_driver2", Outcome.SKIPPED),
        ("push_notification_driver3", Outcome.NOT_LOADED),
        ("push_notification_driver4", Outcome.NOT_LOADED),
        ("push_notification_driver6", Outcome.NOT_LOADED),
    ]


def test_without_drivers_the_transaction_is_still_completed() -> None:
    assert log_of(simulate(push_config(""))) == [
        "Debug: push-notification: Push notification transaction completed"
    ]


def test_without_the_plugin_nothing_happens() -> None:
    report = simulate(push_config("push_notification_driver = dlog", plugins="notify"))
    assert log_of(report) == []
    assert report.transactions[0].events == ()
    assert outcomes(report) == [("push_notification_driver", Outcome.NOT_LOADED)]


def test_a_session_that_fails_delivers_nothing() -> None:
    report = simulate(push_config("push_notification_driver = dlog:%b"))
    assert len(log_of(report)) == 1
    assert outcomes(report) == [("push_notification_driver", Outcome.NOT_LOADED)]


@pytest.mark.parametrize(
    ("protocol", "users"), [("lmtp", ["raw mail user", "bob"]), ("lda", ["bob", "raw mail user"])]
)
def test_the_internal_user_is_made_before_the_real_one_or_after(protocol: str, users: list[str]) -> None:
    log = log_of(simulate(push_config("push_notification_driver = dlog:%u %h", protocol=protocol)))
    homes = {"bob": "/home/bob", "raw mail user": "/"}
    assert [log[1], log[3]] == [
        f"Debug: Config string for dlog push_notification driver: {user} {homes[user]}" for user in users
    ]


def test_the_internal_user_of_23_has_no_debugging_but_that_of_24_has() -> None:
    old = log_of(simulate(push_config("push_notification_driver = ox:url=http://h/")))
    new = log_of(simulate(push_config_24("push_notification ox {\n  url = http://h/\n}")))
    line = "Debug: push-notification-ox: Using URL http://h/"
    assert (old.count(line), new.count(line)) == (1, 2)


def test_dlog_of_24_names_the_mailbox_and_the_registrant() -> None:
    blocks = "push_notification dlog {\n}\npush_notification ox {\n  url = http://h/\n}"
    log = log_of(simulate(push_config_24(blocks), mailbox=MailboxState(uidvalidity=7)))
    begin = log.index("Debug: Mailbox INBOX: dlog: Called begin_txn push_notification plugin hook.")
    assert log[begin + 3 : begin + 6] == [
        "Debug: Mailbox INBOX: dlog: Called process_msg push_notification plugin hook.",
        "Debug: Mailbox INBOX: dlog: Message data: Mailbox [INBOX], UID [1], UIDVALIDITY [7]",
        "Debug: push-notification-ox: MessageNew: From [Alice <alice@example.com>]",
    ]
    assert log[-2:] == [
        "Debug: dlog: Called deinit push_notification plugin hook.",
        "Debug: Called cleanup push_notification plugin hook.",
    ]


def test_deliveries_do_not_disturb_each_other() -> None:
    push = push_config("push_notification_driver = dlog\npush_notification_driver2 = ox:url=http://h/")
    alone = simulate(push)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: simulate(push), range(40))) == {alone}
