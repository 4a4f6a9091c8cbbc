"""The example scripts of Dovecot's wiki notify `pushnotif listen`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from tests.cli.conftest import Outcome, Run
from tests.cli.test_listen import Listening, running

REPOSITORY = Path(__file__).parents[2]
SUBJECT = "Grüße & mehr"
MAIL = f"From: Alice <alice@example.com>\nTo: bob@example.com\nSubject: {SUBJECT}\n\n100 % + 1\n"


@pytest.fixture
def listening() -> Iterator[Listening]:
    with running(("--path", "/handler"), {}) as started:
        yield started


def deliver(run: Run, folder: Path, script: str, url: str) -> Outcome:
    """Deliver a mail to a user of a 2.3 site whose push driver is the script."""
    configuration, mail = folder / "dovecot.conf", folder / "mail.eml"
    configuration.write_text(
        "mail_plugins = notify push_notification mail_lua push_notification_lua\nplugin {\n"
        f"  push_notification_driver = lua:file={REPOSITORY}/fixtures/lua/{script}.lua\n"
        f"  push_lua_url = {url}\n}}\n",
        "utf-8",
    )
    mail.write_text(MAIL, "utf-8")
    arguments = ("-c", configuration, "-u", "bob", "--message", mail, "--format", "json")
    return run("simulate", "message-new", *arguments)


def log_of(outcome: Outcome) -> list[str]:
    log = json.loads(outcome.out)["log"]
    return [f"{line['level']}: {line['message']}" for line in log]


def test_the_simple_script_posts_a_form(run: Run, tmp_path: Path, listening: Listening) -> None:
    outcome = deliver(run, tmp_path, "wiki-simple", f"http://127.0.0.1:{listening.port}/handler")
    assert outcome.code == 0, outcome.err
    request = json.loads(listening.line())
    assert (request["method"], request["answer"]["status"]) == ("POST", 200)
    assert ["Content-Type", "application/x-www-form-urlencoded"] in request["headers"]
    form = parse_qs(request["body"])
    assert (form["subject"], form["user"], form["snippet"]) == ([SUBJECT], ["bob"], ["100 % + 1"])
    assert not any(line.startswith("Error: ") for line in log_of(outcome))


def test_the_script_with_events_posts_the_mail_and_then_the_mailbox(
    run: Run, tmp_path: Path, listening: Listening
) -> None:
    outcome = deliver(run, tmp_path, "wiki-events", f"http://127.0.0.1:{listening.port}/handler")
    assert outcome.code == 0, outcome.err
    mail, mailbox = (parse_qs(json.loads(listening.line())["body"]) for _ in range(2))
    assert mail["subject"] == [SUBJECT]
    assert mailbox == {"mailbox": ["INBOX"], "recent": ["1.0"], "unseen": ["1.0"], "messages": ["1.0"]}
    log = log_of(outcome)
    assert log.index("Info: lua: Mail notify status 200") < log.index("Info: lua: Mailbox notify status 200")


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("wiki-simple", "Error: lua-push: connection refused"),
        ("wiki-events", "bad argument #2 to 'add_int' (number expected, got string)"),
    ],
)
def test_without_an_endpoint_the_log_says_so(run: Run, tmp_path: Path, script: str, said: str) -> None:
    outcome = deliver(run, tmp_path, script, "http://127.0.0.1:1/handler")
    assert any(said in line for line in log_of(outcome))
