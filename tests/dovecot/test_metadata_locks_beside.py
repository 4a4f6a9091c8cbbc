"""A dict file whose lock somebody keeps: what pushnotif and the real doveadm do, and what they say."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import NamedTuple

import pytest

from mailstore.lock_methods import LockMethod
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.harness.server import Dovecot
from tests.dovecot.metadata_sides import PREFIX, Sides, make_sides

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root acts as the mail user")

DICTS = {
    "2.3": "mail_attribute_dict=file:{path}:lock={method}",
    "2.4": "mail_attribute/dict/file/lock_method={method}",
}
# In a root of its own, without /proc, doveadm can't tell who has the lock of flock.
HOLDER = re.compile(r" \(WRITE lock held by pid \d+\)")
LIMIT = 120


class Waiting(NamedTuple):
    """A command that waits for a lock."""

    process: subprocess.Popen[str]
    method: LockMethod
    root: str


def _hold(path: Path, method: LockMethod, ready: Event, done: Event) -> None:
    if method is LockMethod.DOTLOCK:
        lock = path.with_name(path.name + ".lock")
        lock.write_text(f"{os.getpid()}:{os.uname().nodename}")
        ready.set()
        done.wait(300)
        lock.unlink(missing_ok=True)
        return
    with path.open("r+b") as file:
        (fcntl.lockf if method is LockMethod.FCNTL else fcntl.flock)(file, fcntl.LOCK_EX)
        ready.set()
        done.wait(300)


@contextmanager
def _held(path: Path, method: LockMethod) -> Iterator[None]:
    ready, done = multiprocessing.Event(), multiprocessing.Event()
    holder = multiprocessing.Process(target=_hold, args=(path, method, ready, done))
    holder.start()
    try:
        assert ready.wait(20)
        yield
    finally:
        done.set()
        holder.join(20)


def _options(server: Dovecot, user: str, method: LockMethod, root: str) -> tuple[str, ...]:
    if method is LockMethod.DOTLOCK:
        return ()
    return "-o", DICTS[server.version].format(path=f"{root}/mail/{user}.dict", method=method)


def _start(both: Sides, user: str, method: LockMethod) -> tuple[Waiting, Waiting]:
    words = ("-u", user, "INBOX", "/private/late", "v")
    server = both.server
    config = server.installation.inside(server.config_file)
    theirs = server.installation.command("doveadm", "-c", config)
    theirs += [*_options(server, user, method, server.place.root), "mailbox", "metadata", "set", *words]
    ours = [sys.executable, "-m", "cli", "metadata", "-c", str(both.configuration), "set"]
    ours += [*_options(server, user, method, str(server.root)), *words]
    places = (ours, str(server.root)), (theirs, server.place.root)
    mine, dovecots = (
        Waiting(
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True), method, root
        )
        for command, root in places
    )
    return mine, dovecots


def _end(waiting: Waiting, root: Path) -> tuple[list[str], int]:
    out, err = waiting.process.communicate(timeout=LIMIT + 60)
    assert out == ""
    lines = PREFIX.sub("", err).replace("pushnotif: ", "").replace(waiting.root, str(root)).splitlines()
    # A dict in another root is the same file with a longer path.
    return [HOLDER.sub("", line) for line in lines], waiting.process.returncode


def _all_waiting(both: Sides, stack: ExitStack) -> Iterator[tuple[Waiting, Waiting]]:
    """Start a set of both sides behind a lock of each method, which are held until ``stack`` ends."""
    for method in LockMethod:
        user = both.new_user()
        both.server.set_metadata(user, "/private/k", "v", "INBOX")
        stack.enter_context(_held(both.server.dict_file(user), method))
        # Reading needs no lock.
        for args in (("get", "-u", user, "INBOX", "/private/k"), ("list", "-u", user, "INBOX")):
            assert both.agree_on(*args).code == 0
        pair = _start(both, user, method)
        for one in pair:
            stack.callback(one.process.kill)
        yield pair


def test_both_give_a_held_lock_up_after_two_minutes(
    dovecot23: DovecotFactory,
    dovecot24: DovecotFactory,
    tmp_path: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The two minutes are Dovecot's: those of both versions and all methods pass at the same time.
    started = time.monotonic()
    with ExitStack() as stack:
        waiting = []
        for dovecot in (dovecot23, dovecot24):
            folder = tmp_path / dovecot().version
            folder.mkdir()
            both = make_sides(dovecot, folder, capfdbinary, monkeypatch)
            waiting += [(pair, both.server.root) for pair in _all_waiting(both, stack)]
        for (ours, theirs), root in waiting:
            said = _end(ours, root)
            assert said == _end(theirs, root)
            assert said[1] == 75
            assert time.monotonic() - started >= LIMIT
