"""When ox sends, what it says about it, and what stays hidden."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from dovecot_conf import DictError, MailboxError, PushConfig
from drivers import DryRunTransport, HttpResponse, Outcome, SimulationReport
from drivers.http import ConnectFailedError
from drivers.ox_value import METADATA_ENTRY
from mailstore.metadata import DictInitError
from mailstore.state import MailboxState
from tests.drivers.doubles import (
    FakeClock,
    ScriptedTransport,
    log_of,
    push_config,
    push_config_24,
    simulate,
)

URL = "http://127.0.0.1:8009/notify"
OX = push_config(f"push_notification_driver = ox:url={URL}")
FROM_METADATA = push_config(f"push_notification_driver = ox:url={URL} user_from_metadata")


def ox_report(report: SimulationReport) -> tuple[Outcome, str]:
    ((driver,),) = [transaction.drivers for transaction in report.transactions]
    return driver.outcome, driver.reason


def sent_user(value: str) -> str:
    transport = ScriptedTransport(FakeClock())
    simulate(FROM_METADATA, metadata=lambda entry: value, transport=transport)
    (request,) = transport.requests
    return request.body.decode().split(',"event"')[0].removeprefix('{"user":')


def raising(error: Exception) -> Callable[[str], str | None]:
    def lookup(entry: str) -> str | None:
        raise error

    return lookup


def test_the_server_level_entry_is_asked_for() -> None:
    asked: list[str] = []

    def metadata(entry: str) -> None:
        asked.append(entry)

    simulate(OX, metadata=metadata)
    assert asked == ["/private/vendor/vendor.dovecot/http-notify"] == [METADATA_ENTRY]


def test_a_user_without_metadata_is_skipped() -> None:
    report = simulate(OX, metadata=lambda entry: None)
    line = (
        "Skipped because not active "
        "(/private/vendor/vendor.dovecot/pvt/server/vendor/vendor.dovecot/http-notify METADATA not set)"
    )
    assert log_of(report)[2:] == [
        f"Debug: push-notification-ox: {line}",
        "Debug: push-notification: Push notification transaction completed",
    ]
    assert ox_report(report)[0] is Outcome.SKIPPED


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            DictError("dict is gone"),
            (
                "Mailbox INBOX: Failed to get attribute "
                "vendor/vendor.dovecot/pvt/server/vendor/vendor.dovecot/http-notify: dict is gone"
            ),
        ),
        (MailboxError("no such mailbox"), "no such mailbox"),
        (DictInitError("dict_init(x) failed"), "dict_init(x) failed"),
    ],
)
def test_unreadable_metadata_is_an_error(error: Exception, told: str) -> None:
    report = simulate(OX, metadata=raising(error))
    line = f"Error: push-notification-ox: Skipped because unable to get attribute: {told}"
    assert line in log_of(report)
    assert ox_report(report)[0] is Outcome.FAILED


def test_only_inbox_is_watched() -> None:
    report = simulate(OX, mailbox=MailboxState("Work"))
    assert "Debug: push-notification-ox: Skipped because Work is not a watched mailbox" in log_of(report)
    assert ox_report(report) == (Outcome.SKIPPED, "Work is not a watched mailbox")


@pytest.mark.parametrize("value", ["", "user", "User=x", "=x", "foo=bar", "\x01tuser"])
def test_metadata_without_a_user_is_an_error(value: str) -> None:
    report = simulate(OX, metadata=lambda entry: value)
    assert "Error: push-notification-ox: No user provided in config" in log_of(report)
    assert ox_report(report) == (Outcome.SKIPPED, "No user provided in config")


@pytest.mark.parametrize(
    ("value", "user"),
    [
        ("user=", '""'),
        ("user=a\tuser=b", '"b"'),
        ("user=a=b=c", '"a=b=c"'),
        ("x\tuser=€\x01x\x01", '"€x"'),
        ("user=a\x01tb\x01nc\x010d", '"a\\tb\\nc"'),
        ("user=\u2028\u2029\x7f", '"\\u2028\\u2029\x7f"'),
    ],
)
def test_the_last_user_of_the_metadata_counts(value: str, user: str) -> None:
    assert sent_user(value) == user


def test_without_user_from_metadata_the_login_name_is_sent() -> None:
    transport = ScriptedTransport(FakeClock())
    simulate(OX, user="alice", metadata=lambda entry: "user=other", transport=transport)
    assert transport.requests[0].body.startswith(b'{"user":"alice",')


def test_a_new_mail_counts_as_unseen() -> None:
    transport = ScriptedTransport(FakeClock())
    simulate(OX, mailbox=MailboxState(unseen=3, uid=9), transport=transport)
    assert b'"imap-uid":9,' in transport.requests[0].body
    assert transport.requests[0].body.endswith(b',"unseen":4}')


@pytest.mark.parametrize(
    ("userinfo", "credentials"),
    [("u:p@", b"u:p"), ("u:@", b"u:"), ("u:p:q@", b"u:p:q"), ("a%%20:%%3a@", b"a ::")],
)
def test_credentials_are_sent_as_basic_authorization(userinfo: str, credentials: bytes) -> None:
    transport = ScriptedTransport(FakeClock())
    simulate(push_config(f"push_notification_driver = ox:url=http://{userinfo}h/"), transport=transport)
    expected = "Basic " + base64.b64encode(credentials).decode()
    assert dict(transport.requests[0].headers)["Authorization"] == expected


@pytest.mark.parametrize("userinfo", ["", "u@", ":p@"])
def test_without_user_and_password_there_is_no_authorization(userinfo: str) -> None:
    transport = ScriptedTransport(FakeClock())
    simulate(push_config(f"push_notification_driver = ox:url=http://{userinfo}h/"), transport=transport)
    names = [name for name, _ in transport.requests[0].headers]
    assert names == ["Host", "Date", "Content-Length", "Connection", "Content-Type"]


def test_the_date_is_that_of_the_clock() -> None:
    transport = ScriptedTransport(FakeClock())
    simulate(OX, transport=transport)
    assert dict(transport.requests[0].headers)["Date"] == "Tue, 14 Nov 2023 22:13:20 GMT"


def test_success_is_reported_after_the_transaction() -> None:
    report = simulate(OX)
    assert log_of(report)[-2:] == [
        "Debug: push-notification: Push notification transaction completed",
        "Debug: push-notification-ox: Notification sent successfully: 200 OK",
    ]
    assert ox_report(report) == (Outcome.SENT, "200 OK")


def test_failure_is_an_error_line_and_a_failed_driver() -> None:
    clock = FakeClock()
    transport = ScriptedTransport(
        clock, (0.0, ConnectFailedError("connect(127.0.0.1:8009) failed: Connection refused"))
    )
    report = simulate(OX, clock=clock, transport=transport)
    assert log_of(report)[-1] == (
        "Error: push-notification-ox: Error when sending notification: "
        "connect(127.0.0.1:8009) failed: Connection refused"
    )
    ((driver,),) = [transaction.drivers for transaction in report.transactions]
    assert driver.outcome is Outcome.FAILED
    assert [attempt.error for attempt in driver.requests[0].attempts] == [
        "connect(127.0.0.1:8009) failed: Connection refused"
    ]


def test_a_dry_run_shows_the_request_and_logs_no_answer() -> None:
    report = simulate(OX, transport=DryRunTransport())
    ((driver,),) = [transaction.drivers for transaction in report.transactions]
    (request,) = driver.requests
    assert driver.outcome is Outcome.WOULD_SEND
    assert (request.method, request.url, request.attempts) == ("PUT", URL, ())
    assert log_of(report)[-1] == "Debug: push-notification: Push notification transaction completed"


@pytest.mark.parametrize(
    "push",
    [
        push_config("push_notification_driver = ox:url=http://login:s3cret@h/x"),
        push_config("push_notification_driver = ox:url=http://login:s3cret@h/<"),
        push_config("push_notification_driver = ox:url=login:s3cret@h/"),
        push_config("push_notification_driver = ox:url=http://login:s3c/ret@h:x/"),
        push_config("push_notification_driver = ox:url=http://login:s3cret@h/%z"),
        push_config("push_notification_driver = dlog:url=http://login:s3cret@h/x"),
        push_config_24("push_notification ox {\n  url = http://login:s3cret@h/x\n}"),
    ],
)
def test_no_password_reaches_the_report(push: PushConfig) -> None:
    report = repr(simulate(push))
    assert "s3cret" not in report
    assert "s3c/ret" not in report
    assert base64.b64encode(b"login:s3cret").decode() not in report


def test_secrets_show_when_asked_for() -> None:
    push = push_config("push_notification_driver = ox:url=http://login:s3cret@h/x")
    report = simulate(push, show_secrets=True)
    assert log_of(report)[0] == "Debug: push-notification-ox: Using URL http://login:s3cret@h/x"
    ((driver,),) = [transaction.drivers for transaction in report.transactions]
    assert dict(driver.requests[0].headers)["Authorization"] == "Basic bG9naW46czNjcmV0"
    assert driver.requests[0].url == "http://h/x"


def test_the_first_driver_that_sends_decides_timeout_and_attempts() -> None:
    push = push_config(
        f"push_notification_driver = ox:url={URL} timeout_msecs=300 max_retries=0\n"
        f"push_notification_driver2 = ox:url={URL} timeout_msecs=9000 max_retries=5"
    )
    clock = FakeClock()
    transport = ScriptedTransport(clock, (0.0, HttpResponse(200, "OK")), (0.0, HttpResponse(408, "Late")))
    simulate(push, clock=clock, transport=transport)
    assert transport.timeouts == [0.3, 0.3]


@pytest.mark.parametrize(
    ("options", "timeout"),
    [("", 2.0), ("timeout_msecs=x", 2.0), ("timeout_msecs=0", 60.0), ("timeout_msecs=1", 0.001)],
)
def test_the_timeout_of_23(options: str, timeout: float) -> None:
    transport = ScriptedTransport(FakeClock())
    simulate(push_config(f"push_notification_driver = ox:url={URL} {options}"), transport=transport)
    assert transport.timeouts == [timeout]


def test_the_defaults_of_24_are_one_attempt_and_a_minute() -> None:
    clock = FakeClock()
    transport = ScriptedTransport(clock, (0.0, HttpResponse(408, "Late")))
    simulate(push_config_24(f"push_notification ox {{\n  url = {URL}\n}}"), clock=clock, transport=transport)
    assert transport.timeouts == [60.0]
