from __future__ import annotations

import fcntl
import multiprocessing
import os
import random
import signal
import socket
import stat
import sys
import time
from pathlib import Path

import pytest

from dovecot_conf.errors import DictError
from mailstore.dict_file import FileDict, RefusedDictError, parse, serialize
from mailstore.dotlock import LockTimes
from mailstore.lock_methods import LockMethod

HASTY = LockTimes(timeout=0.0, pause=0.001)
METHODS = list(LockMethod)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "attributes"


def test_a_file_is_pairs_of_lines() -> None:
    assert parse(b"priv/1/a\nx\nshared/1/b\ny\n") == {"priv/1/a": "x", "shared/1/b": "y"}


def test_a_last_line_without_its_end_is_not_there() -> None:
    assert parse(b"a\n1\nb\n2") == {"a": "1"}


def test_a_key_without_a_value_line_is_not_there() -> None:
    assert parse(b"a\n1\nb\n") == {"a": "1"}


def test_windows_line_ends_are_read_and_written_back_as_unix_ones() -> None:
    assert serialize(parse(b"a\r\n1\r\n")) == b"a\n1\n"


def test_the_last_of_equal_keys_wins() -> None:
    assert parse(b"a\n1\nb\n2\na\n3\n") == {"a": "3", "b": "2"}


def test_bytes_that_are_no_utf8_are_kept() -> None:
    assert serialize(parse(b"a\xff\n\xfe\n")) == b"a\xff\n\xfe\n"


def test_unusual_line_separators_stay_in_their_line() -> None:
    pairs = {"a\u2028b": "c\x85\x0b\x0cd"}
    assert parse(serialize(pairs)) == pairs


def test_any_pairs_survive_a_round_trip() -> None:
    generator = random.Random(5464)
    alphabet = "ab/\x01\t\r\n\\é\u2028"
    for _ in range(300):
        texts = ["".join(generator.choices(alphabet, k=generator.randrange(8))) for _ in range(6)]
        pairs = dict(zip(texts[:3], texts[3:], strict=True))
        assert parse(serialize(pairs)) == pairs


def test_keys_are_found_by_a_plain_string_prefix(path: Path) -> None:
    store = FileDict(path)
    store.update({"priv/1/vendor/a": "", "priv/2/x": ""})
    assert store.keys_below("priv/1/ven") == ["dor/a"]


@pytest.mark.parametrize("method", METHODS)
def test_values_are_set_changed_and_removed(path: Path, method: LockMethod) -> None:
    store = FileDict(path, method=method)
    store.update({"a": "1", "b": "2"})
    store.update({"a": "3", "b": None, "c": None})
    assert store.read() == {"a": "3"}
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("method", METHODS)
def test_every_write_replaces_the_file(path: Path, method: LockMethod) -> None:
    store = FileDict(path, method=method)
    store.update({"a": "1"})
    before = path.stat().st_ino
    with path.open():  # keeps the inode number from being used again
        store.update({"nothing": None})
        assert path.stat().st_ino != before


@pytest.mark.parametrize("method", METHODS)
def test_removing_from_a_missing_file_leaves_an_empty_one(path: Path, method: LockMethod) -> None:
    FileDict(path, method=method).update({"a": None})
    assert path.read_bytes() == b""


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("folder_mode", "file_mode"), [(0o755, 0o644), (0o700, 0o600), (0o2770, 0o660)])
def test_a_new_file_has_the_rights_of_its_folder(
    tmp_path: Path, method: LockMethod, folder_mode: int, file_mode: int
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(folder_mode)
    FileDict(folder / "attributes", method=method).update({"a": "1"})
    assert stat.S_IMODE((folder / "attributes").stat().st_mode) == file_mode


@pytest.mark.parametrize("method", METHODS)
def test_an_old_file_keeps_its_rights(path: Path, method: LockMethod) -> None:
    path.write_bytes(b"a\n1\n")
    path.chmod(0o640)
    FileDict(path, method=method).update({"a": "2"})
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("method", METHODS)
def test_root_leaves_a_file_to_its_owner(path: Path, method: LockMethod) -> None:
    path.write_bytes(b"a\n1\n")
    path.chmod(0o600)
    os.chown(path, 65534, 65534)
    FileDict(path, method=method).update({"a": "2"})
    assert (path.stat().st_uid, path.stat().st_gid, path.read_bytes()) == (65534, 65534, b"a\n2\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("method", METHODS)
def test_root_gives_a_new_file_to_the_owner_of_the_folder(tmp_path: Path, method: LockMethod) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    FileDict(folder / "deep" / "attributes", method=method).update({"a": "1"})
    assert (folder / "deep").stat().st_uid == 65534
    assert (folder / "deep" / "attributes").stat().st_uid == 65534


def test_missing_folders_are_made_for_the_user_alone(tmp_path: Path) -> None:
    FileDict(tmp_path / "a" / "b" / "attributes").update({"a": "1"})
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700


def test_a_missing_file_has_no_pairs(path: Path) -> None:
    assert FileDict(path).read() == {}


def test_a_folder_in_place_of_the_file_is_refused(path: Path) -> None:
    path.mkdir()
    with pytest.raises(RefusedDictError, match="attributes is a directory"):
        FileDict(path).read()
    with pytest.raises(RefusedDictError, match="attributes is a directory"):
        FileDict(path).update({"a": "1"})


def test_a_pipe_in_place_of_the_file_does_not_block(path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(RefusedDictError, match="no regular file"):
        FileDict(path).read()


@pytest.mark.parametrize("method", METHODS)
def test_a_binary_file_is_refused_and_left_alone(path: Path, method: LockMethod) -> None:
    path.write_bytes(b"\x7fELF\0\0\n\0\n")
    with pytest.raises(RefusedDictError, match="no dict file"):
        FileDict(path, method=method).update({"a": "1"})
    assert path.read_bytes() == b"\x7fELF\0\0\n\0\n"
    assert list(path.parent.iterdir()) == [path]


def test_a_held_lock_ends_in_one_clear_error(path: Path) -> None:
    lock = path.with_name("attributes.lock")
    lock.touch()
    with pytest.raises(DictError, match=r"file_dotlock_open\(.*\) failed: Resource temporarily unavailable"):
        FileDict(path, times=HASTY).update({"a": "1"})
    assert lock.exists()


@pytest.mark.parametrize(
    ("method", "lock"), [(LockMethod.FLOCK, fcntl.flock), (LockMethod.FCNTL, fcntl.lockf)]
)
def test_a_held_file_lock_ends_in_one_clear_error(path: Path, method: LockMethod, lock: object) -> None:
    path.write_bytes(b"a\n1\n")
    ready, done = multiprocessing.Event(), multiprocessing.Event()
    holder = multiprocessing.Process(target=_hold, args=(path, lock, ready, done))
    holder.start()
    try:
        assert ready.wait(20)
        with pytest.raises(DictError, match=rf"file_wait_lock\({path}\) failed: .*Timed out after") as caught:
            FileDict(path, method=method, times=HASTY).update({"a": "2"})
        if sys.platform == "linux":
            assert str(caught.value).endswith(f" (WRITE lock held by pid {holder.pid})")
        assert path.read_bytes() == b"a\n1\n"
    finally:
        done.set()
        holder.join(20)


def _hold(path, lock, ready, done):  # type: ignore[no-untyped-def]
    with path.open("r+b") as file:
        lock(file, fcntl.LOCK_EX)
        ready.set()
        done.wait(20)


def test_a_lock_without_a_change_for_a_minute_is_removed(path: Path) -> None:
    lock = path.with_name("attributes.lock")
    lock.touch()
    times = LockTimes(timeout=5, pause=0.001, clock=lambda: time.time() + 61)
    FileDict(path, times=times).update({"a": "1"})
    assert FileDict(path).read() == {"a": "1"}
    assert not lock.exists()


def test_a_lock_is_not_stale_while_the_file_changes(path: Path) -> None:
    path.write_bytes(b"a\n1\n")
    lock = path.with_name("attributes.lock")
    lock.touch()
    later = time.time() + 100
    os.utime(path, (later, later))
    times = LockTimes(timeout=0, pause=0.001, clock=lambda: later)
    with pytest.raises(DictError, match="Resource temporarily unavailable"):
        FileDict(path, times=times).update({"a": "2"})


def test_the_lock_of_a_process_that_ended_is_removed(path: Path) -> None:
    ended = multiprocessing.Process(target=int)
    ended.start()
    ended.join()
    lock = path.with_name("attributes.lock")
    lock.write_text(f"{ended.pid}:{socket.gethostname()}")
    times = LockTimes(timeout=5, pause=0.001, clock=lambda: time.time() + 3)
    FileDict(path, times=times).update({"a": "1"})
    assert FileDict(path).read() == {"a": "1"}


def test_the_lock_of_a_living_process_stays(path: Path) -> None:
    lock = path.with_name("attributes.lock")
    lock.write_text(f"{os.getppid()}:{socket.gethostname()}")
    times = LockTimes(timeout=0, pause=0.001, clock=lambda: time.time() + 600)
    with pytest.raises(DictError, match="Resource temporarily unavailable"):
        FileDict(path, times=times).update({"a": "1"})
    assert lock.exists()


def _write_many(path: Path, method: LockMethod, writer: int) -> None:
    store = FileDict(path, method=method, times=LockTimes(pause=0.004))
    for number in range(40):
        store.update({f"priv/{writer}/{number}": str(number)})


@pytest.mark.parametrize("method", METHODS)
def test_two_writers_lose_nothing(path: Path, method: LockMethod) -> None:
    writers = [multiprocessing.Process(target=_write_many, args=(path, method, writer)) for writer in (1, 2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0]
    wanted = {f"priv/{writer}/{number}": str(number) for writer in (1, 2) for number in range(40)}
    assert FileDict(path).read() == wanted


def _die_before_the_rename(path: Path) -> None:
    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    os.rename = die  # type: ignore[assignment]
    FileDict(path).update({"a": "new"})


def test_a_writer_that_is_killed_leaves_the_old_file(path: Path) -> None:
    path.write_bytes(b"a\nold\n")
    writer = multiprocessing.Process(target=_die_before_the_rename, args=(path,))
    writer.start()
    writer.join(20)
    assert writer.exitcode == -signal.SIGKILL
    assert path.read_bytes() == b"a\nold\n"
    assert path.with_name("attributes.lock").exists()


def test_an_error_before_the_rename_leaves_no_lock(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(b"a\nold\n")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(DictError, match="No space left on device"):
        FileDict(path).update({"a": "new"})
    assert path.read_bytes() == b"a\nold\n"
    assert list(path.parent.iterdir()) == [path]
