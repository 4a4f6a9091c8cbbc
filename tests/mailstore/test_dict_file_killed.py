"""A writer that is killed at any moment leaves a whole file, and nothing that stops the next writer."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Iterator
from itertools import count
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from mailstore.dict_file import FileDict
from mailstore.dotlock import LockTimes
from mailstore.lock_methods import LockMethod

KILLS = 200
KEYS = 200
LONGEST = 0.01
# Locks look older than a minute: Dovecot would break them too.
LATER = LockTimes(timeout=30, pause=0.001, clock=lambda: time.time() + 61)


def generation(number: int) -> dict[str, str]:
    """Return pairs that all say the same number, more than a write to a file takes at once."""
    return {f"priv/{'0' * 32}/key{key}": f"{number} {'x' * 100}" for key in range(KEYS)}


def write_generations(path: Path, method: LockMethod, first: int, started: Event) -> None:
    FileDict(path, method=method, times=LATER).update(generation(first))
    started.set()
    for number in count(first + 1):
        FileDict(path, method=method).update(generation(number))


def kills(path: Path, method: LockMethod) -> Iterator[int]:
    """Yield the generation found in the file after each kill."""
    context = multiprocessing.get_context("fork")
    moments = random.Random(5464)
    number = 0
    for _ in range(KILLS):
        started = context.Event()
        writer = context.Process(target=write_generations, args=(path, method, number + 1, started))
        writer.start()
        assert started.wait(30), "the lock of a killed writer stops the next one"
        time.sleep(moments.uniform(0, LONGEST))
        assert writer.pid is not None
        os.kill(writer.pid, signal.SIGKILL)
        writer.join()
        assert writer.exitcode == -signal.SIGKILL
        pairs = FileDict(path).read()
        found = {int(value.split(" ")[0]) for value in pairs.values()}
        assert len(found) == 1, "the file is half old and half new"
        assert pairs == generation(found.copy().pop())
        assert found.copy().pop() > number
        number = found.pop()
        yield number


# flock differs from fcntl in the system call only.
@pytest.mark.parametrize("method", [LockMethod.DOTLOCK, LockMethod.FCNTL])
def test_the_file_is_whole_after_each_kill(tmp_path: Path, method: LockMethod) -> None:
    path = tmp_path / "attributes"
    lock = tmp_path / "attributes.lock"
    locks_left = sum(lock.exists() for _ in kills(path, method))
    # The moments are spread over all of a write: some fall into the time with a lock file.
    assert locks_left > KILLS / 20 if method is LockMethod.DOTLOCK else not locks_left
    FileDict(path, method=method, times=LATER).update({"last": "1"})
    assert {name.name for name in tmp_path.iterdir()} <= {"attributes", "attributes.tmp"}
