"""What is printed of a log, and the exit code."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pytest

from cli.doctor_log import run_log
from cli.render.doctor_log_text import text
from cli.render.styled import render
from drivers.doctor.branch import first_broken
from drivers.doctor.log.explain import explain
from drivers.doctor.log.reading import LogError
from drivers.doctor.log.view import links
from mailstore.links import LinkState
from tests.cli.conftest import Run
from tests.drivers.doctor.log.captured import BOB, PASSWORD, evidence, log, names, read_text

REPOSITORY = Path(__file__).parents[2]
SCHEMA = json.loads((REPOSITORY / "docs/schemas/doctor-log.schema.json").read_text())
WALK = json.loads((REPOSITORY / "docs/schemas/doctor.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
VERSIONS = ["2.3", "2.4"]
EVERY = [(version, name) for version in VERSIONS for name in names(version)]


def written(tmp_path: Path, version: str, name: str) -> Path:
    path = tmp_path / "mail.log"
    path.write_text(log(version, name), "utf-8")
    return path


def shown(version: str, name: str, user: str | None = BOB) -> str:
    return render(text(evidence(version, name, user), brief=False), colored=False)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_latest_failure_is_the_exit_code(
    tmp_path: Path, version: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, code in (("ox-sent", 0), ("ox-statuses", 1), ("ox-failed-then-sent", 0)):
        path = written(tmp_path, version, name)
        assert run_log([path], BOB, "text", "never", brief=False) == code
        assert run_log([path], None, "text", "never", brief=False) == code
    path = written(tmp_path, version, "ox-not-set")
    assert run_log([path], BOB, "text", "never", brief=False) == 1
    # Nobody has to be switched on.
    assert run_log([path], None, "text", "never", brief=False) == 0
    assert run_log([path, written(tmp_path, version, "ox-sent")], BOB, "json", "never", brief=False) == 0
    capsys.readouterr()


@pytest.mark.parametrize("version", VERSIONS)
def test_numbers_times_and_answers_are_in_the_line_of_a_driver(version: str) -> None:
    lines = shown(version, "ox-statuses").split("\n")
    (line,) = [line for line in lines if line.startswith("✗ ox: ")]
    assert "3 times failed (last Nov 26 " in line
    assert "once sent (last Nov 26 " in line
    assert any(line.startswith("  ✗ failed: 401 Unauthorized, once by lmtp, last Nov 26 ") for line in lines)
    assert "    rules: PN421, PN414" in lines
    assert lines[-2] == "✗ ox failed at the latest notification (401 Unauthorized)"


def test_what_processes_of_several_protocols_say_is_said_once() -> None:
    lines = shown("2.3", "notify-missing").split("\n")
    assert sum("needs" in line for line in lines) == 1
    assert any("4 times by lmtp, imap, lda" in line for line in lines)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_commands_that_switch_a_user_on_can_be_copied(version: str) -> None:
    switch_on = '→ pushnotif metadata set -u bob@example.org -s "" /private/vendor/vendor.dovecot/http-notify'
    assert f"    {switch_on} user=bob@example.org\n" in shown(version, "ox-not-set")
    strange = log(version, "ox-not-set").replace("bob@example.org", "bob$x")
    found = render(text(explain(read_text(strange), "bob$x"), brief=False), colored=False)
    assert "-u 'bob$x' -s" in found


@pytest.mark.parametrize(("version", "name"), EVERY)
def test_json_keeps_to_its_schema(
    tmp_path: Path, version: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    user = {"ox-sent": None, "ox-statuses": "bob"}.get(name, BOB)
    code = run_log([written(tmp_path, version, name)], user, "json", "never", brief=False)
    document = json.loads(capsys.readouterr().out)
    VALIDATOR.validate(document)
    assert (document["state"] == "broken") == (code == 1)


@pytest.mark.parametrize(("version", "name"), EVERY)
def test_links_say_what_the_exit_code_says_and_keep_passwords(version: str, name: str) -> None:
    found = evidence(version, name)
    branches = links(found)
    assert [branch.link.name for branch in branches] == ["log"]
    assert (first_broken(branches) is None) == found.is_fine
    for _, link in branches[0].walk():
        assert PASSWORD not in repr(link)
        assert "\n" not in link.seen
    assert PASSWORD not in shown(version, name)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_log_of_another_program_is_named_as_such(version: str) -> None:
    for content in (
        "",
        '192.0.2.1 - - [26/Nov/2026:01:02:03 +0000] "GET / HTTP/1.1" 200 12 "-" "dovecot"\n' * 3,
        "\0" * 1000,
    ):
        found = explain(read_text(content), BOB)
        assert render(text(found, brief=False), colored=False).startswith(
            "nothing in the log is from Dovecot\n"
        )
        assert links(found)[0].link.state is LinkState.UNKNOWN


@pytest.mark.parametrize("more", [(), ("-u", BOB), ("-q",)])
@pytest.mark.parametrize("content", ["", "Nov 26 01:02:03 mx postfix/smtpd[1]: connect from unknown\n"])
def test_a_log_without_a_line_of_dovecot_is_not_fine(
    tmp_path: Path, content: str, more: tuple[str, ...], run: Run
) -> None:
    path = tmp_path / "mail.log"
    path.write_text(content)
    outcome = run("doctor", "--log", str(path), *more)
    assert outcome.code == 1
    assert outcome.out.splitlines()[0] == "nothing in the log is from Dovecot"
    assert "doveadm log find" in outcome.out
    outcome = run("doctor", "--log", str(path), "--format", "json", *more)
    document = json.loads(outcome.out)
    VALIDATOR.validate(document)
    said = (outcome.code, document["lines"], document["state"], document["verdict"])
    assert said == (1, 0, "unknown", "nothing in the log is from Dovecot")


def test_in_the_walk_such_a_log_leaves_open_whether_somebody_is_notified(tmp_path: Path, run: Run) -> None:
    (tmp_path / "mail.log").write_text("nothing\n")
    outcome = run("doctor", "--demo", "--offline", "-u", BOB, "--log", str(tmp_path / "mail.log"))
    assert outcome.code == 0
    assert outcome.out.endswith("isn't known: log: nothing in the log is from Dovecot\n")


def test_one_log_of_dovecot_among_others_is_enough(tmp_path: Path, run: Run) -> None:
    (tmp_path / "other.log").write_text("nothing\n")
    path = written(tmp_path, "2.3", "ox-sent")
    assert run("doctor", "--log", str(tmp_path / "other.log"), "--log", str(path)).code == 0


def test_a_user_who_is_spelled_otherwise_is_named() -> None:
    assert "there are lines about bob@example.org\n" in shown("2.3", "ox-statuses", "Bob")
    assert "no line is about zoe" in shown("2.3", "ox-statuses", "zoe")


def test_a_log_comes_from_stdin(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    stdin = SimpleNamespace(buffer=io.BytesIO(log("2.3", "ox-statuses").encode()))
    monkeypatch.setattr("sys.stdin", stdin)
    assert run_log([Path("-")], BOB, "text", "always", brief=False) == 1
    assert "<stdin>:" in capsys.readouterr().out


def test_a_log_that_is_not_there_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="No such file or directory"):
        run_log([tmp_path / "mail.log"], BOB, "text", "never", brief=False)


def test_nothing_in_a_log_reaches_the_terminal_as_it_is() -> None:
    line = b"lmtp(b)<1><s>: Error: push-notification-ox: Error when sending notification: \x1b]0;x\x07\xff\n"
    found = render(text(explain(read_text(line)), brief=False), colored=False)
    assert "\x1b" not in found
    assert "\\x1b]0;x\\x07\\xff" in found


@pytest.mark.parametrize("version", VERSIONS)
def test_with_a_log_alone_the_command_explains_only_that(tmp_path: Path, version: str, run: Run) -> None:
    outcome = run("doctor", "-u", BOB, "--log", str(written(tmp_path, version, "ox-statuses")))
    assert outcome.code == 1
    assert "ox failed at the latest notification (401 Unauthorized)" in outcome.out
    assert "configuration" not in outcome.out
    brief = run("doctor", "-u", BOB, "-q", "--log", str(written(tmp_path, version, "ox-statuses")))
    assert len(brief.out) < len(outcome.out)


def test_options_of_the_walk_need_a_configuration_beside_a_log(tmp_path: Path, run: Run) -> None:
    path = str(written(tmp_path, "2.3", "ox-sent"))
    for option in (("--protocol", "lda"), ("--offline",), ("--timeout", "3"), ("--root", str(tmp_path))):
        outcome = run("doctor", "--log", path, *option)
        assert outcome.code == 2
        assert f"{option[0]} needs -c: with --log alone only the log is read" in outcome.err


def test_a_log_that_is_not_there_is_said_in_one_line(tmp_path: Path, run: Run) -> None:
    outcome = run("doctor", "--log", str(tmp_path / "mail.log"))
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize("version", VERSIONS)
def test_with_a_configuration_the_log_is_one_more_link_and_shows_the_protocol(
    tmp_path: Path, version: str, run: Run
) -> None:
    path = str(written(tmp_path, version, "ox-statuses"))
    outcome = run("doctor", "--demo", "-u", BOB, "--log", path, "--format", "json")
    document = json.loads(outcome.out)
    jsonschema.validate(document, WALK)
    by_path = {tuple(link["path"]): link for link in document["links"]}
    assert by_path["delivery",]["seen"] == "lmtp, as the log shows"
    assert by_path["log", "ox"]["state"] == "broken"
    assert document["stops_at"] == ["log", "ox"]
    assert outcome.code == 1
