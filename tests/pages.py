"""The blocks of a page: what stands in them must be what commands print, and what files hold, today.

The ``console`` blocks of a page are run in order; a command begins with ``$ ``, and goes on behind a
backslash at the end of a line. Marks in the lines above a block, ``<!-- NAME: VALUE -->``, say more:

``shows: PATH``     the block is this file of the repository.
``file: PATH``      the block becomes this file of the page's own folder, which is empty at first.
``part of: PATH``   the block stands in this file of the page's own folder, written by a command before.
``in: FOLDER``      the commands run in this folder of the page's own folder, not in the repository.
``output: N``       only the first N lines are shown.
``exit code: N``    the commands end with this code, not with 0 or 1.
``beside: CALL``    this ``pushnotif listen`` runs meanwhile, on a free port where the page says 8009.
``figures: vary``   other numbers are fine; those that are there stay.
``drivers: FOLDER`` the entry points in this folder's pyproject.toml are installed.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests import page_commands

REPOSITORY = Path(__file__).parents[1]
_BLOCK = re.compile(r"^((?:<!-- [^\n]+ -->\n)*)```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"<!-- ([\w ]+): ([^\n]+) -->\n")
_COMMAND = re.compile(r"(?:.*\\\n)*.*")
_FIGURE = re.compile(r"[ \t]*\d+(?:[.,]\d+)*")
# Marks that others look at: the shell of .ci/run, and tests of one page.
_OTHERS = ("command", "test")
# Fine, and findings: a page shows no command that was called wrongly, unless a mark says so.
EXPECTED_CODES = (0, 1)


@dataclass(frozen=True)
class Step:
    """A command, as it stands on the page, and the output below it."""

    command: str
    output: str


@dataclass(frozen=True)
class Block:
    """A block of code with its marks by name."""

    marks: Mapping[str, str]
    language: str
    text: str

    @property
    def steps(self) -> list[Step]:
        """Return the commands of a console block in order."""
        found = []
        for part in re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]:
            command = "".join(_COMMAND.findall(part)[:1])
            found.append(Step(command, part[len(command) + 1 :]))
        return found


def _block(match: re.Match[str]) -> Block:
    return Block(dict(_MARK.findall(match[1])), match[2], match[3])


def blocks(text: str) -> list[Block]:
    """Return all blocks of code of a page."""
    return [_block(match) for match in _BLOCK.finditer(text)]


def is_checked(text: str) -> bool:
    """Tell whether a page has blocks that can become stale."""
    return any(block.language == "console" or {*block.marks} & {*_WAYS} for block in blocks(text))


def refreshed(text: str) -> str:
    """Return a page with every block as it is today; raises ValueError for what can't be shown."""
    with tempfile.TemporaryDirectory() as folder, _as_on_a_new_machine(Path(folder) / "data"):
        own = Path(folder) / "page"
        own.mkdir()

        def block(match: re.Match[str]) -> str:
            return f"{match[1]}```{match[2]}\n{_today(_block(match), own)}```"

        return _BLOCK.sub(block, text)


@contextlib.contextmanager
def _as_on_a_new_machine(data: Path) -> Iterator[None]:
    before = dict(os.environ)
    os.environ["XDG_DATA_HOME"] = str(data)
    os.environ.pop("PUSHNOTIF_CONFIG", None)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _today(block: Block, own: Path) -> str:
    for name in block.marks:
        if name in _WAYS:
            return _WAYS[name](block, own)
        if name not in _OPTIONS and name not in _OTHERS:
            raise ValueError(f"there is no mark '{name}'")
    return _run(block, own) if block.language == "console" else block.text


def _run(block: Block, own: Path) -> str:
    folder = own / block.marks["in"] if "in" in block.marks else REPOSITORY
    folder.mkdir(exist_ok=True)
    place = page_commands.Place(
        folder,
        codes=(int(block.marks["exit code"]),) if "exit code" in block.marks else EXPECTED_CODES,
        drivers=own / block.marks["drivers"] if "drivers" in block.marks else None,
    )
    with page_commands.listening(block.marks.get("beside"), own) as run:
        return "".join(
            f"$ {step.command}\n{_shown(block, step, run(step.command, place))}" for step in block.steps
        )


def _shown(block: Block, step: Step, output: str | None) -> str:
    """Return what of the output of a command belongs on the page."""
    if output is None:
        return step.output
    if "output" in block.marks:
        output = "".join(output.splitlines(keepends=True)[: int(block.marks["output"])])
    if "figures" in block.marks and _FIGURE.sub("0", output) == _FIGURE.sub("0", step.output):
        return step.output
    return output


def _content(block: Block, _own: Path) -> str:
    return (REPOSITORY / block.marks["shows"]).read_text("utf-8")


def _written(block: Block, own: Path) -> str:
    path = own / block.marks["file"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(block.text, "utf-8")
    return block.text


def _part(block: Block, own: Path) -> str:
    if block.text not in (own / block.marks["part of"]).read_text("utf-8"):
        raise ValueError(f"not a part of {block.marks['part of']}: {shlex.quote(block.text)}")
    return block.text


_WAYS: Mapping[str, Callable[[Block, Path], str]] = {"shows": _content, "file": _written, "part of": _part}
_OPTIONS = ("in", "output", "exit code", "beside", "figures", "drivers")
