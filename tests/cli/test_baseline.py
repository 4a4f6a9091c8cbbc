"""`--baseline` and `--write-baseline`: what an old repository has is left out, and only that."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.cli.conftest import Run

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs/schemas/baseline.schema.json").read_text(encoding="utf-8")
)
HEAD = "mail_plugins = notify push_notification\n"
PLUGIN = """\
plugin {
  push_notification_driver = dlog
  push_notification_driver3 = dlog:third
}
"""
BASELINE = ("--baseline", "old.json")


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Write files of a repository, which is the current directory."""
    monkeypatch.chdir(tmp_path)

    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    write_file("conf.d/push.conf", PLUGIN)
    write_file("dovecot.conf", HEAD + "!include conf.d/*.conf\n")
    return write_file


def found(run: Run, *arguments: str, file: str = "dovecot.conf") -> list[str]:
    outcome = run("validate", "--format", "concise", file, *arguments)
    return [line.partition(" ")[2].partition(" ")[0] for line in outcome.out.splitlines()]


def record(run: Run, *arguments: str) -> str:
    outcome = run("validate", "dovecot.conf", *BASELINE, "--write-baseline", *arguments)
    assert outcome.code == 0
    return outcome.err


def entries(path: str = "old.json") -> list[tuple[str, str, int]]:
    document = json.loads(Path(path).read_text())
    jsonschema.validate(document, SCHEMA)
    return [(item["path"], item["code"], item["count"]) for item in document["findings"]]


def test_what_is_recorded_is_not_shown_and_does_not_fail(write: Any, run: Run) -> None:
    assert run("validate", "dovecot.conf").code == 1
    assert record(run) == "pushnotif: old.json: 1 finding recorded\n"
    outcome = run("validate", "--format", "json", "dovecot.conf", *BASELINE)
    assert (outcome.code, outcome.err) == (0, "")
    assert json.loads(outcome.out)["summary"] == {"error": 0, "warning": 0, "info": 0}
    assert entries() == [("conf.d/push.conf", "PN301", 1)]


def test_a_recorded_finding_may_move_and_be_indented(write: Any, run: Run) -> None:
    record(run)
    write("conf.d/push.conf", "# a\n\n" + PLUGIN.replace("  push", "\tpush"))
    assert found(run, *BASELINE) == []


def test_a_finding_in_a_line_that_changed_or_in_another_file_is_new(write: Any, run: Run) -> None:
    record(run)
    write("conf.d/push.conf", PLUGIN.replace("third", "3rd"))
    assert found(run, *BASELINE) == ["PN301"]
    write("conf.d/push.conf", PLUGIN)
    Path("conf.d/push.conf").rename("conf.d/20-push.conf")
    assert found(run, *BASELINE) == ["PN301"]


def test_a_further_finding_that_is_alike_is_new(write: Any, run: Run) -> None:
    write("dovecot.conf", "nonsense\n")
    record(run)
    write("dovecot.conf", "nonsense\nssl = no\nnonsense\n")
    outcome = run("validate", "--format", "concise", "dovecot.conf", *BASELINE)
    assert (outcome.code, [line.split(":")[1] for line in outcome.out.splitlines()]) == (1, ["3"])
    assert "2 findings" in record(run)
    assert entries() == [("dovecot.conf", "PN101", 2)]
    assert found(run, *BASELINE) == []


def test_what_is_gone_is_counted_and_taken_out_when_it_is_written_again(write: Any, run: Run) -> None:
    record(run)
    write("conf.d/push.conf", PLUGIN.replace("driver3", "driver2"))
    text = "pushnotif: old.json: 1 finding in it not found any more; --write-baseline takes them out\n"
    assert run("validate", "dovecot.conf", *BASELINE).err == text
    assert run("validate", "-q", "dovecot.conf", *BASELINE).err == ""
    record(run)
    assert entries() == []
    assert run("validate", "dovecot.conf", *BASELINE).err == ""


def test_the_findings_of_a_file_that_is_gone_are_gone(write: Any, run: Run) -> None:
    record(run)
    Path("conf.d/push.conf").unlink()
    write("dovecot.conf", "ssl = no\n")
    assert "1 finding in it not found" in run("validate", "dovecot.conf", *BASELINE).err


@pytest.mark.parametrize(
    "arguments", [("other.conf",), ("dovecot.conf", "--select", "PN1"), ("other24.conf",)]
)
def test_what_a_run_does_not_look_at_is_not_gone_and_stays_recorded(
    arguments: tuple[str, ...], write: Any, run: Run
) -> None:
    write("other.conf", "ssl = no\n")
    write(
        "other24.conf",
        "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n!include conf.d/push.conf\n",
    )
    record(run)
    assert "not found any more" not in run("validate", *BASELINE, *arguments).err
    assert run("validate", *BASELINE, "--write-baseline", *arguments).code == 0
    assert ("conf.d/push.conf", "PN301", 1) in entries()


def test_paths_are_relative_to_the_baseline_wherever_one_is(
    write: Any, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write("ci/x", "")
    outcome = run("validate", "dovecot.conf", "--baseline", "ci/old.json", "--write-baseline")
    assert outcome.code == 0
    assert entries("ci/old.json") == [("../conf.d/push.conf", "PN301", 1)]
    monkeypatch.chdir(tmp_path / "conf.d")
    assert found(run, "--baseline", "../ci/old.json", file=str(tmp_path / "dovecot.conf")) == []


def test_a_shared_file_counts_once(write: Any, run: Run) -> None:
    write("second.conf", HEAD + "!include conf.d/*.conf\n")
    record(run, "second.conf")
    assert entries() == [("conf.d/push.conf", "PN301", 1)]
    assert found(run, "second.conf", *BASELINE) == []


def test_findings_on_stdin_and_in_options_are_recorded_without_a_path(write: Any, run: Run) -> None:
    write("dovecot.conf", "ssl = no\n")
    record(run, "-o", "plugin/push_notification_driver=x", "-o", "mail_plugins=notify push_notification")
    assert {path for path, _, _ in entries()} <= {"-o", "dovecot.conf"}
    assert entries() != []


def test_comments_silence_first(write: Any, run: Run) -> None:
    write("conf.d/push.conf", PLUGIN.replace("third", "third # pushnotif: ignore[PN301]"))
    record(run)
    assert entries() == []


def test_no_secret_and_no_text_is_in_the_file_and_a_new_password_is_no_new_finding(
    write: Any, run: Run
) -> None:
    def configuration(password: str) -> str:
        return f"{HEAD}plugin {{\n  push_notification_driver = ox:url=http://u:{password}@h:abc/\n}}\n"

    write("dovecot.conf", configuration("hunter2"))
    record(run)
    text = Path("old.json").read_text()
    assert "hunter2" not in text
    assert "push_notification_driver" not in text
    record(run, "--show-secrets")
    assert Path("old.json").read_text() == text
    write("dovecot.conf", configuration("hunter3"))
    assert found(run, *BASELINE, "--show-secrets") == []


def test_findings_in_scripts_are_recorded_too(write: Any, run: Run) -> None:
    write("push.lua", "local x = y\n")
    first = run("lua", "check", "-q", "--fail-on", "info", "push.lua")
    assert first.code == 1
    done = run("lua", "check", "-q", "push.lua", *BASELINE, "--write-baseline")
    assert (done.code, done.err) == (0, "")
    assert {path for path, _, _ in entries()} == {"push.lua"}
    assert run("lua", "check", "-q", "--fail-on", "info", "push.lua", *BASELINE).code == 0
    write("push.lua", "local x = z\n")
    assert run("lua", "check", "-q", "--fail-on", "info", "push.lua", *BASELINE).code == 1


def test_the_file_is_replaced_in_one_step_and_the_same_when_nothing_changed(write: Any, run: Run) -> None:
    record(run)
    Path("old.json").chmod(0o640)
    before = Path("old.json").read_bytes()
    record(run)
    assert Path("old.json").read_bytes() == before
    assert stat.S_IMODE(Path("old.json").stat().st_mode) == 0o640
    assert sorted(path.name for path in Path().iterdir()) == ["conf.d", "dovecot.conf", "old.json"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (
            ("--baseline", "none.json"),
            "none.json: can't read the baseline: No such file or directory; --write-baseline makes it",
        ),
        (("--baseline", "conf.d"), "conf.d: can't read the baseline: Is a directory"),
        (("--baseline", "dovecot.conf"), "dovecot.conf is no baseline: it is no JSON"),
        (("--baseline", "dovecot.conf", "--write-baseline"), "dovecot.conf is no baseline: it is no JSON"),
        (("--baseline", "bytes"), "bytes is no baseline: it is no UTF-8"),
        (("--baseline", "list.json"), "list.json is no baseline: it has no list of findings"),
        (("--write-baseline",), "--write-baseline needs --baseline FILE"),
        (("--baseline", "no/x.json", "--write-baseline"), "can't write no/x.json: No such file or directory"),
    ],
)
def test_a_baseline_that_cannot_be_used_gives_one_line(
    arguments: tuple[str, ...], problem: str, write: Any, run: Run
) -> None:
    write("list.json", "[]")
    Path("bytes").write_bytes(b"\xff")
    before = Path("dovecot.conf").read_bytes()
    outcome = run("validate", "dovecot.conf", *arguments)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert outcome.err.startswith(f"pushnotif: {problem}")
    assert Path("dovecot.conf").read_bytes() == before


def test_a_part_that_is_linted_alone_leaves_the_rest_of_the_baseline_alone(write: Any, run: Run) -> None:
    write("conf.d/10-mail.conf", "nonsense\n")
    record(run)
    part = run("validate", "conf.d/10-mail.conf", *BASELINE)
    assert (part.code, part.err) == (0, "")
    write("conf.d/10-mail.conf", "ssl = no\n")
    part = run("validate", "-q", "conf.d/10-mail.conf", *BASELINE, "--write-baseline")
    assert part.code == 0
    assert entries() == [("conf.d/push.conf", "PN301", 1)]


def test_a_part_without_a_main_file_is_not_asked_for_what_only_the_whole_shows(write: Any, run: Run) -> None:
    record(run)
    Path("dovecot.conf").unlink()
    for _ in range(2):
        assert run("validate", "-q", "conf.d", *BASELINE, "--write-baseline").code == 0
        assert entries() == [("conf.d/push.conf", "PN301", 1)]


def test_findings_of_templates_can_be_recorded_and_go(write: Any, run: Run) -> None:
    write("dovecot.conf", "{% if x %}\nnonsense\n{% endif %}\n")
    record(run, "--templates")
    assert entries() == [("dovecot.conf", "PN101", 1)]
    record(run, "--templates")
    assert entries() == [("dovecot.conf", "PN101", 1)]
    write("dovecot.conf", "{% if x %}\nssl = no\n{% endif %}\n")
    record(run, "--templates")
    assert entries() == []


def test_what_is_recorded_is_not_fixed(write: Any, run: Run) -> None:
    record(run)
    before = Path("conf.d/push.conf").read_bytes()
    assert run("validate", "--fix", "--unsafe-fixes", "dovecot.conf", *BASELINE).code == 0
    assert Path("conf.d/push.conf").read_bytes() == before
    assert run("validate", "--fix", "--write-baseline", "dovecot.conf", *BASELINE).code == 2


def test_a_line_with_a_recorded_finding_is_not_fixed_since_it_would_be_new(write: Any, run: Run) -> None:
    write(
        "conf.d/push.conf",
        PLUGIN.replace("dlog\n", "ox:url=http://127.0.0.1:8009/x user_from_metadata=no cache_lifetime=10\n"),
    )
    record(run, "--select", "PN404")
    before = Path("conf.d/push.conf").read_text()
    for _ in range(2):
        run("validate", "--fix", "--unsafe-fixes", "dovecot.conf", *BASELINE)
        assert Path("conf.d/push.conf").read_text() == before.replace("driver3", "driver2")
