"""The tour of the README: its commands, what they print, and how to write that down anew.

Run ``python tests/readme.py [PAGE]`` in the repository after a change of what commands print.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
README = REPOSITORY / "README.md"
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_DATE = re.compile(r"Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT")
_SHOWN_DATE = "Date: Tue, 24 Nov 2026 12:00:00 GMT"
# Fine, and findings: the tour shows no command that was called wrongly, and no defect.
EXPECTED_CODES = (0, 1)


@dataclass(frozen=True)
class Step:
    """A command of the tour and the output that stands below it."""

    command: str
    output: str


def steps(text: str) -> list[Step]:
    """Return the commands of all console blocks in order."""
    found = []
    for block in _BLOCK.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append(Step(command, output))
    return found


def output_of(command: str) -> str:
    """Run a command of the tour in this process; return what it prints, with a fixed Date.

    Raises ValueError for a command that isn't ours, or fails.
    """
    from cli.main import run  # noqa: PLC0415 - run as a script, the path is set first

    name, *arguments = shlex.split(command)
    if name != "pushnotif":
        raise ValueError(f"not a command of ours: {command}")
    printed = io.BytesIO()
    stream = io.TextIOWrapper(printed, encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
        code = run(arguments)
    if code not in EXPECTED_CODES:
        raise ValueError(f"exit code {code}: {command}")
    lines = printed.getvalue().decode("utf-8").splitlines()
    return _DATE.sub(_SHOWN_DATE, "".join(f"{line.rstrip()}\n" for line in lines))


def refreshed(text: str) -> str:
    """Return the README with every output as it is now."""

    def block(match: re.Match[str]) -> str:
        shown = "".join(f"$ {step.command}\n{output_of(step.command)}" for step in steps(match[0]))
        return f"```console\n{shown}```"

    return _BLOCK.sub(block, text)


if __name__ == "__main__":
    sys.path.insert(0, str(REPOSITORY))
    os.chdir(REPOSITORY)
    with tempfile.TemporaryDirectory() as data:
        os.environ["XDG_DATA_HOME"] = data
        page = Path(sys.argv[1]) if len(sys.argv) > 1 else README
        page.write_text(refreshed(page.read_text("utf-8")), "utf-8")
