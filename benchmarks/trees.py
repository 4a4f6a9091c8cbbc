"""How much longer a configuration of many files takes than the same text in one file."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.processes import MeasuringError, Program

FILES = 40

LINES = (1_000, 18_000)
"""Lines of all files together."""

WANTED = 2.0

IN_PROCESS = """
import contextlib, io, json, sys, time
from cli.main import run
rounds, *paths = sys.argv[1:]
best = [float("inf")] * len(paths)
for _ in range(int(rounds) + 1):
    for number, path in enumerate(paths):
        with contextlib.redirect_stdout(io.StringIO()):
            start = time.perf_counter()
            code = run(["validate", path])
            best[number] = min(best[number], time.perf_counter() - start)
        assert code == 0
print(json.dumps(best))
"""


def write_tree(folder: Path, pieces: Iterable[str], files: int = FILES) -> None:
    """Write the pieces as a conf.d of so many files, and a main file with the first piece."""
    head, *rest = pieces
    inner = folder / "conf.d"
    inner.mkdir(parents=True)
    (folder / "dovecot.conf").write_text(f"{head}!include conf.d/*.conf\n", "utf-8")
    for number, part in enumerate(_shares(rest, files)):
        (inner / f"{number:02}-part.conf").write_text(part, "utf-8")


def _shares(pieces: list[str], files: int) -> Iterator[str]:
    """Yield the text in parts of about the same number of lines; a piece stays in one."""
    total = sum(piece.count("\n") for piece in pieces)
    number = lines = 0
    part: list[str] = []
    for piece in pieces:
        part.append(piece)
        lines += piece.count("\n")
        if lines >= total * (number + 1) / files:
            yield "".join(part)
            part = []
            number += 1
    if part:
        yield "".join(part)


def in_process(program: Program, rounds: int, paths: Iterable[Path]) -> list[float]:
    """Return the shortest seconds of ``validate`` on each path, once everything is loaded."""
    command = [*program.command, str(rounds), *map(os.fspath, paths)]
    done = subprocess.run(command, env=dict(program.environ), capture_output=True, text=True, check=False)
    if done.returncode:
        raise MeasuringError(f"validate ended otherwise than it should: {done.stderr.strip()[-200:]}")
    best: list[float] = json.loads(done.stdout)
    return best
