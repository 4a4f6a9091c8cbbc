"""Paths as text, put together and looked for as pathlib does it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovecot_conf.paths import exists, is_folder_path, join_path, missing_folders


@pytest.mark.parametrize(
    "parts",
    [
        ("/srv/mail", "bob"),
        ("/srv//mail/", "", "./bob/"),
        ("/srv", "/etc/dovecot"),
        ("./conf.d", "a.conf"),
        ("../x", ".."),
        ("",),
        (".",),
        ("/",),
    ],
)
def test_parts_are_joined_as_pathlib_does(parts: tuple[str, ...]) -> None:
    assert join_path(*parts) == str(Path(*parts))


@pytest.mark.parametrize(
    ("path", "is_one"),
    [("", True), ("a/", True), ("a/.", True), ("..", True), ("/", True), ("a", False), ("a/..b", False)],
)
def test_some_paths_can_only_be_those_of_folders(path: str, is_one: bool) -> None:
    assert is_folder_path(path) is is_one


def test_what_exists_is_told_through_links(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "lost").symlink_to("nothing")
    found = [
        name for name in ("file", "link", "loop", "lost", "file/below", "no") if exists(f"{tmp_path}/{name}")
    ]
    assert found == ["file", "link"]


def test_a_name_that_no_file_can_have_is_an_error() -> None:
    with pytest.raises(OSError, match="File name too long"):
        exists("/" + "x" * 300)


def test_folders_to_be_made_are_told_from_the_outermost_on(tmp_path: Path) -> None:
    assert missing_folders(f"{tmp_path}/a/b") == [f"{tmp_path}/a", f"{tmp_path}/a/b"]
    assert missing_folders(str(tmp_path)) == []


def test_of_a_relative_folder_what_is_missing_is_relative(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert missing_folders("a/b") == ["a", "a/b"]
    assert missing_folders("") == []
