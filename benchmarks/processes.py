"""Running whole processes: how long one takes from start to end, and how much memory at most."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Usage(NamedTuple):
    """What a process took: seconds from its start to its end, seconds of a processor, and bytes of memory
    at its peak.
    """

    seconds: float
    busy: float
    peak: int


class MeasuringError(Exception):
    """A process ended otherwise than it should, so its time means nothing."""


class Program(NamedTuple):
    """A command, its environment, and the exit codes that show that it did its work."""

    command: list[str]
    environ: Mapping[str, str]
    codes: tuple[int, ...] = (0,)


def run(program: Program) -> Usage:
    """Run a program once; its output goes nowhere.

    The peak includes the memory that this process had when it started the other one, so this process
    has to stay small. Raises MeasuringError for another exit code than the wanted ones.
    """
    nowhere = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    start = time.perf_counter()
    child = os.posix_spawnp(program.command[0], program.command, program.environ, file_actions=nowhere)
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    if code not in program.codes:
        raise MeasuringError(f"exit code {code} of: {shlex.join(program.command)}")
    return Usage(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def best(programs: Sequence[Program], rounds: int) -> list[Usage]:
    """Return the shortest times and the smallest peak of each program.

    They take turns, so that what else the machine does meets all of them.
    """
    found = [[run(program) for program in programs] for _ in range(rounds)]
    return [Usage(*map(min, zip(*usages, strict=True))) for usages in zip(*found, strict=True)]
