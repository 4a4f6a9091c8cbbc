"""From where a file was included."""

from __future__ import annotations

from pathlib import Path

from dovecot_conf import load


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.conf").write_text(text)
    return folder / "main.conf"


def places(main: Path, name: str) -> list[str]:
    return [str(place) for place in load(main).included_from(str(main.parent / f"{name}.conf"))]


def test_a_file_knows_the_whole_way_from_the_main_file(tmp_path: Path) -> None:
    main = written(tmp_path, main="\n!include a.conf\n", a="ssl = no\n  !include b.conf\n", b="")
    assert places(main, "b") == [f"{tmp_path}/a.conf:2:3", f"{tmp_path}/main.conf:2:1"]
    assert places(main, "a") == [f"{tmp_path}/main.conf:2:1"]


def test_the_main_file_and_a_file_that_was_not_read_have_none(tmp_path: Path) -> None:
    main = written(tmp_path, main="!include a.conf\n", a="")
    assert places(main, "main") == places(main, "other") == []


def test_of_two_ways_the_first_is_shown(tmp_path: Path) -> None:
    main = written(tmp_path, main="!include a.conf\n!include b.conf\n", a="!include b.conf\n", b="")
    assert places(main, "b") == [f"{tmp_path}/a.conf:1:1", f"{tmp_path}/main.conf:1:1"]


def test_files_that_include_one_another_end_the_way(tmp_path: Path) -> None:
    main = written(tmp_path, main="!include a.conf\n", a="!include main.conf\n")
    assert places(main, "main") == []
    assert places(main, "a") == [f"{tmp_path}/main.conf:1:1"]
