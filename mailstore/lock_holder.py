"""Who holds the lock of a file, in Dovecot's words (``file_lock_find`` of 2.3.19.1 and 2.4.1)."""

from __future__ import annotations

import fcntl
import os
import struct
import sys
from pathlib import Path

from mailstore.lock_methods import LockMethod

# The kernel's struct flock on 64-bit Linux: type, whence, start, length, pid.
_FLOCK = struct.Struct("hhqqi4x")
_PROC_LOCKS = Path("/proc/locks")
# Columns there: number, kind, ADVISORY, READ or WRITE, pid, major:minor:inode, start, end.
_KIND, _PID, _NODE, _COLUMNS = 3, 4, 5, 8


def lock_holder(descriptor: int, method: LockMethod) -> str:
    """Return " (WRITE lock held by pid 7)" for an open file that somebody holds, "" when nobody can tell."""
    if sys.platform != "linux":
        return ""
    if method is LockMethod.FCNTL and (found := _of_fcntl(descriptor)):
        return found
    return _of_proc_locks(descriptor)


def _of_fcntl(descriptor: int) -> str:
    question = _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    try:
        kind, _, _, _, pid = _FLOCK.unpack(fcntl.fcntl(descriptor, fcntl.F_GETLK, question))
    except OSError:
        return ""
    return (
        "" if kind == fcntl.F_UNLCK or pid in (0, -1) else _held("READ" if kind == fcntl.F_RDLCK else "", pid)
    )


def _of_proc_locks(descriptor: int) -> str:
    try:
        status = os.fstat(descriptor)
        lines = _PROC_LOCKS.read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    node = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    for line in lines:
        columns = line.split()
        if len(columns) >= _COLUMNS and columns[_NODE] == node and columns[_PID].isdecimal():
            return _held(columns[_KIND], int(columns[_PID]))
    return ""


def _held(kind: str, pid: int) -> str:
    return f" ({'READ' if kind == 'READ' else 'WRITE'} lock held by pid {pid})"
