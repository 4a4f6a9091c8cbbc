"""Ports, commands and the daemon: what starts, waits and always ends."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .installations import SYSTEM_PATH

TIMEOUT = 30.0
PORTS = range(20_000, 32_768)
ENVIRONMENT = {"PATH": SYSTEM_PATH, "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class Result:
    """What a command printed, and its exit code."""

    stdout: str
    stderr: str
    exit_code: int


def free_ports(count: int) -> list[int]:
    """Return ``count`` different ports of 127.0.0.1 that nobody listens on.

    They lie below those that the kernel gives to clients, which could take one before its server starts.
    """
    free = (port for port in random.sample(PORTS, len(PORTS)) if _is_free(port))
    return list(itertools.islice(free, count))


def _is_free(port: int) -> bool:
    with socket.socket() as one:
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def run(command: Sequence[str], stdin: bytes = b"", environment: Mapping[str, str] | None = None) -> Result:
    """Run a command to its end with a clean environment (and ``environment`` added)."""
    done = subprocess.run(
        [_executable(command[0]), *command[1:]],
        input=stdin,
        capture_output=True,
        timeout=TIMEOUT,
        env={**ENVIRONMENT, **(environment or {})},
        cwd="/",
        check=False,
    )
    out, err = (stream.decode("utf-8", "backslashreplace") for stream in (done.stdout, done.stderr))
    return Result(out, err, done.returncode)


def wait_until(condition: Callable[[], bool], seconds: float = TIMEOUT) -> bool:
    """Poll ``condition`` until it holds; say whether it did within ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def is_running(pid: int) -> bool:
    """Say whether a process with this id exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def answers(port: int) -> bool:
    """Say whether somebody on 127.0.0.1 accepts a connection and greets."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            return bool(connection.recv(1))
    except OSError:
        return False


class Daemon:
    """A server in the foreground, its output in files; it ends with us even if we are killed."""

    def __init__(self, command: Sequence[str], output: Path) -> None:
        bound = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv", path=SYSTEM_PATH) else []
        full = [*bound, *command]
        with output.open("ab") as file:
            self._process = subprocess.Popen(
                [_executable(full[0]), *full[1:]],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                env=ENVIRONMENT,
                cwd="/",
                start_new_session=True,
            )

    @property
    def exited(self) -> bool:
        return self._process.poll() is not None

    def terminate(self) -> None:
        """Ask it to end; returns at once."""
        if not self.exited:
            self._process.terminate()

    def wait(self) -> None:
        """Wait for its end, by force if it takes too long."""
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=5)


def _executable(name: str) -> str:
    return shutil.which(name, path=SYSTEM_PATH) or name
