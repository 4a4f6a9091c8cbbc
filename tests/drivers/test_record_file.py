"""Files that records are appended to."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.record_file import RecordFile, RecordFileError
from tests.drivers.test_recording import RECORD


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_each_record_is_in_the_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    with RecordFile(path) as file:
        file.write(RECORD)
        assert lines(path) == [RECORD.to_line()]
        file.write(RECORD)
        assert lines(path) == [RECORD.to_line()] * 2


def test_a_recording_goes_on_where_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    for _ in range(2):
        with RecordFile(path) as file:
            file.write(RECORD)
    assert len(lines(path)) == 2


def test_only_the_owner_reads_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    with RecordFile(path):
        assert path.stat().st_mode & 0o777 == 0o600


def test_secrets_are_in_it_only_when_asked_for(tmp_path: Path) -> None:
    record = replace(RECORD, headers=(("Authorization", "hunter2"),))
    for show, name in ((False, "a"), (True, "b")):
        with RecordFile(tmp_path / name, show_secrets=show) as file:
            file.write(record)
        assert ("hunter2" in (tmp_path / name).read_text()) == show


@pytest.mark.parametrize(
    "content",
    [b"protocols = imap\n", b'{"version": 1}\n', b"[" * 100_000 + b"\n", b"{}", RECORD.to_line().encode()],
)
def test_a_file_that_is_no_recording_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "dovecot.conf"
    path.write_bytes(content)
    with pytest.raises(RecordFileError, match="holds something that is no recording"):
        RecordFile(path)
    assert path.read_bytes() == content


def test_a_folder_and_a_missing_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordFileError, match=f"^can't record to {tmp_path}: Is a directory$"):
        RecordFile(tmp_path)
    with pytest.raises(RecordFileError, match="No such file or directory"):
        RecordFile(tmp_path / "missing" / "file")


def test_a_full_disk_is_an_error() -> None:
    with (
        RecordFile(Path("/dev/full")) as file,
        pytest.raises(RecordFileError, match="No space left on device"),
    ):
        file.write(RECORD)


def test_a_line_that_does_not_fit_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "requests.jsonl"
    real_write, written = os.write, []

    def fill_the_disk(descriptor: int, data: bytes) -> int:
        if written:
            raise OSError(28, "No space left on device")
        written.append(real_write(descriptor, bytes(data)[:10]))
        return 10

    with RecordFile(path) as file:
        file.write(RECORD)
        monkeypatch.setattr(os, "write", fill_the_disk)
        with pytest.raises(RecordFileError):
            file.write(RECORD)
    assert lines(path) == [RECORD.to_line()]


def test_lines_of_several_writers_stay_whole(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"

    def write_some() -> None:
        with RecordFile(path) as file:
            for _ in range(20):
                file.write(replace(RECORD, body=b"x" * 100_000))

    threads = [threading.Thread(target=write_some) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(json.loads(line)["body"]) for line in lines(path)] == [100_000] * 80
