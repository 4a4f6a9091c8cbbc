"""Ctrl-C and SIGTERM in the middle of `-A`, to pushnotif and to the real doveadm."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.dovecot.metadata_sides import PREFIX, MakeSides, Sides

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root acts as the mail user")

NAMES = [f"name{number:03}" for number in range(250)]
USERS = "".join(f"{name}:x:65534:65534::@root@/mail/home-{name}::\n" for name in NAMES)
USERDB = {
    "2.3": "userdb {\n  driver = passwd-file\n  args = @root@/users\n}\n",
    "2.4": "userdb users {\n  driver = passwd-file\n  passwd_file_path = @root@/users\n}\n",
}
# Python's signal handlers aren't told who has sent the signal.
SENDER = re.compile(r" \(by pid=\d+ uid=\d+ code=\w+\)")


def _written(both: Sides) -> list[Path]:
    return sorted((both.server.root / "mail").glob("name*.dict"))


def _ended(both: Sides, command: list[str], number: int) -> tuple[str, list[str], int]:
    """Start a command, signal it when it has written something; return how it ended."""
    for path in _written(both):
        path.unlink()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while len(_written(both)) < 3 and time.monotonic() < deadline:
        time.sleep(0.001)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert 3 <= len(_written(both)) < len(NAMES)
    assert not [path for path in (both.server.root / "mail").iterdir() if "lock" in path.name]
    assert {path.read_text().split("\n")[1] for path in _written(both)} == {"v"}
    lines = SENDER.sub("", PREFIX.sub("", err).replace("pushnotif: ", "")).splitlines()
    return out, lines, process.returncode


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_both_end_behind_the_user_they_are_at(sides: MakeSides, number: int) -> None:
    both = sides(userdb=USERDB, files={"users": USERS})
    server = both.server
    words = ["INBOX", "/private/k", "v"]
    config = server.installation.inside(server.config_file)
    doveadm = server.installation.command("doveadm", "-c", config, "mailbox", "metadata", "set", "-A", *words)
    ours = [sys.executable, "-m", "cli", "metadata", "-c", str(both.configuration), "set", "--create", "-A"]
    assert _ended(both, [*ours, *words], number) == _ended(both, doveadm, number)
