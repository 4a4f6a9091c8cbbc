"""`pushnotif lua stubs`: what it prints, what it writes, and what it leaves alone."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cli.main import run

NAMES = [".luacheckrc", ".luarc.json", "dovecot-2.4.lua"]


def written(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.iterdir())}


def test_all_files_are_printed_with_their_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lua", "stubs"]) == 0
    out, err = capsys.readouterr()
    assert [line for line in out.splitlines() if line.startswith("==>")] == [
        "==> .luacheckrc <==",
        "==> dovecot-2.4.lua <==",
        "==> .luarc.json <==",
    ]
    assert err == ""


@pytest.mark.parametrize(
    ("kind", "name"),
    [("luacheck", ".luacheckrc"), ("emmylua", "dovecot-2.3.lua"), ("luarc", ".luarc.json")],
)
def test_one_file_is_printed_as_it_is_written(
    kind: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["lua", "stubs", "--dovecot-version", "2.3", "--kind", kind]
    assert run(arguments) == 0
    printed = capsys.readouterr().out
    assert run([*arguments, "--output", str(tmp_path / "new" / "folder")]) == 0
    assert written(tmp_path / "new" / "folder") == {name: printed}
    assert capsys.readouterr().out == ""


def test_all_files_are_written_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lua", "stubs", "--output", str(tmp_path)]) == 0
    assert list(written(tmp_path)) == NAMES
    told = capsys.readouterr().err
    assert all(name in told for name in NAMES)


def test_the_version_of_lua_is_named_for_both_programs(tmp_path: Path) -> None:
    assert run(["lua", "stubs", "--lua", "5.3", "--output", str(tmp_path)]) == 0
    files = written(tmp_path)
    assert 'std = "lua53+dovecot"' in files[".luacheckrc"]
    settings = json.loads(files[".luarc.json"])
    assert settings == {"runtime.version": "Lua 5.3", "workspace.library": ["dovecot-2.4.lua"]}


def test_files_of_another_run_are_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = ["--output", str(tmp_path)]
    assert run(["lua", "stubs", "--lua", "luajit", *output]) == 0
    assert run(["lua", "stubs", "--lua", "5.4", *output]) == 0
    assert 'std = "lua54+dovecot"' in written(tmp_path)[".luacheckrc"]
    capsys.readouterr()
    assert run(["lua", "stubs", "--dovecot-version", "2.3", *output]) == 0
    assert "dovecot-2.4.lua is there too" in capsys.readouterr().err


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("changed", [True, False])
def test_a_file_of_somebody_else_is_left_alone_and_no_other_one_is_written(
    name: str, changed: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if changed:
        assert run(["lua", "stubs", "--output", str(tmp_path)]) == 0
    with (tmp_path / name).open("a") as file:
        file.write("-- mine\n")
    before = written(tmp_path)
    capsys.readouterr()
    arguments = ["lua", "stubs", "--dovecot-version", "2.4", "--lua", "5.1", "--output", str(tmp_path)]
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        f"pushnotif: {tmp_path / name}: not made by this command, or changed since; --force replaces it\n"
    )
    assert written(tmp_path) == before
    assert run([*arguments, "--force", "-q"]) == 0
    assert "-- mine" not in written(tmp_path)[name]
    assert capsys.readouterr().err == ""


def test_a_named_pipe_is_somebody_elses_and_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".luacheckrc")
    assert run(["lua", "stubs", "--output", str(tmp_path)]) == 2


def test_a_file_that_is_no_text_is_somebody_elses(tmp_path: Path) -> None:
    (tmp_path / ".luacheckrc").write_bytes(b"\xff\0")
    assert run(["lua", "stubs", "--output", str(tmp_path)]) == 2


def test_an_impossible_folder_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert run(["lua", "stubs", "--output", str(tmp_path / "file")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert run(["lua", "stubs", "--output", str(tmp_path / "file" / "below")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [["lua", "stub"], ["lua", "stubs", "--kind", "vim"], ["lua", "stubs", "x"]]
)
def test_a_wrong_call_is_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lua", "stubs", "--help"]) == 0
    assert "pushnotif lua stubs --output ." in capsys.readouterr().out
