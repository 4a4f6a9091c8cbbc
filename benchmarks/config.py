"""How long the commands on a configuration take, beside doveconf and augtool where these are installed.

Run ``python benchmarks/config.py`` from anywhere. All times are those of whole processes, the shortest
of a few rounds in which the programs take turns. Exits with 1 when a ratio isn't as wanted.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import product
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, os.fspath(ROOT))  # the checkout around this file is what is measured

from benchmarks import configurations, trees  # noqa: E402
from benchmarks.processes import MeasuringError, Program, Usage, best  # noqa: E402
from benchmarks.report import Part, Row, as_markdown, as_text  # noqa: E402
from tests.dovecot.harness.installations import trixie_root  # noqa: E402

LINES = 18_000
FILTERS = 1_000
SIZES = (1_000, 10_000, 100_000, 500_000)
MANY = 100_000
"""From so many lines on, fewer rounds do."""

MEMORY = 40
"""How many times its size a file may take."""

MIB = 1 << 20

VALIDATE = ("validate",)
CONFIG = ("config", "-n", "-c")

Shape = Callable[[], Iterator[str]]


class Doveconf(NamedTuple):
    """A doveconf. ``root`` is the folder that it sees as ``/``."""

    version: str
    root: Path


class Bench:
    """What all measurements need: a folder for files, both sides' programs, the number of rounds."""

    def __init__(self, folder: Path, rounds: int) -> None:
        self.rounds = rounds
        self._folder = folder
        path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/bin", "/sbin"])
        self._environ = {
            "PATH": path,
            "PYTHONPATH": os.fspath(ROOT),
            # Both sides of a comparison find their modules compiled, as after an installation.
            "PYTHONPYCACHEPREFIX": os.fspath(folder / "compiled"),
        }

    def write(self, name: str, pieces: Iterable[str]) -> Path:
        """Write a configuration."""
        path = self._folder / name
        with path.open("w", encoding="utf-8") as file:
            file.writelines(pieces)
        return path

    def folder(self, name: str) -> Path:
        """Return where a folder of files can be written."""
        return self._folder / name

    def python(self, code: str, *args: str, codes: tuple[int, ...] = (0,)) -> Program:
        """Return a program in Python, run by the interpreter that runs this one."""
        return Program([sys.executable, "-c", code, *args], self._environ, codes)

    def ours(self, path: Path, command: tuple[str, ...] = VALIDATE) -> Program:
        """Return one of our commands on a file, as the console script runs it."""
        return self.python("from cli.main import main; main()", *command, os.fspath(path))

    def doveconf(self, doveconf: Doveconf, path: Path) -> Program:
        """Return ``doveconf -n`` on a file."""
        inside = f"/{path.relative_to(doveconf.root)}"
        return Program([*_prefix(doveconf.root), "doveconf", "-n", "-c", inside], self._environ)

    def augtool(self, path: Path) -> Program:
        """Return ``augtool`` that does nothing but read a file with its lens of Dovecot."""
        lens = f"Dovecot.lns incl {path}"
        return Program(["augtool", "--noautoload", "--transform", lens, "quit"], self._environ)

    def compare(self, what: str, ours: Program, theirs: Program, wanted: float | None) -> Row:
        """Measure two programs side by side."""
        mine, other = best((ours, theirs), self.rounds)
        return Row(what, _ms(mine), _ms(other), mine.seconds / other.seconds, wanted)


def _prefix(root: Path) -> tuple[str, ...]:
    """Return what stands in front of a command so that it sees a folder as ``/``."""
    return () if root == Path("/") else ("chroot", os.fspath(root))


def _ms(usage: Usage) -> str:
    return f"{usage.seconds * 1000:.0f} ms"


def startup(bench: Bench) -> Part:
    """Measure the start of the program, beside that of the libraries it is made with."""
    small = bench.write("small.conf", [configurations.SMALL])
    bare = bench.python("import click, pyparsing")
    rows = (
        bench.compare("validate, 5 lines", bench.ours(small), bare, 1.3),
        bench.compare("config -n, 5 lines", bench.ours(small, CONFIG), bare, 1.3),
    )
    return Part("Start, beside `python -c 'import click, pyparsing'`", rows)


def beside_doveconf(bench: Bench, doveconf: Doveconf) -> Part:
    """Measure large files of several kinds."""
    version = doveconf.version
    # 2.4 reads faster than Python can, so nothing is wanted there.
    old = version == "2.3"
    shapes: list[tuple[str, Shape, float | None]] = [
        (f"flat, {LINES:,} lines", partial(configurations.flat, LINES, version), 1.5 if old else None),
        (f"{FILTERS:,} filters", partial(configurations.filters, FILTERS, version), 1.0 if old else None),
        (f"all mixed, {LINES:,} lines", partial(configurations.mixed, LINES, version), None),
    ]
    if old:
        shapes += [
            (f"plugin {{}}, {LINES:,} keys", partial(configurations.plugin_keys, LINES), 1.0),
            (f"the same key, {LINES:,} lines", partial(configurations.one_key, LINES), None),
            (f"continued, {LINES:,} lines", partial(configurations.continued, LINES), None),
            (f"comments, {LINES:,} lines", partial(configurations.comments, LINES), None),
        ]
    rows: list[Row] = []
    for what, shape, wanted in shapes:
        path = bench.write("measured.conf", shape())
        theirs = bench.doveconf(doveconf, path)
        rows += (
            bench.compare(f"{command[0]}: {what}", bench.ours(path, command), theirs, wanted)
            for command in (VALIDATE, CONFIG)
        )
    return Part(f"Beside `doveconf -n` {version}", tuple(rows))


def beside_augtool(bench: Bench) -> Part:
    """Measure files that augtool's lens of Dovecot can read."""
    title = "Beside `augtool` and its lens of Dovecot"
    if shutil.which("augtool") is None:
        return Part(title, (), ("Left out: there is no augtool here.",))
    shapes: list[tuple[str, Shape]] = [
        (f"flat, {LINES:,} lines", partial(configurations.flat, LINES, "2.3")),
        (f"plugin {{}}, {LINES:,} keys", partial(configurations.plugin_keys, LINES)),
    ]
    rows = []
    for what, shape in shapes:
        path = bench.write("measured.conf", shape())
        rows.append(bench.compare(f"validate: {what}", bench.ours(path), bench.augtool(path), None))
    return Part(title, tuple(rows))


def many_files(bench: Bench) -> Part:
    """Measure a main file with a conf.d of many files, and that folder, beside the same text in one file."""
    rows: list[Row] = []
    for version, lines in product(("2.3", "2.4"), trees.LINES):
        one = bench.write("one.conf", configurations.mixed(lines, version))
        tree = bench.folder(f"tree-{version}-{lines}")
        trees.write_tree(tree, configurations.mixed(lines, version))
        inside = trees.in_process(bench.python(trees.IN_PROCESS), bench.rounds, (one, tree))
        what = f"{version}, {lines:,} lines"
        wanted = trees.WANTED
        rows += (
            bench.compare(f"{what}: main file", bench.ours(tree / "dovecot.conf"), bench.ours(one), wanted),
            bench.compare(f"{what}: folder", bench.ours(tree), bench.ours(one), wanted),
            Row(
                f"{what}: folder, without the start",
                *(f"{seconds * 1000:.1f} ms" for seconds in reversed(inside)),
                inside[1] / inside[0],
                wanted,
            ),
        )
    return Part(f"A conf.d of {trees.FILES} files, beside the same text in one file", tuple(rows))


def growth(bench: Bench, shape: str, version: str, sizes: Iterable[int]) -> Iterator[Row]:
    """Measure what a line takes, in time and in memory, in files of several sizes.

    Yields the row of the time, beside the cheapest line of the smaller files, then those of the memory.
    """
    small = bench.write("small.conf", [configurations.SMALL])
    pieces = configurations.flat if shape == "flat" else configurations.mixed
    cheapest = float("inf")
    for lines in sizes:
        path = bench.write("measured.conf", pieces(lines, version))
        rounds = bench.rounds * 2 if lines < MANY else max(2, bench.rounds // 3)
        usage, base = best((bench.ours(path), bench.ours(small)), rounds)
        cost = (usage.busy - base.busy) * 1e6 / lines
        cheapest = min(cheapest, cost)
        what = f"{shape} {version}, {lines:,} lines"
        yield Row(f"{what}: 1,000 take", f"{cost:.2f} ms", f"{cheapest:.2f} ms", cost / cheapest, 1.5)
        yield from _memory(what, path.stat().st_size, usage, base)


def _memory(what: str, size: int, usage: Usage, base: Usage) -> Iterator[Row]:
    """Yield the peak of memory beside the size of the file, with and without that of a small file."""
    sizes = f"{size / MIB:.2f} MiB"
    # Python alone is larger than 40 times a small file.
    wanted = MEMORY if size * MEMORY > 2 * base.peak else None
    yield Row(f"{what}: memory", f"{usage.peak / MIB:.1f} MiB", sizes, usage.peak / size, wanted)
    added = max(0, usage.peak - base.peak)
    wanted = MEMORY if size >= MIB / 10 else None
    yield Row(f"{what}: memory more than for 5", f"{added / MIB:.1f} MiB", sizes, added / size, wanted)


def doveconfs() -> Iterator[Doveconf]:
    """Yield the doveconfs that can be run here: that of this machine, and that of the trixie root."""
    for root in (Path("/"), trixie_root(os.environ)):
        command = [*_prefix(root), "dovecot", "--version"]
        try:
            answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError):
            continue
        yield Doveconf(answer[:3], root)


def parts(rounds: int, sizes: tuple[int, ...]) -> Iterator[Part]:
    """Measure everything."""
    found = tuple(doveconfs())
    # What a doveconf reads has to be inside of its root.
    inside = max(
        (doveconf.root / "tmp" for doveconf in found), key=lambda path: len(path.parts), default=None
    )
    with tempfile.TemporaryDirectory(dir=inside) as folder:
        bench = Bench(Path(folder), rounds)
        yield startup(bench)
        yield many_files(bench)
        for doveconf in found:
            yield beside_doveconf(bench, doveconf)
        if not found:
            yield Part("Beside `doveconf -n`", (), ("Left out: there is no doveconf here.",))
        yield beside_augtool(bench)
        for shape, version in (("flat", "2.3"), ("mixed", "2.3"), ("mixed", "2.4")):
            rows = tuple(growth(bench, shape, version, sizes))
            yield Part(f"Time and memory by size: {shape}, {version}", rows)


def main() -> int:
    """Print the table; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds, and no file of 500,000 lines")
    parser.add_argument(
        "--markdown", action="store_true", help="print tables for docs/explanation/benchmarks.md"
    )
    options = parser.parse_args()
    rounds, sizes = (3, SIZES[:-1]) if options.quick else (5, SIZES)
    try:
        measured = tuple(parts(rounds, sizes))
    except MeasuringError as error:
        sys.exit(f"benchmark: {error}")
    print(as_markdown(measured) if options.markdown else as_text(measured))
    return int(any(row.is_missed for part in measured for row in part.rows))


if __name__ == "__main__":
    sys.exit(main())
