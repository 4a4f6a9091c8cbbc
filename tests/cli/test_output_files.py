"""``--output``: several files at once, and what is refused before anything is written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.main import run

GAP = """\
mail_plugins = notify push_notification
plugin {
  push_notification_driver = dlog
  push_notification_driver3 = dlog:third
}
"""
COUNTED = "     1  PN301  driver-chain-gap (error)\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("dovecot.conf").write_text(GAP)
    return tmp_path


def names() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


def test_files_with_a_format_stand_beside_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    outputs = ["--output", "sarif=a.sarif", "--output", "junit=b.xml", "--output", "gitlab=c.json"]
    assert run(["validate", "dovecot.conf", *outputs]) == 1
    assert capsys.readouterr().out.startswith("error[PN301]")
    assert json.loads(Path("a.sarif").read_text())["version"] == "2.1.0"
    assert Path("b.xml").read_text().startswith("<?xml")
    assert len(json.loads(Path("c.json").read_text())) == 1


def test_stdout_has_the_format_of_its_own_option(capsys: pytest.CaptureFixture[str]) -> None:
    run(["validate", "dovecot.conf", "--format", "concise", "--output", "json=a.json"])
    assert capsys.readouterr().out.startswith("dovecot.conf:4:3: PN301 ")


def test_a_file_without_a_format_takes_the_place_of_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    outputs = ["--output", "a.txt", "--output", "json=b.json"]
    assert run(["validate", "dovecot.conf", "--format", "concise", *outputs]) == 1
    assert capsys.readouterr().out == ""
    assert Path("a.txt").read_text().startswith("dovecot.conf:4:3: PN301 ")
    assert json.loads(Path("b.json").read_text())["summary"]["error"] == 1


def test_colours_stay_out_of_files_unless_wanted() -> None:
    run(["validate", "dovecot.conf", "--output", "text=a.txt"])
    assert "\x1b[" not in Path("a.txt").read_text()
    run(["validate", "dovecot.conf", "--color", "always", "--output", "text=a.txt"])
    assert "\x1b[" in Path("a.txt").read_text()


def test_statistics_take_the_place_of_stdout_and_reports_stay_whole(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["validate", "dovecot.conf", "--statistics", "--output", "json=a.json"]) == 1
    assert capsys.readouterr().out == COUNTED
    assert len(json.loads(Path("a.json").read_text())["diagnostics"]) == 1
    assert run(["validate", "dovecot.conf", "--statistics", "--output", "counted.txt"]) == 1
    assert Path("counted.txt").read_text() == COUNTED


def test_statistics_stay_text_inside_of_actions(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    run(["validate", "dovecot.conf", "--statistics"])
    assert capsys.readouterr().out == COUNTED


def test_scripts_are_reported_the_same_way() -> None:
    Path("push.lua").write_text("function f(")
    assert run(["lua", "check", "push.lua", "--output", "sarif=a.sarif", "--output", "concise=b.txt"]) == 1
    (result,) = json.loads(Path("a.sarif").read_text())["runs"][0]["results"]
    assert Path("b.txt").read_text().startswith(f"push.lua:1:1: {result['ruleId']} ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["sariff=x"],
            "no such format: 'sariff'; did you mean 'sarif'? (a file of that name is './sariff=x')",
        ),
        (["SARIF=x"], "no such format: 'SARIF'; did you mean 'sarif'?"),
        (["yaml=x"], "no such format: 'yaml'; known: text, concise, json, sarif, github, gitlab, junit"),
        (["sarif="], "--output needs FILE or FORMAT=FILE, not 'sarif='"),
        (["-"], "--output needs FILE or FORMAT=FILE, not '-'; --format is for stdout"),
        (["json=-"], "--output needs FILE or FORMAT=FILE, not 'json=-'"),
        ([""], "--output needs FILE or FORMAT=FILE, not ''"),
        (["json=a", "sarif=./a"], "--output names a twice"),
        (["json=a", "a"], "--output names a twice"),
        (["json=a", "sarif=no/such/b"], "can't write no/such/b: No such file or directory"),
        (["json=a", "sarif=sub"], "can't write sub: Is a directory"),
        (["json=a", "sarif=dovecot.conf"], "can't write dovecot.conf: it is what was looked at"),
    ],
)
def test_what_can_not_be_meant_gives_one_line_and_no_file(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("sub").mkdir()
    outputs = [word for value in arguments for word in ("--output", value)]
    assert run(["validate", "dovecot.conf", *outputs]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert captured.err.count("\n") == 1
    assert names() == ["dovecot.conf", "sub"]
    assert Path("dovecot.conf").read_text() == GAP


@pytest.mark.skipif(os.geteuid() == 0, reason="root can write everywhere")
def test_a_folder_that_can_not_be_written_gives_one_line_and_no_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("sub").mkdir(mode=0o555)
    assert run(["validate", "dovecot.conf", "--output", "json=a", "--output", "sarif=sub/b"]) == 2
    assert capsys.readouterr().err == "pushnotif: can't write sub/b: Permission denied\n"
    assert names() == ["dovecot.conf", "sub"]


def test_the_streams_of_the_process_are_files_as_well() -> None:
    program = [sys.executable, "-m", "cli", "validate", "dovecot.conf", "--output", "concise=/dev/stderr"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(program, capture_output=True, check=False, env=environment)
    assert done.stderr.startswith(b"dovecot.conf:4:3: PN301 ")
    assert done.stdout.startswith(b"error[PN301]")


def test_a_name_with_an_equals_sign_is_possible() -> None:
    assert run(["validate", "dovecot.conf", "--output", "./a=b"]) == 1
    assert Path("a=b").read_text().startswith("error[PN301]")


def test_a_report_needs_the_modules_of_its_format_only() -> None:
    program = (
        "import sys; from cli.main import run; run(['validate', 'dovecot.conf', '--output', 'junit=a.xml']);"
        "print(sorted({'cli.render.sarif', 'cli.render.gitlab', 'cli.render.github', 'rich',"
        " 'cli.render.diagnostics_json', 'cli.render.rule_pages'} & set(sys.modules)))"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.splitlines()[-1] == "[]"
