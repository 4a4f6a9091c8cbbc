"""Logs are read whatever they are made of, and within limits."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.doctor.log.reading import LIMIT, LogError, read_paths
from tests.drivers.doctor.log.captured import log, read_text

LINE = b"lmtp(bob)<1><s>: Info: hello\n"


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("from_stdin", [False, True])
def test_logs_are_read_plain_and_compressed(
    tmp_path: Path, pack: Callable[[bytes], bytes], from_stdin: bool
) -> None:
    text = log("2.3", "ox-sent").encode()
    path = tmp_path / "mail.log.1"
    path.write_bytes(pack(text))
    with path.open("rb") as stdin:
        given = Path("-") if from_stdin else path
        found = list(read_paths([given], stdin))
    assert [line.text for line in found] == [line.text for line in read_text(text)]
    assert {line.file for line in found} == {"<stdin>" if from_stdin else str(path)}


def test_several_logs_are_read_in_the_order_given(tmp_path: Path) -> None:
    for name in ("mail.log.1", "mail.log"):
        (tmp_path / name).write_bytes(LINE.replace(b"hello", name.encode()))
    found = list(read_paths([tmp_path / "mail.log.1", tmp_path / "mail.log"], io.BytesIO()))
    assert [line.text for line in found] == ["mail.log.1", "mail.log"]


def test_a_pipe_is_read_as_it_comes(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(LINE * 3,))
    writer.start()
    assert [line.number for line in read_paths([path], io.BytesIO())] == [1, 2, 3]
    writer.join()


def test_a_log_that_is_not_there_gives_one_clear_line(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "none", "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(LogError) as caught:
            list(read_paths([path], io.BytesIO()))
        assert str(caught.value) == f"can't read {path}: {reason}"


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_log_that_is_cut_or_broken_gives_one_clear_line(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    whole = pack(os.urandom(5000).hex().encode())
    for number, broken in enumerate((whole[:-40], whole[:20] + b"\0" * 30 + whole[50:])):
        path = tmp_path / f"mail.{number}"
        path.write_bytes(broken)
        with pytest.raises(LogError, match=f"^can't read {path}: .") as caught:
            list(read_paths([path], io.BytesIO()))
        assert "\n" not in str(caught.value)


def test_only_the_beginning_of_a_long_line_counts() -> None:
    long = LINE.rstrip() + b"x" * (3 * LIMIT) + b"lmtp(eve)<1><s>: Info: no\n"
    found = list(read_text(long + LINE))
    assert [(line.number, line.user) for line in found] == [(1, "bob"), (2, "bob")]
    assert len(found[0].text) < LIMIT


def test_bytes_that_are_no_text_pass() -> None:
    (line,) = read_text(b"\x00\xff\n\xfe" * 100 + b"\nlmtp(b\xf6b)<1><s>: Error: \xff\x00\x1b[31m\r\n")
    assert line.user == "b\udcf6b"
    assert line.text == "\udcff\x00\x1b[31m"


@pytest.mark.parametrize("content", [b"", b"\n\n\n", b"\0" * 200_000, os.urandom(100_000)])
def test_what_is_no_log_has_no_lines_of_dovecots(content: bytes) -> None:
    assert not list(read_text(content))
