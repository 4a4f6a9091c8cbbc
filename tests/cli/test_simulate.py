"""`pushnotif simulate message-new`, as a user calls it."""

from __future__ import annotations

import base64
import json
import socket
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.cli.conftest import Run
from tests.dovecot.harness.listener import Answer, HttpListener, Silence

REPOSITORY = Path(__file__).parents[2]
FIRST_DAY = REPOSITORY / "fixtures" / "first-day"
SCHEMA = json.loads((REPOSITORY / "docs/schemas/simulate.schema.json").read_text())
SWITCHED_ON = "/private/vendor/vendor.dovecot/http-notify=user=bob@ox"


@pytest.fixture
def listener() -> Any:
    with HttpListener() as http_listener:
        yield http_listener


@pytest.fixture
def site(tmp_path: Path, listener: HttpListener) -> Path:
    """Write a 2.3 configuration with dlog and an ox driver that talks to the listener."""
    return write_site(tmp_path, listener.url("/notify", "login:hunter2"))


def write_site(folder: Path, url: str, options: str = "") -> Path:
    path = folder / "dovecot.conf"
    path.write_text(
        f"""mail_plugins = notify push_notification
mail_location = maildir:{folder}/mail/%u
mail_attribute_dict = file:{folder}/%u.dict
userdb {{
  driver = static
  args = home={folder}/home/%u
}}
plugin {{
  push_notification_driver = dlog
  push_notification_driver2 = ox:url={url} {options}
}}
"""
    )
    return path


def drivers_of(out: str) -> dict[str, dict[str, Any]]:
    document = json.loads(out)
    jsonschema.validate(document, SCHEMA)
    (transaction,) = document["transactions"]
    return {driver["driver"]: driver for driver in transaction["drivers"]}


def test_the_built_in_example_shows_the_request_and_what_dovecot_logs(run: Run) -> None:
    result = run("simulate", "message-new", "--demo")
    assert result.code == 0
    assert "PUT https://appsuite.example.com/preliminary/http-notify/v1/notify" in result.out
    assert '"subject":"Lunch on Thursday?"' in result.out
    assert "Debug: Called begin_txn push_notification plugin hook." in result.out
    assert "never sent" in result.err


def test_the_built_in_example_is_used_where_nothing_else_is_found(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("cli.common.SYSTEM_CONFIG", str(tmp_path / "dovecot.conf"))
    result = run("simulate", "message-new", "--format", "json")
    assert result.code == 0
    assert drivers_of(result.out)["ox"]["outcome"] == "would-send"
    assert "using the built-in example" in result.err


@pytest.mark.parametrize("format_", ["text", "json"])
def test_no_secret_is_shown_unless_asked_for(run: Run, format_: str) -> None:
    token = base64.b64encode(b"login:secret").decode()
    hidden = run("simulate", "message-new", "--demo", "--format", format_)
    assert "secret" not in hidden.out
    assert token not in hidden.out
    shown = run("simulate", "message-new", "--demo", "--format", format_, "--show-secrets")
    assert token in shown.out


def test_a_request_really_goes_out(run: Run, site: Path, listener: HttpListener) -> None:
    result = run(
        *("simulate", "message-new", "-c", site, "-u", "bob", "--metadata", SWITCHED_ON, "--format", "json"),
        *("--message", FIRST_DAY / "mail.eml", "--uid", 7, "--uidvalidity", 1700000000, "--unseen", 2),
    )
    assert result.code == 0
    (request,) = listener.wait_for(1)
    assert [name for name, _ in request.headers] == [
        "Host",
        "Date",
        "Authorization",
        "Content-Length",
        "Connection",
        "Content-Type",
    ]
    body = json.loads(request.body)
    assert (body["imap-uid"], body["imap-uidvalidity"], body["unseen"]) == (7, 1700000000, 3)
    assert body["subject"] == "Lunch on Thursday,\n or on Friday?"
    ox = drivers_of(result.out)["ox"]
    assert ox["outcome"] == "sent"
    assert ox["requests"][0]["body"].encode() == request.body
    assert ox["requests"][0]["attempts"][0]["status"] == 200


def test_a_dry_run_sends_nothing(run: Run, site: Path, listener: HttpListener) -> None:
    result = run(
        *("simulate", "message-new", "-c", site, "-u", "bob", "--metadata", SWITCHED_ON, "--dry-run"),
        *("--format", "json"),
    )
    assert drivers_of(result.out)["ox"]["outcome"] == "would-send"
    assert listener.requests == []


def test_a_user_who_is_not_switched_on_is_skipped(run: Run, site: Path, listener: HttpListener) -> None:
    result = run("simulate", "message-new", "-c", site, "-u", "bob", "--format", "json")
    assert result.code == 0
    assert drivers_of(result.out)["ox"]["outcome"] == "skipped"
    assert "Skipped because not active" in result.out
    assert listener.requests == []


def test_what_metadata_set_wrote_switches_a_user_on(run: Run, site: Path, listener: HttpListener) -> None:
    entry = SWITCHED_ON.partition("=")[0]
    assert run("metadata", "set", "-c", site, "-u", "bob", "-s", "--create", "", entry, "user=x").code == 0
    result = run("simulate", "message-new", "-c", site, "-u", "bob", "--subject", "Hi", "--format", "json")
    assert drivers_of(result.out)["ox"]["outcome"] == "sent"
    assert len(listener.wait_for(1)) == 1


def test_a_refused_answer_fails_with_the_line_dovecot_logs(
    run: Run, site: Path, listener: HttpListener
) -> None:
    listener.answer_with(Answer(403, "Forbidden"))
    result = run("simulate", "message-new", "-c", site, "-u", "bob", "--metadata", SWITCHED_ON)
    assert result.code == 1
    assert "Error: push-notification-ox: Error when sending notification: 403 Forbidden" in result.out


def test_a_refused_connection_is_one_error_line(run: Run, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    site = write_site(tmp_path, f"http://127.0.0.1:{port}/")
    result = run("simulate", "message-new", "-c", site, "-u", "bob", "--metadata", SWITCHED_ON)
    assert result.code == 1
    assert f"connect(127.0.0.1:{port}) failed: Connection refused" in result.out


def test_a_silent_endpoint_ends_with_the_driver_s_timeout(
    run: Run, tmp_path: Path, listener: HttpListener
) -> None:
    listener.answer_with(Silence(), Silence())
    site = write_site(tmp_path, listener.url("/"), "timeout_msecs=100 max_retries=0")
    result = run("simulate", "message-new", "-c", site, "-u", "bob", "--metadata", SWITCHED_ON)
    assert result.code == 1
    assert "Request timed out" in result.out


def test_uid_uidvalidity_and_unseen_can_come_from_a_maildir(run: Run, site: Path, tmp_path: Path) -> None:
    maildir = tmp_path / "Maildir"
    for name in ("cur", "new", "tmp"):
        (maildir / name).mkdir(parents=True)
    (maildir / "dovecot-uidlist").write_bytes(b"3 V1234 N5 G" + b"1" * 32 + b"\n")
    (maildir / "new" / "1.M1P1.host").touch()
    result = run(
        *("simulate", "message-new", "-c", site, "-u", "bob", "--metadata", SWITCHED_ON, "--dry-run"),
        *("--maildir", maildir, "--format", "json"),
    )
    body = json.loads(drivers_of(result.out)["ox"]["requests"][0]["body"])
    assert (body["imap-uid"], body["imap-uidvalidity"], body["unseen"]) == (5, 1234, 2)


def test_ox_watches_only_inbox(run: Run, site: Path) -> None:
    result = run(
        *("simulate", "message-new", "-c", site, "-u", "bob", "--metadata", SWITCHED_ON, "--mailbox", "Work"),
        *("--format", "json"),
    )
    assert drivers_of(result.out)["ox"]["outcome"] == "skipped"
    assert "Skipped because Work is not a watched mailbox" in result.out


def test_the_2_4_fixture_sends_through_both_ox_blocks(run: Run) -> None:
    result = run(
        *("simulate", "message-new", "-c", FIRST_DAY / "dovecot-2.4.conf", "-u", "bob", "--dry-run"),
        *("--metadata", SWITCHED_ON, "--format", "json"),
    )
    (transaction,) = json.loads(result.out)["transactions"]
    assert [(driver["setting"], driver["outcome"]) for driver in transaction["drivers"]] == [
        ("push_notification/dlog", "logged"),
        ("push_notification/ox", "would-send"),
        ("push_notification/second", "would-send"),
    ]
    users = [json.loads(driver["requests"][0]["body"])["user"] for driver in transaction["drivers"][1:]]
    assert users == ["bob@ox", "bob"]


def test_a_configuration_that_dovecot_refuses_is_said_to_be_so(run: Run) -> None:
    result = run("simulate", "message-new", "-c", FIRST_DAY / "broken.conf", "-u", "bob", "--dry-run")
    assert result.code == 1
    assert "broken.conf:19:1: Expecting '{': Dovecot refuses this configuration" in result.err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["-c", "/no/such/dovecot.conf", "-u", "bob"], "/no/such/dovecot.conf"),
        (["-c", str(FIRST_DAY), "-u", "bob"], "first-day"),
        (["-c", str(FIRST_DAY / "dovecot-2.3.conf")], "name the user with -u USER"),
        (["--demo", "--message", "/no/such/mail.eml"], "/no/such/mail.eml: can't read the mail"),
        (["--demo", "--message", str(FIRST_DAY)], "Is a directory"),
        (["--demo", "--message", "-", "--subject", "x"], "exclude each other"),
        (["--demo", "--subject", "a\nb"], "can't make a mail"),
        (["--demo", "--metadata", "nonsense"], "write it as ENTRY=VALUE"),
        (["--demo", "--metadata", "/nope/x=1"], "Must begin with /private or /shared"),
        (["--demo", "--maildir", str(FIRST_DAY)], "not a Maildir"),
        (["--demo", "--uid", "0"], "--uid"),
        (["--demo", "--mailbox", ""], "--mailbox must not be empty"),
        (["--demo", "--message", ""], "--message must not be empty"),
        (["--demo", "--count", "2", "--rate", "nan"], "nan is not a number"),
        (["--demo", "-u", ""], "--user must not be empty"),
        (["--demo", "-c", "x"], "exclude each other"),
        (["--demo", "-o", "nonsense"], "write NAME=VALUE"),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(run: Run, arguments: list[str], complaint: str) -> None:
    result = run("simulate", "message-new", *arguments)
    assert result.code == 2
    assert result.out == ""
    lines = [line for line in result.err.splitlines() if "built-in example" not in line]
    assert len(lines) == 1
    assert complaint in lines[0]


def test_a_user_that_the_userdb_does_not_know_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "users").write_text("alice:::::/home/alice::\n")
    path = tmp_path / "dovecot.conf"
    path.write_text(f"userdb {{\n  driver = passwd-file\n  args = {tmp_path}/users\n}}\n")
    result = run("simulate", "message-new", "-c", path, "-u", "bob")
    assert result.code == 2
    assert "user bob doesn't exist" in result.err


def test_control_characters_of_a_mail_never_reach_the_terminal(run: Run, tmp_path: Path) -> None:
    mail = tmp_path / "mail.eml"
    mail.write_bytes(b"From: a\x1b]0;x\x07@b\nSubject: \x1b[2Jred\xc2\x9b\n\nhello \x1b[31m\n")
    for color in ("never", "always"):
        outcome = run("simulate", "message-new", "--demo", "-q", "--message", mail, "--color", color)
        assert outcome.code == 0
        assert not {"\x07", "\x9b"} & set(outcome.out)
        assert "\x1b]0" not in outcome.out
        assert "\x1b[2J" not in outcome.out
        assert "\\x1b[2Jred" in outcome.out


def test_names_that_are_no_utf_8_are_shown_in_both_formats(run: Run) -> None:
    anything = ("-o", "auth_username_chars=")
    arguments = ("simulate", "message-new", "--demo", "-q", *anything, "-u", "b\udcffb")
    assert "b\\xffb" in run(*arguments).out
    assert json.loads(run(*arguments, "--format", "json").out)["user"] == "b\udcffb"


def test_without_any_driver_the_report_says_so(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "dovecot.conf"
    path.write_text("mail_plugins = notify push_notification\nuserdb {\n  driver = static\n}\n")
    result = run("simulate", "message-new", "-c", path, "-u", "bob")
    assert result.code == 0
    assert "no push notification driver is defined for lmtp" in result.out
