"""How the commands of a page are run, and what they print."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
_DATE = re.compile(r"Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT")
_SHOWN_DATE = "Date: Tue, 24 Nov 2026 12:00:00 GMT"
SHOWN = "127.0.0.1:8009"
_LISTENING = re.compile(r"listening on https?://(127\.0\.0\.1:\d+)/")
_SECONDS = 30


@dataclass(frozen=True)
class Place:
    """Where a command runs, the codes it may end with, and a project whose drivers are installed."""

    folder: Path
    codes: Sequence[int]
    drivers: Path | None = None


Run = Callable[[str, Place], str | None]


def output_of(command: str, place: Place) -> str | None:
    """Run a command; return what it prints, with a fixed Date, or None where its program isn't installed.

    ``pushnotif`` runs in this process, unless drivers are installed for it. Raises ValueError for an exit
    code that isn't expected.
    """
    name, *arguments = shlex.split(command.replace("\\\n", ""))
    if name == "pushnotif" and place.drivers is None:
        code, printed = _run_here(arguments, place.folder)
    elif name == "pushnotif":
        code, printed = _run([sys.executable, "-m", "cli", *arguments], place)
    elif shutil.which(name) is None:
        return None
    else:
        code, printed = _run([name, *arguments], place)
    if code not in place.codes:
        raise ValueError(f"exit code {code}: {command}\n{printed}")
    return with_shown_date("".join(f"{line.rstrip()}\n" for line in printed.splitlines()))


def with_shown_date(printed: str) -> str:
    """Return an output whose requests have a fixed Date."""
    return _DATE.sub(_SHOWN_DATE, printed)


def _run_here(arguments: Sequence[str], folder: Path) -> tuple[int, str]:
    from cli.main import run  # noqa: PLC0415 - run as a script, the path is set first

    printed = io.BytesIO()
    stream = io.TextIOWrapper(printed, encoding="utf-8", write_through=True)
    with contextlib.chdir(folder), contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
        code = run(arguments)
    return code, printed.getvalue().decode("utf-8")


def _run(call: Sequence[str], place: Place) -> tuple[int, str]:
    path = [str(REPOSITORY)]
    if place.drivers is not None:
        path.append(str(installed(place.drivers)))
    done = subprocess.run(
        call,
        cwd=place.folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    return done.returncode, done.stdout


def installed(project: Path) -> Path:
    """Make a project's entry points known below its folder, as an installation does; return that folder."""
    table = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    name, version = table["name"], table["version"]
    folder = project / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir(exist_ok=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = []
    for group, points in table["entry-points"].items():
        lines += [f"[{group}]", *(f"{key} = {value}" for key, value in points.items())]
    (folder / "entry_points.txt").write_text("\n".join(lines) + "\n")
    return project


@contextlib.contextmanager
def listening(call: str | None, own: Path) -> Iterator[Run]:
    """Return what runs commands while the ``pushnotif listen`` of ``call``, if any, listens.

    Below ``own`` and in the commands the address of the page becomes the one that is listened on.
    """
    if call is None:
        yield output_of
        return
    _, *arguments = shlex.split(call)
    with _started([*arguments, "--port", "0"]) as address:
        yield lambda command, place: _with_address(command, place, own, address)


def _with_address(command: str, place: Place, own: Path, address: str) -> str | None:
    copy = own.parent / "listening" / address.replace(":", "-")
    shutil.copytree(own, copy, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    for path in copy.rglob("*"):
        if path.is_file():
            path.write_text(path.read_text("utf-8").replace(SHOWN, address), "utf-8")
    moved = (
        replace(place, folder=copy / place.folder.relative_to(own)) if own in place.folder.parents else place
    )
    output = output_of(command.replace(SHOWN, address), moved)
    return output.replace(address, SHOWN) if output is not None else None


@contextlib.contextmanager
def _started(arguments: Sequence[str]) -> Iterator[str]:
    """Run ``pushnotif listen``; return its address. Raises ValueError."""
    call = [sys.executable, "-m", "cli", *arguments, "--format", "json", "--timeout", str(_SECONDS)]
    process = subprocess.Popen(
        call, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        said = process.stderr.readline()
        found = _LISTENING.search(said)
        if found is None:
            raise ValueError(f"pushnotif listen says: {said}")
        yield found[1]
    finally:
        process.terminate()
        process.communicate()
