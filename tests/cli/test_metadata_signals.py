"""Ctrl-C and SIGTERM in the middle of `pushnotif metadata`: nothing half written, and no lock left."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailstore.dict_file import parse

USERS = [f"user{number:03}" for number in range(300)]
CODES = {signal.SIGINT: (130, "pushnotif: interrupted"), signal.SIGTERM: (143, "pushnotif: terminated")}
HOLD = "import fcntl, sys; f = open(sys.argv[1], 'r+'); fcntl.lockf(f, fcntl.LOCK_EX)"
HOLD += "; print(flush=True); input()"
SIGNALS = pytest.mark.parametrize("number", CODES)


@pytest.fixture
def root() -> Iterator[Path]:
    # Not in pytest's folder, which other runs close to the mail user.
    with tempfile.TemporaryDirectory(prefix="pushnotif-") as folder:
        Path(folder).chmod(0o755)
        make_site(Path(folder))
        yield Path(folder)


def make_site(root: Path) -> None:
    ids = f"{os.geteuid()}:{os.getegid()}" if os.geteuid() else "65534:65534"
    lines = (f"{user}:x:{ids}::{root}/{user}::\n" for user in USERS)
    (root / "users").write_text("".join(lines))
    for folder in ("dicts", "mail"):
        (root / folder).mkdir()
        (root / folder).chmod(0o777)
    (root / "dovecot.conf").write_text(
        f"mail_location = maildir:{root}/mail/%u\nmail_attribute_dict = file:{root}/dicts/%u\n"
        "first_valid_uid = 1\nfirst_valid_gid = 0\n"
        f"userdb {{\n  driver = passwd-file\n  args = {root}/users\n}}\n"
    )


def start(root: Path, *args: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "cli", "metadata", "-c", str(root / "dovecot.conf"), *args]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def written(root: Path) -> list[Path]:
    return [path for path in (root / "dicts").iterdir() if path.suffix != ".lock"]


def end(process: subprocess.Popen[str], number: int) -> tuple[int, str, list[str]]:
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    return process.returncode, out, [line for line in err.splitlines() if line]


def assert_whole(root: Path) -> None:
    assert not list((root / "dicts").glob("*.lock"))
    for path in written(root):
        assert list(parse(path.read_bytes()).values()) == ["v"]


@SIGNALS
def test_the_users_before_the_signal_are_done_and_no_others(root: Path, number: int) -> None:
    process = start(root, "set", "-A", "--create", "INBOX", "/private/k", "v")
    until(lambda: len(written(root)) > 3)
    code, out, err = end(process, number)
    assert (code, out) == (75, "")
    assert err == [
        f"pushnotif: Warning: Killed with signal {int(number)}",
        "pushnotif: Error: Failed to iterate through some users",
    ]
    assert 3 < len(written(root)) < len(USERS)
    assert_whole(root)


@SIGNALS
def test_an_import_ends_between_two_stores(root: Path, number: int) -> None:
    lines = [{"user": user, "mailbox": "INBOX", "entry": "/private/k", "value": "v"} for user in USERS]
    (root / "lines").write_text("".join(json.dumps(line) + "\n" for line in lines))
    process = start(root, "import", "-q", "--create", str(root / "lines"))
    until(lambda: len(written(root)) > 3)
    code, out, err = end(process, number)
    assert (code, out, err[-1]) == (CODES[signal.Signals(number)][0], "", CODES[signal.Signals(number)][1])
    said = re.fullmatch(r"pushnotif: Warning: at least (\d+) of 300 stores were written", err[0])
    # The signal may come when a store is written and not yet counted.
    assert said is not None
    assert int(said[1]) in (len(written(root)), len(written(root)) - 1)
    assert_whole(root)


@SIGNALS
@pytest.mark.parametrize("method", ["dotlock", "fcntl"])
def test_waiting_for_a_lock_ends_at_once(root: Path, number: int, method: str) -> None:
    configuration = root / "dovecot.conf"
    if method == "fcntl":
        configuration.write_text(configuration.read_text().replace("dicts/%u", "dicts/%u:lock=fcntl"))
    args = ("set", "-u", USERS[0], "--create", "INBOX", "/private/k")
    first = start(root, *args, "v")
    assert first.communicate(timeout=20) == ("", "")
    store = root / "dicts" / USERS[0]
    lock = store.with_name(store.name + ".lock")
    holder = None
    if method == "dotlock":
        lock.touch()
    else:
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(store)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert holder.stdout is not None
        holder.stdout.readline()
    process = start(root, *args, "w")
    time.sleep(1.5)
    started = time.monotonic()
    code, out, err = end(process, number)
    if holder is not None:
        holder.communicate(b"\n", timeout=20)
    assert time.monotonic() - started < 5
    assert (code, out, err) == (CODES[signal.Signals(number)][0], "", [CODES[signal.Signals(number)][1]])
    assert lock.exists() is (method == "dotlock")
    assert list(parse(store.read_bytes()).values()) == ["v"]
