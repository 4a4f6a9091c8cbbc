"""Input that is endless, or meant to be: each ends soon, with one clear error at a place."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.main import run

LIMIT = "PN110"
V24 = "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"


def findings(path: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    run(["validate", "--format", "concise", str(path)])
    out, err = capsys.readouterr()
    assert err == ""
    return [line.removeprefix(f"{path.parent}/") for line in out.splitlines()]


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("service a {\n" * 20_000, "main.conf:201:1", "nested more than 200 deep"),
        ("service a {\n" * 20_000 + "}\n" * 20_000, "main.conf:201:1", "nested more than 200 deep"),
        ("mail_home = " + "x" * (1 << 20) + "\n", "main.conf:1:1", "more than 1048576 characters"),
        ("!include /" + "{a,b}" * 40 + "\n", "main.conf:1:1", "more than 100000 names"),
        ("!include /" + "{a,b}" * 2000 + "\n", "main.conf:1:1", "more than 8192 characters"),
        ("!include " + "/*/.." * 30 + "/x\n", "main.conf:1:1", "more than 100000 names"),
        ("!include /dev/zero\n", "main.conf:1:1", "/dev/zero has more than"),
        ("!include_try /dev/zero\n", "main.conf:1:1", "/dev/zero has more than"),
        ("!include empty.conf\n" * 8000, "main.conf:5001:1", "More than 5000 files"),
        (
            "mail_home = x\n" + "mail_home = $mail_home $mail_home\n" * 60,
            "main.conf:21:1",
            "more than 1048576 characters",
        ),
        (
            f"{V24}mail_path = x\n" + "mail_path = $SET:mail_path $SET:mail_path\n" * 60,
            "main.conf:23:1",
            "more than 1048576 characters",
        ),
    ],
)
def test_what_goes_beyond_a_limit_is_one_error_of_the_limit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, place: str, words: str
) -> None:
    path = tmp_path / "main.conf"
    path.write_text(text)
    (tmp_path / "empty.conf").touch()
    [found] = [line for line in findings(path, capsys) if LIMIT in line]
    assert found.startswith(f"{place}: {LIMIT} ")
    assert words in found


def test_sections_that_are_too_deep_are_not_reported_as_open_one_by_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "main.conf"
    path.write_text("service a {\n" * 20_000)
    assert [line.split()[1] for line in findings(path, capsys)] == ["PN162", LIMIT]


def test_files_that_include_each_other_are_one_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "main.conf"
    path.write_text("!include other.conf\n")
    (tmp_path / "other.conf").write_text("!include main.conf\n")
    assert findings(path, capsys) == [f"other.conf:1:1: PN109 Recursive include file: {path}"]


def test_a_value_from_a_device_without_end_is_an_error_at_the_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "main.conf"
    path.write_text("mail_home = </dev/zero\n")
    [found] = findings(path, capsys)
    assert found.startswith("main.conf:1:13: PN154 mail_home: Can't open file /dev/zero: File too large")


def test_a_value_from_a_device_with_an_end_is_no_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "main.conf"
    path.write_text("mail_home = </dev/null\n")
    assert findings(path, capsys) == []


def test_a_device_without_end_is_no_main_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", "/dev/zero"]) == 2
    assert capsys.readouterr().err.startswith("pushnotif: /dev/zero:1:1: /dev/zero has more than ")


def test_of_mistakes_that_are_all_alike_the_first_thousand_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "main.conf"
    path.write_text("no statement\n" * 3000 + "unknown = yes\n")
    run(["validate", "--format", "text", str(path)])
    out = capsys.readouterr().out
    assert out.count("PN101") == 1000
    assert out.count("there are more like this one, which are not shown") == 1
    assert "PN161" in out
