from __future__ import annotations

import multiprocessing
import os
import stat
from pathlib import Path

import pytest

from dovecot_conf.errors import DictError
from mailstore.dict_file import RefusedDictError
from mailstore.dict_fs import NO_LIST, FsDict, file_name
from mailstore.dict_values import FsSetting

AWKWARD = "a\r\nb\tc\x01é\udcff"


def store_in(folder: Path, **settings: int | bool) -> FsDict:
    return FsDict(FsSetting(f"{folder}/", **settings), "alice")  # type: ignore[arg-type]


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("priv/G/a/b", "alice/G/a/b"),
        ("shared/G/a", "G/a"),
        ("priv/G/a.b/../.x", "alice/G/a.b/..../.x"),
        ("shared/G/./.../..a/a..", "G/.../...../..a/a.."),
        ("shared/G/a/..", "G/a/...."),
        ("priv/G/a/", "alice/G/a"),
    ],
)
def test_the_file_of_a_key_is_never_outside_of_the_folder(key: str, name: str) -> None:
    assert file_name("alice", key) == name


def test_values_are_stored_as_they_are(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.update({"priv/G/a": AWKWARD, "shared/G/b": ""})
    assert (tmp_path / "alice/G/a").read_bytes() == AWKWARD.encode(errors="surrogateescape")
    assert (store.lookup("priv/G/a"), store.lookup("shared/G/b")) == (AWKWARD, "")
    assert store.lookup("priv/G/nosuch") is None


def test_the_prefix_is_not_always_a_folder(tmp_path: Path) -> None:
    FsDict(FsSetting(f"{tmp_path}/x-"), "alice").update({"priv/G/a": "v", "shared/G/a": "w"})
    assert names(tmp_path) == {"x-alice", "x-alice/G", "x-alice/G/a", "x-G", "x-G/a"}


def test_files_and_folders_have_the_mode_of_the_setting(tmp_path: Path) -> None:
    store_in(tmp_path, mode=0o640).update({"priv/G/a": "v"})
    assert (mode(tmp_path / "alice"), mode(tmp_path / "alice/G/a")) == (0o750, 0o640)
    store_in(tmp_path).update({"shared/G/a": "v"})
    assert (mode(tmp_path / "G"), mode(tmp_path / "G/a")) == (0o700, 0o600)


def test_below_a_setgid_folder_its_mode_counts(tmp_path: Path) -> None:
    tmp_path.chmod(0o2770)
    store_in(tmp_path).update({"shared/G/a": "v"})
    assert (mode(tmp_path / "G"), mode(tmp_path / "G/a")) == (0o2770, 0o660)


def test_the_umask_changes_no_mode(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        store_in(tmp_path, mode=0o664).update({"shared/G/a": "v"})
    finally:
        os.umask(before)
    assert (mode(tmp_path / "G"), mode(tmp_path / "G/a")) == (0o775, 0o664)


def test_empty_folders_go_with_the_last_file_unless_they_are_kept(tmp_path: Path) -> None:
    for keeps in (False, True):
        store = store_in(tmp_path, keeps_folders=keeps)
        store.update({"priv/G/a/b": "v", "priv/G/c": "v"})
        store.update({"priv/G/a/b": None})
        assert ("alice/G/a" in names(tmp_path)) == keeps
        assert "alice/G/c" in names(tmp_path)
        store.update({"priv/G/c": None})
        assert bool(names(tmp_path)) == keeps


def test_removing_a_key_that_is_not_there_fails(tmp_path: Path) -> None:
    with pytest.raises(DictError, match=r"^fs_delete\(alice/G/a\) failed: unlink\(.*\) failed: No such file"):
        store_in(tmp_path).update({"priv/G/a": None})


def test_a_failed_change_leaves_the_old_value_and_no_temporary_file(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.update({"priv/G/a": "old", "priv/G/d/e": "v"})
    before = names(tmp_path)
    with pytest.raises(
        DictError, match=r"^fs_write\(alice/G/d\) failed: rename\(.*\) failed: Is a directory"
    ):
        store.update({"priv/G/d": "new"})
    with pytest.raises(
        DictError, match=r"^fs_write\(alice/G/a/b\) failed: safe_mkstemp\(.*\): Not a dir|Not a"
    ):
        store.update({"priv/G/a/b": "new"})
    assert (names(tmp_path), store.lookup("priv/G/a")) == (before, "old")


def _set_and_unset(folder: Path, name: str, times: int) -> None:
    store = store_in(folder)
    for _ in range(times):
        store.update({f"priv/G/deep/{name}": name})
        assert store.lookup(f"priv/G/deep/{name}") == name
        store.update({f"priv/G/deep/{name}": None})
    store.update({f"priv/G/deep/{name}": name})


def test_writers_that_remove_the_folder_again_and_again_lose_nothing(tmp_path: Path) -> None:
    writers = [
        multiprocessing.Process(target=_set_and_unset, args=(tmp_path, name, 200)) for name in ("one", "two")
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert {path.name for path in (tmp_path / "alice/G/deep").iterdir()} == {"one", "two"}


def test_a_folder_is_no_value(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.update({"priv/G/d/e": "v"})
    with pytest.raises(DictError, match=r"^read\(alice/G/d\) failed: .* is a directory"):
        store.lookup("priv/G/d")
    with pytest.raises(
        DictError, match=r"^fs_delete\(alice/G/d\) failed: rmdir\(.*\) failed: Directory not empty"
    ):
        store.update({"priv/G/d": None})


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "G").mkdir()
    os.mkfifo(tmp_path / "G/a")
    with pytest.raises(RefusedDictError, match="no regular file"):
        store_in(tmp_path).lookup("shared/G/a")


def test_keys_can_not_be_listed(tmp_path: Path) -> None:
    with pytest.raises(DictError, match=NO_LIST):
        store_in(tmp_path).keys_below("priv/G/")


@pytest.mark.parametrize(
    ("prefix", "user"), [("", "alice"), ("~/x/", "alice"), ("x/", "alice"), ("/x/", "../a")]
)
def test_a_place_that_depends_on_luck_is_refused(prefix: str, user: str) -> None:
    with pytest.raises(RefusedDictError):
        FsDict(FsSetting(prefix), user)


def test_paths_are_below_the_root_that_was_given(tmp_path: Path) -> None:
    store = FsDict(FsSetting("/attr/"), "alice", lambda path: tmp_path / path.lstrip("/"))
    store.update({"priv/G/a": "v"})
    assert names(tmp_path) == {"attr", "attr/alice", "attr/alice/G", "attr/alice/G/a"}
    store.update({"priv/G/a": None})
    assert names(tmp_path) == {"attr"}
