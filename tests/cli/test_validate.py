"""`pushnotif validate`: formats, exit codes, selection, suppression, wrong input."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from cli.main import run

REPOSITORY = Path(__file__).parents[2]
FIXTURES = REPOSITORY / "fixtures" / "first-day"
SCHEMA = json.loads((REPOSITORY / "docs" / "schemas" / "validate.schema.json").read_text())

CLEAN = """\
mail_plugins = notify push_notification
plugin {
  push_notification_driver = dlog
}
"""
GAP = """\
mail_plugins = notify push_notification
plugin {
  push_notification_driver = dlog
  push_notification_driver3 = dlog:third
}
"""
GAP_MESSAGE = "push_notification_driver3 is never read: push_notification_driver2 is missing"
GAP_HINT = "the names must follow one another: give push_notification_driver2 a driver, or this one its name"


@pytest.fixture
def write(tmp_path: Path) -> object:
    def write_file(text: str | bytes, name: str = "dovecot.conf") -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return write_file


def concise(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """Return what a run finds, without the paths of the files."""
    run(["validate", "--format", "concise", *arguments])
    out = capsys.readouterr().out
    return [line.partition(".conf:")[2] for line in out.splitlines()]


def codes(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    return [line.split(" ")[1] for line in concise(capsys, *arguments)]


def test_a_clean_file_is_named_with_its_dialect_and_why(write, capsys) -> None:
    path = write(CLEAN)
    assert run(["validate", path]) == 0
    assert capsys.readouterr().out == f"ok: {path}, read as Dovecot 2.3 ({path}:2 has the section plugin)\n"


def test_the_chain_of_each_protocol_is_named_when_asked_for_more(write, capsys) -> None:
    assert (
        run(
            [
                "validate",
                "-v",
                write("protocol lmtp {\n  mail_plugins = notify push_notification\n}\n" + CLEAN[40:]),
            ]
        )
        == 0
    )
    assert capsys.readouterr().out.splitlines()[1:] == ["  lmtp: dlog"]


def test_a_finding_is_shown_with_its_line_and_a_mark_under_it(write, capsys) -> None:
    path = write(GAP)
    assert run(["validate", "-q", path]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"error[PN301] [*] driver-chain-gap: {GAP_MESSAGE}",
        f" --> {path}:4:3",
        "  |",
        "4 |   push_notification_driver3 = dlog:third",
        "  |   ^^^^^^^^^^^^^^^^^^^^^^^^^",
        f"  = help: {GAP_HINT}",
        "",
    ]


def test_the_broken_fixture_has_all_its_mistakes_found_at_their_places(capsys) -> None:
    assert [line.split(" ")[0:2] for line in concise(capsys, str(FIXTURES / "broken.conf"))] == [
        ["11:18:", "PN201"],
        ["11:18:", "PN204"],
        ["15:30:", "PN401"],
        ["15:30:", "PN601"],
        ["15:33:", "PN403"],
        ["16:3:", "PN301"],
        ["16:34:", "PN402"],
        ["16:60:", "PN405"],
        ["16:78:", "PN404"],
        ["19:1:", "PN101"],
    ]


@pytest.mark.parametrize("name", ["dovecot-2.3.conf", "dovecot-2.4.conf"])
def test_the_fixtures_that_work_have_no_error_and_no_warning(name: str, capsys) -> None:
    assert run(["validate", "--fail-on", "warning", str(FIXTURES / name)]) == 0


def test_the_built_in_example_is_clean(capsys) -> None:
    assert run(["validate", "--demo", "--fail-on", "info"]) == 0


def test_an_included_file_is_named_as_it_was_opened(write, capsys, tmp_path: Path) -> None:
    write("plugin {\n  push_notification_driver1 = dlog\n}\n", "conf.d/90-push.conf")
    main = write("mail_plugins = notify push_notification\n!include conf.d/*.conf\n")
    assert run(["validate", "--format", "concise", main]) == 1
    assert capsys.readouterr().out.startswith(f"{tmp_path}/conf.d/90-push.conf:2:3: PN302 ")


def test_two_main_files_that_share_a_file_report_it_once(write, capsys) -> None:
    write("plugin {\n  push_notification_driver1 = dlog\n}\n", "push.inc")
    text = "mail_plugins = notify push_notification\n!include push.inc\n"
    files = [write(text, "a.conf"), write(text, "b.conf")]
    assert run(["validate", "--format", "concise", *files]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_stdin_is_a_main_file(monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(GAP.encode())))
    assert run(["validate", "--format", "concise", "-"]) == 1
    assert capsys.readouterr().out.startswith("<stdin>:4:3: PN301 ")


def test_an_override_counts(write, capsys) -> None:
    assert (
        run(["validate", "--format", "concise", write(CLEAN), "-o", "plugin/push_notification_driver=x"]) == 1
    )
    assert capsys.readouterr().out.startswith("-o:1:")
    assert codes(capsys, write(GAP), "-o", "plugin/push_notification_driver2=dlog:second") == []


# JSON


@pytest.mark.parametrize("name", ["broken.conf", "dovecot-2.3.conf", "dovecot-2.4.conf"])
def test_the_json_document_keeps_its_schema(name: str, capsys) -> None:
    run(["validate", "--format", "json", str(FIXTURES / name)])
    jsonschema.validate(json.loads(capsys.readouterr().out), SCHEMA)


def test_the_json_document_has_every_field_of_a_finding(write, capsys) -> None:
    path = write(GAP)
    assert run(["validate", "--format", "json", path]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "version": 1,
        "dovecot_version": "2.3",
        "files": [path],
        "diagnostics": [
            {
                "code": "PN301",
                "name": "driver-chain-gap",
                "severity": "error",
                "message": GAP_MESSAGE,
                "file": path,
                "line": 4,
                "column": 3,
                "end_line": 4,
                "end_column": 28,
                "hint": GAP_HINT,
                "fix": {
                    "title": "close the gap",
                    "applicability": "safe",
                    "edits": [
                        {
                            "file": path,
                            "line": 4,
                            "column": 3,
                            "end_line": 4,
                            "end_column": 28,
                            "text": "push_notification_driver2",
                        }
                    ],
                },
                "included_from": [],
            }
        ],
        "summary": {"error": 1, "warning": 0, "info": 0},
    }


def test_files_of_both_dialects_have_no_common_version(capsys) -> None:
    files = [str(FIXTURES / name) for name in ("dovecot-2.3.conf", "dovecot-2.4.conf")]
    assert run(["validate", "--format", "json", *files]) == 0
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, SCHEMA)
    assert document["dovecot_version"] is None


# secrets

SECRET = """\
mail_plugins = notify push_notification
plugin {
  push_notification_driver = ox:url=http://login:hunter2@h:abc/ hunter3
}
"""


@pytest.mark.parametrize("format_", ["text", "concise", "json"])
def test_no_password_is_shown(format_: str, write, capsys) -> None:
    assert run(["validate", "--format", format_, write(SECRET)]) == 1
    assert "hunter2" not in "".join(capsys.readouterr())


def test_passwords_are_shown_when_asked_for(write, capsys) -> None:
    assert run(["validate", "--show-secrets", write(SECRET)]) == 1
    assert "login:hunter2@h" in capsys.readouterr().out


# exit codes and selection


@pytest.mark.parametrize(
    ("arguments", "code"),
    [([], 0), (["--fail-on", "error"], 0), (["--fail-on", "warning"], 1), (["--fail-on", "info"], 1)],
)
def test_the_exit_code_follows_the_wanted_severity(arguments: list[str], code: int, write) -> None:
    assert run(["validate", write("mail_plugins = notify push_notification\n"), *arguments]) == code


@pytest.mark.parametrize("word", ["PN301", "pn301", "PN3", "PN3xx", "driver-chain-gap", "PN201, PN301"])
def test_rules_are_selected_by_code_family_and_name(word: str, write, capsys) -> None:
    path = write(GAP + "}\n")
    assert codes(capsys, path) == ["PN301", "PN103"]
    assert codes(capsys, path, "--select", word) == ["PN301"]
    assert codes(capsys, path, "--ignore", word) == ["PN103"]


def test_selections_can_be_repeated_and_combined(write, capsys) -> None:
    path = write(GAP + "}\n")
    assert codes(capsys, path, "--select", "PN1", "--select", "PN3", "--ignore", "PN301") == ["PN103"]


@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_an_unknown_rule_is_refused_with_a_suggestion(option: str, write, capsys) -> None:
    assert run(["validate", option, "PN301,notify-mising", write(CLEAN)]) == 2
    assert (
        capsys.readouterr().err
        == "pushnotif: no such rule: 'notify-mising'; did you mean 'notify-missing'?\n"
    )


def test_statistics_count_by_rule(write, capsys) -> None:
    text = GAP.replace("}\n", "  push_notification_driver4 = dlog:fourth\n}\n")
    assert run(["validate", "--statistics", write(text)]) == 1
    assert capsys.readouterr().out == "     2  PN301  driver-chain-gap (error)\n"


# suppression


@pytest.mark.parametrize(
    "text",
    [
        GAP.replace(":third", ":third # pushnotif: ignore[PN301]"),
        GAP.replace(":third", ":third # see the manual # pushnotif: ignore[PN401, driver-chain-gap]"),
        GAP.replace(
            "  push_notification_driver3", "  # pushnotif: ignore[PN3xx]\n  push_notification_driver3"
        ),
        GAP.replace(
            "  push_notification_driver3 =",
            "  # pushnotif: ignore[PN301]\n  push_notification_driver3 = \\\n",
        ),
    ],
    ids=["on the line", "among others", "above", "above a continued line"],
)
def test_a_comment_silences_a_finding(text: str, write, capsys) -> None:
    assert codes(capsys, write(text), "--ignore", "PN901") == []


@pytest.mark.parametrize(
    "text",
    [
        GAP.replace(":third", ":third # pushnotif: ignore[PN401]"),
        GAP.replace(":third", ":third # pushnotif: ignore"),
        GAP.replace("= dlog\n", "= dlog # pushnotif: ignore[PN301]\n"),
        "# pushnotif: ignore[PN301]\n" + GAP,
        GAP.replace("dlog:third", "'dlog:# pushnotif: ignore[PN301]'"),
    ],
    ids=["another rule", "no rule", "a setting above", "far above", "inside quotes"],
)
def test_another_comment_does_not(text: str, write, capsys) -> None:
    assert codes(capsys, write(text), "--ignore", "PN9") == ["PN301"]


# output


def test_the_result_goes_into_a_file_in_one_step(write, tmp_path: Path, capsys) -> None:
    target = tmp_path / "report.json"
    target.write_text("old")
    target.chmod(0o640)
    assert run(["validate", "--format", "json", "--output", str(target), write(GAP)]) == 1
    assert capsys.readouterr().out == ""
    assert json.loads(target.read_text())["summary"]["error"] == 1
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dovecot.conf", "report.json"]


def test_a_device_is_written_into_and_not_replaced(write) -> None:
    assert run(["validate", "--output", os.devnull, write(GAP)]) == 1
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_a_folder_that_does_not_exist_gives_one_line(write, tmp_path: Path, capsys) -> None:
    assert run(["validate", "--output", str(tmp_path / "no" / "x"), write(CLEAN)]) == 2
    assert capsys.readouterr().err == f"pushnotif: can't write {tmp_path}/no/x: No such file or directory\n"


def test_colour_only_when_asked_for_or_on_a_terminal(write, tmp_path: Path, capsys) -> None:
    path = write(GAP)
    run(["validate", path])
    assert "\x1b[" not in capsys.readouterr().out
    run(["validate", "--color", "always", path])
    assert "\x1b[" in capsys.readouterr().out


def test_control_characters_of_a_file_do_not_reach_the_terminal(write, capsys) -> None:
    run(["validate", write(b"\x1b[31m\xff\xe2\x80\xae {\n")])
    out = capsys.readouterr().out
    assert "\\x1b[31m\\xff\\u202e {" in out
    assert "\x1b" not in out
    assert "\u202e" not in out


# --root


def test_absolute_paths_are_looked_up_below_the_root(write, tmp_path: Path, capsys) -> None:
    text = CLEAN.replace("push_notification\n", "push_notification mail_lua push_notification_lua\n")
    path = write(text.replace("dlog", "lua:file=/etc/dovecot/push.lua"), "etc/dovecot/dovecot.conf")
    assert codes(capsys, path) == ["PN504"]
    write("function f(", "etc/dovecot/push.lua")
    assert run(["validate", "--format", "concise", "--root", str(tmp_path), path]) == 1
    assert capsys.readouterr().out.startswith(f"{tmp_path}/etc/dovecot/push.lua:1:1: PN505 ")
    script = Path(__file__).parents[2] / "fixtures/first-day/push.lua"
    write(script.read_text(), "etc/dovecot/push.lua")
    assert codes(capsys, path, "--root", str(tmp_path)) == []


def test_the_usual_file_is_looked_up_below_the_root_as_well(write, tmp_path: Path, capsys) -> None:
    write(CLEAN, "etc/dovecot/dovecot.conf")
    assert run(["validate", "--root", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith(f"ok: {tmp_path}/etc/dovecot/dovecot.conf")


# wrong input


def test_a_missing_file_gives_one_line(tmp_path: Path, capsys) -> None:
    assert run(["validate", str(tmp_path / "nope.conf")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"pushnotif: can't read {tmp_path}/nope.conf: No such file or directory")
    assert captured.err.count("\n") == 1


def test_a_directory_without_a_configuration_gives_one_line(tmp_path: Path, capsys) -> None:
    assert run(["validate", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        f"pushnotif: {tmp_path}: no Dovecot configuration there (-v says what was skipped)\n"
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read everything")
def test_an_unreadable_file_gives_one_line(write, capsys) -> None:
    path = write(CLEAN)
    Path(path).chmod(0)
    assert run(["validate", path]) == 2
    assert (
        capsys.readouterr().err == f"pushnotif: can't read {path}: Permission denied: check its permissions\n"
    )


def test_binary_junk_gives_findings_and_no_failure(write, capsys) -> None:
    junk = bytes(range(256)) * 40
    for format_ in ("text", "concise", "json"):
        assert run(["validate", "--format", format_, write(junk)]) == 1
        assert "PN101" in capsys.readouterr().out


def test_an_empty_file_is_fine(write, capsys) -> None:
    assert run(["validate", write("")]) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["-c", "x.conf", "y.conf"],
        ["--demo", "y.conf"],
        ["--statistics", "--format", "json", "y.conf"],
        ["--root", "/", "-"],
        ["--root", "/no/such/folder", "y.conf"],
        ["--format", "xml", "y.conf"],
        ["--fail-on", "nothing", "y.conf"],
        ["-o", "malformed", str(FIXTURES / "broken.conf")],
    ],
)
def test_wrong_usage_gives_one_line_and_2(arguments: list[str], capsys) -> None:
    assert run(["validate", *arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_small_file_needs_no_heavy_module(write) -> None:
    program = (
        "import sys; from cli.main import run; code = run(sys.argv[1:]);"
        "heavy = {'rich', 'httpx', 'lupa', 'httpcore', 'uvicorn', 'h11', 'trustme'};"
        "print(code, sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "validate", "-q", write(CLEAN)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "0 []\n"


def test_of_a_very_long_line_only_the_part_around_the_mark_is_shown(write, capsys) -> None:
    long = "x" * 100_000
    assert run(["validate", write(f"{long}\nplugin {long} {{\n}}\n}}\n")]) == 1
    out = capsys.readouterr().out
    assert "Expecting" in out
    assert max(map(len, out.splitlines())) < 1000
