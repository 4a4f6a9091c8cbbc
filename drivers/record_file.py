"""A file that records are appended to, a whole line at a time."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from dovecot_conf.errors import PushnotifError
from drivers.recording import FORMAT_VERSION, Record

_FIRST_LINE_BYTES = 64 * 1024 * 1024


class RecordFileError(PushnotifError):
    """The file can't be opened or written, or holds something that is no record."""


class RecordFile:
    """Appends records to ``path``; several processes may do so at once.

    A new file is readable by its owner only, since mails and with ``show_secrets`` passwords are in
    it. A file that is there must be empty or hold records: a configuration named by mistake stays as
    it is. Raises RecordFileError.
    """

    def __init__(self, path: Path, *, show_secrets: bool = False) -> None:
        self._path = path
        self._show_secrets = show_secrets
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except (OSError, ValueError) as error:
            raise self._failure(error) from None
        try:
            self._regular = stat.S_ISREG(os.fstat(self._descriptor).st_mode)
            # Another process may be in the middle of a line.
            with self._alone():
                self._check_content()
        except OSError as error:
            os.close(self._descriptor)
            raise self._failure(error) from None
        except BaseException:
            os.close(self._descriptor)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)

    def write(self, record: Record) -> None:
        """Append one record: all of its line or, where the disk is full, nothing. Raises RecordFileError."""
        line = (record.to_line(show_secrets=self._show_secrets) + "\n").encode("utf-8", "backslashreplace")
        try:
            with self._alone():
                size = os.fstat(self._descriptor).st_size
                try:
                    _write_all(self._descriptor, line)
                except OSError:
                    if self._regular:
                        os.ftruncate(self._descriptor, size)
                    raise
        except OSError as error:
            raise self._failure(error) from None

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._regular:
            yield
            return
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def _check_content(self) -> None:
        """Refuse a disk, and a file that holds anything but records."""
        status = os.fstat(self._descriptor)
        if stat.S_ISBLK(status.st_mode):
            raise RecordFileError(f"can't record to {self._path}: it is a device")
        if not self._regular or not status.st_size:
            return
        last = os.pread(self._descriptor, 1, status.st_size - 1)
        first = os.pread(self._descriptor, _FIRST_LINE_BYTES, 0).partition(b"\n")[0]
        if last != b"\n" or not _is_record(first):
            raise RecordFileError(f"can't record to {self._path}: it holds something that is no recording")

    def _failure(self, error: OSError | ValueError) -> RecordFileError:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return RecordFileError(f"can't record to {self._path}: {reason}")


def _is_record(line: bytes) -> bool:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and document.get("version") == FORMAT_VERSION and "method" in document


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
