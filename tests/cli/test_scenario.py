"""`pushnotif simulate --scenario`, as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.cli.conftest import Run
from tests.cli.test_simulate import write_site
from tests.dovecot.harness.listener import Answer, HttpListener

REPOSITORY = Path(__file__).parents[2]
EXAMPLES = sorted((REPOSITORY / "fixtures" / "scenarios").glob("*.toml"))
SCHEMAS = REPOSITORY / "docs" / "schemas"
RECIPIENTS = REPOSITORY / "fixtures" / "scenarios" / "three-recipients.toml"


def validated(out: str, schema: str = "scenario-result") -> Any:
    document = json.loads(out)
    jsonschema.validate(document, json.loads((SCHEMAS / f"{schema}.schema.json").read_text()))
    return document


@pytest.fixture
def listener() -> Any:
    with HttpListener() as http_listener:
        yield http_listener


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_every_example_plays_with_the_first_days_site(run: Run, path: Path, version: str) -> None:
    site = REPOSITORY / "fixtures" / "first-day" / f"dovecot-{version}.conf"
    result = run("simulate", "--scenario", path, "-c", site, "--dry-run", "--format", "json")
    # 2.3 has no drivers for the LDA there, which is no failure.
    assert (result.code, result.err) == (0, "")
    assert validated(result.out)["sessions"]


def test_the_document_names_users_and_sessions(run: Run) -> None:
    result = run("simulate", "--scenario", RECIPIENTS, "--demo", "--format", "json")
    first, second = validated(result.out)["sessions"]
    assert (first["name"], first["users"]) == ("to all three", ["alice", "bob", "carol"])
    assert [transaction["user"] for transaction in first["transactions"]] == ["alice", "bob", "carol"]
    assert second["users"] == ["alice"]


def test_people_see_each_session_under_its_name(run: Run) -> None:
    result = run("simulate", "--scenario", RECIPIENTS, "--demo")
    assert result.code == 0
    assert result.out.startswith("Session 1: to all three\nMessageNew for alice in INBOX, by lmtp")
    assert "\n\nSession 2: one more" in result.out
    assert "secret" not in result.out
    assert "never sent" in result.err


def test_requests_go_out_and_are_recorded_without_secrets(
    run: Run, tmp_path: Path, listener: HttpListener
) -> None:
    site, recording = write_site(tmp_path, listener.url("/n", "login:hunter2")), tmp_path / "r.ndjson"
    result = run("simulate", "--scenario", RECIPIENTS, "-c", site, "--record", recording)
    assert result.code == 0
    assert len(listener.wait_for(3)) == 3
    lines = recording.read_text().splitlines()
    records = [validated(line, "record") for line in lines]
    assert [record["context"]["session"] for record in records] == [1, 1, 2]
    assert [record["answer"]["status"] for record in records] == [200, 200, 200]
    assert records[0]["context"]["users"] == ["alice", "bob", "carol"]
    assert "<hidden>" in lines[0]
    assert "hunter2" not in recording.read_text() + result.out


def test_an_event_is_recorded_too(run: Run, tmp_path: Path) -> None:
    recording = tmp_path / "r.ndjson"
    assert run("simulate", "message-new", "--demo", "--record", recording).code == 0
    (record,) = [validated(line, "record") for line in recording.read_text().splitlines()]
    assert record["answer"] is None
    assert record["context"] == {"user": "bob", "protocol": "lmtp"}
    assert run("simulate", "message-new", "--demo", "--record", recording, "--show-secrets").code == 0
    assert "Basic " in recording.read_text().splitlines()[1]


def test_a_file_that_is_no_recording_is_left_alone(run: Run, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.write_text("precious\n")
    result = run("simulate", "--scenario", RECIPIENTS, "--demo", "--record", mine)
    assert result.code == 2
    assert mine.read_text() == "precious\n"


def test_a_failed_notification_is_exit_code_1(run: Run, tmp_path: Path, listener: HttpListener) -> None:
    listener.answer_with(Answer(500, "Broken"))
    site = write_site(tmp_path, listener.url("/n"))
    assert run("simulate", "--scenario", RECIPIENTS, "-c", site).code == 1


def test_a_session_can_have_settings_of_its_own(run: Run, tmp_path: Path) -> None:
    scenario = tmp_path / "s.toml"
    scenario.write_text(
        'version = 1\n[users.bob]\n[[sessions]]\nprotocol = "lda"\nuser = "bob"\n'
        'actions = [{ deliver = "INBOX" }]\n[sessions.settings]\nmail_plugins = ""\n'
    )
    result = run("simulate", "--scenario", scenario, "--demo", "--format", "json")
    (session,) = validated(result.out)["sessions"]
    assert session["log"] == []


def test_expectations_are_not_taken_for_checked(run: Run, tmp_path: Path) -> None:
    scenario = tmp_path / "s.toml"
    scenario.write_text(
        'version = 1\n[users.bob]\n[[sessions]]\nprotocol = "lda"\nuser = "bob"\n'
        'actions = [{ deliver = "INBOX", expect = { requests = 9 } }]\n'
    )
    result = run("simulate", "--scenario", scenario, "--demo")
    assert result.code == 0
    assert "'expect' is reserved and NOT checked by this version" in result.err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--scenario", "gone.toml"), "gone.toml: can't read the scenario: No such file or directory"),
        (("--scenario", "x", "message-new", "--demo"), "--scenario stands before message-new: leave out"),
        (
            ("--dry-run", "message-new", "--demo"),
            "--dry-run stands before message-new: its options go behind",
        ),
        (("--dry-run",), "name an EVENT, or a scenario with --scenario FILE"),
        (("message-new", "--scenario", "x"), "--scenario says itself what happens: leave out message-new"),
        (("flags-set", "--demo", "--scenario=x"), "--scenario says itself what happens: leave out flags-set"),
        (("--scenario", "x", "--user", "bob"), "--user can't be used with --scenario: the file says it"),
        (("--scenario=x", "--count", "3"), "--count can't be used with --scenario: the file says it"),
        (("-u", "bob", "message-new"), "-u goes behind EVENT"),
    ],
)
def test_a_wrong_call_gets_one_line(run: Run, arguments: tuple[str, ...], expected: str) -> None:
    result = run("simulate", *arguments)
    assert result.code == 2
    assert expected in result.err
    assert result.err.count("\n") == 1


def test_what_was_done_before_a_mistake_is_shown(run: Run, tmp_path: Path) -> None:
    scenario = tmp_path / "s.toml"
    session = '[[sessions]]\nprotocol = "imap"\nuser = "bob"\n'
    scenario.write_text(
        f'version = 1\n[users.bob]\n{session}actions = [{{ create = "A" }}]\n'
        f'{session}actions = [{{ delete = "B" }}]\n'
    )
    result = run("simulate", "--scenario", scenario, "--demo")
    assert result.code == 2
    assert "MailboxCreate" in result.out
    assert f"{scenario}:10:14: delete: there is no mailbox B" in result.err
