"""Replaces a file by a new version in one step, or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cli.output import OutputError
from cli.output_files import file_beside


def replace_file(path: Path, shown: str, expected: bytes, content: bytes) -> None:
    """Give the file at ``path``, which is no link, another content; its mode and owner stay.

    Raises OutputError, which names the file as ``shown``, when it can't be written, or when it no longer
    holds what is ``expected``.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise OutputError(f"can't write {shown}: it is no regular file")
        if not os.access(path, os.W_OK):
            raise OutputError(f"can't write {shown}: it is read-only")
        if path.read_bytes() != expected:
            raise OutputError(f"{shown} was changed since it was read: not written, run the command again")
        _replace(path, content, status)
    except OSError as error:
        raise OutputError(f"can't write {shown}: {error.strerror}") from None


def _replace(path: Path, content: bytes, status: os.stat_result) -> None:
    with file_beside(path, content) as made:
        if (status.st_uid, status.st_gid) != (made.stat().st_uid, made.stat().st_gid):
            os.chown(made, status.st_uid, status.st_gid)
        made.chmod(stat.S_IMODE(status.st_mode))
        made.replace(path)
