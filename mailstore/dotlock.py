"""Dovecot's dotlock: ``PATH.lock``, created by one process only, waited for by the others.

Source: lib/file-dotlock of Dovecot 2.3.19.1, seen by system-call trace: the lock file is at the
same time the new file, and the rename onto ``PATH`` commits and unlocks in one step.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from dovecot_conf.errors import DictError
from dovecot_conf.value import Value
from mailstore.undisturbed import undisturbed

# A lock file older than this may belong to a process that has ended.
PID_CHECK_SECONDS = 2.0
MAX_PID_TEXT = 512


class LockTimes(Value):
    """How long to wait for a lock: all in seconds, with the clock and the sleep to use.

    ``timeout`` ends the wait with an error; a lock without any change for ``stale`` seconds is
    removed; ``pause`` is the longest sleep between two tries. Defaults are Dovecot's.
    """

    timeout: float = 120.0
    stale: float = 60.0
    pause: float = 0.2
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


class LockPlaceError(DictError):
    """A lock file can't even be looked for; ``logged`` is what Dovecot logs of that before the error."""

    def __init__(self, message: str, logged: str) -> None:
        super().__init__(message)
        self.logged = logged


_FAILED = "dict-file: file_dotlock_open({path}) failed: {error}"


@contextmanager
def dotlock(path: str, times: LockTimes) -> Iterator[tuple[int, str]]:
    """Hold ``PATH.lock``; yield its descriptor and path. It is removed unless it was renamed away.

    Signals that end the process wait while it is held, not while it is waited for.

    Raises DictError, in Dovecot's words, when the lock file can't be made (no folder, no permission), and
    when another process still holds it after ``times.timeout``.
    """
    lock_path = f"{path}.lock"
    deadline = times.clock() + times.timeout
    while True:
        with undisturbed():
            descriptor = _create(path, lock_path)
            if descriptor is not None:
                try:
                    yield descriptor, lock_path
                finally:
                    _give_up(descriptor, lock_path)
                return
        if times.clock() >= deadline:
            raise DictError(_FAILED.format(path=path, error=os.strerror(errno.EAGAIN)))
        if _is_stale(path, lock_path, times):
            with suppress(FileNotFoundError):
                os.unlink(lock_path)
        # A pause also after a removal: somebody else may be about to remove the same stale lock.
        times.sleep(times.pause * (0.05 + 0.95 * int.from_bytes(os.urandom(2)) / 0xFFFF))


def _create(path: str, lock_path: str) -> int | None:
    """Return the descriptor of the new lock file, None when there is one already."""
    try:
        return os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    except FileExistsError:
        return None
    except OSError as error:
        raise _unlockable(path, lock_path, error) from None


def _give_up(descriptor: int, lock_path: str) -> None:
    """Close the lock file; remove it unless it was renamed away."""
    with suppress(FileNotFoundError):
        if os.path.samestat(os.fstat(descriptor), os.lstat(lock_path)):
            os.unlink(lock_path)
    os.close(descriptor)


def _unlockable(path: str, lock_path: str, error: OSError) -> DictError:
    text = _FAILED.format(path=path, error=error.strerror)
    try:
        os.lstat(lock_path)
    except FileNotFoundError:
        return DictError(text)
    except OSError as problem:
        return LockPlaceError(text, f"lstat({lock_path}) failed: {problem.strerror}")
    return DictError(text)


def _is_stale(path: str, lock_path: str, times: LockTimes) -> bool:
    try:
        lock = os.lstat(lock_path)
    except FileNotFoundError:
        return False
    now = times.clock()
    if now > lock.st_mtime + PID_CHECK_SECONDS:
        owner = _local_owner(lock_path)
        if owner is not None:
            return not _is_alive(owner)
    changes = [lock.st_mtime, lock.st_ctime]
    with suppress(FileNotFoundError):
        data = os.stat(path)
        changes += [data.st_mtime, data.st_ctime]
    return now > max(changes) + times.stale


def _local_owner(lock_path: str) -> int | None:
    """Return the PID of a lock file that says ``PID:HOST`` with this host's name."""
    try:
        with open(lock_path, "rb") as file:
            text = file.read(MAX_PID_TEXT).decode("ascii")
    except (OSError, UnicodeDecodeError):
        return None
    number, _, host = text.rstrip("\n").partition(":")
    if host != os.uname().nodename or not number.isdecimal() or int(number) == 0:
        return None
    return int(number)


def _is_alive(pid: int) -> bool:
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
