"""Compare pushnotif with a running doveconf on mutated and generated configurations.

usage: python -m tests.fuzz --version 2.3|2.4 [--count N] [--seed S] [--start N] [--keep DIR]
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from dovecot_conf import Version
from tests.dovecot.harness.installations import UnavailableError, find_23, find_24
from tests.fuzz.compare import Comparer, Difference, Part, changes
from tests.fuzz.explained import explain
from tests.fuzz.minimise import minimise
from tests.fuzz.source import Texts
from tests.fuzz.texts import Text
from tests.fuzz.verdicts import write

Signature = tuple[Part, str, bool]
"""What makes two differences the same one."""

SHOWN = 40


@dataclass(slots=True)
class Report:
    """What a run found; ``first`` has the first text of each unexplained difference."""

    run: int = 0
    refused: int = 0
    verdicts: int = 0
    outputs: int = 0
    same_outputs: int = 0
    explained: Counter[str] = field(default_factory=Counter)
    unexplained: Counter[Signature] = field(default_factory=Counter)
    first: dict[Signature, tuple[int, Text]] = field(default_factory=dict)

    def add(self, comparer: Comparer, number: int, text: Text) -> None:
        """Compare one more text."""
        compared = comparer.compare(text)
        self.run += 1
        self.refused += compared.refused
        found = {difference.part for difference in compared.differences}
        self.verdicts += not found & {Part.ERROR, Part.WARNINGS, Part.CRASH, Part.SLOW}
        if compared.output and Part.ERROR not in found:
            self.outputs += 1
            self.same_outputs += Part.OUTPUT not in found
        for difference in compared.differences:
            name = explain(difference)
            if name is not None:
                self.explained[name] += 1
            else:
                signature = sign(difference)
                self.unexplained[signature] += 1
                self.first.setdefault(signature, (number, text))

    def summary(self) -> str:
        """Return the numbers."""
        lines = [
            f"{self.run} texts, of which doveconf refuses {self.refused}",
            f"{self.verdicts} with the same verdict",
            f"{self.same_outputs} of {self.outputs} dumps are the same",
            *(f"explained: {name}: {count}" for name, count in sorted(self.explained.items())),
            f"unexplained: {sum(self.unexplained.values())} of {len(self.unexplained)} kinds",
        ]
        return "".join(f"{line}\n" for line in lines)


def sign(difference: Difference) -> Signature:
    """Return what is the same in differences that have the same cause: the words without the values."""
    if difference.part is Part.CRASH:
        text = difference.ours.strip().split("\n")[-1]
    elif difference.part is Part.ERROR:
        text = f"{_plain(difference.theirs)} / {_plain(difference.ours)}"
    else:
        text = "\n".join(
            _plain(line) for line in changes(difference).split("\n")[2:] if line.startswith(("-", "+"))
        )[:160]
    return difference.part, text, difference.expanding


def _plain(message: str) -> str:
    """Return a message without names, numbers and places."""
    message = re.sub(r"^Fatal: Error in configuration file \S+( line \d+)?:", r"Fatal\1:", message)
    message = re.sub(r"\d+", "0", message)
    return re.sub(r"(setting|section name|value|variable|interval|Invalid \w+):? .*", r"\1 …", message)


def main() -> int:
    """Run and report; 1 if there are differences that aren't explained, 2 if there is no such Dovecot."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--version", choices=[str(version) for version in Version], required=True)
    parser.add_argument("--count", type=int, default=1000, help="how many texts")
    parser.add_argument("--seed", type=int, default=1, help="the texts of a seed are always the same")
    parser.add_argument("--start", type=int, default=0, help="the number of the first text")
    parser.add_argument(
        "--keep", type=Path, help="write the texts of unexplained differences into this folder"
    )
    options = parser.parse_args()
    version = Version(options.version)
    try:
        installation = find_23() if version is Version.V23 else find_24(os.environ)
    except UnavailableError as error:
        sys.stderr.write(f"fuzz: {error}\n")
        return 2
    texts = Texts(version, options.seed, installation.filesystem)
    report = Report()
    with closing(Comparer(installation)) as comparer:
        for number in range(options.start, options.start + options.count):
            report.add(comparer, number, texts.text(number))
        show(comparer, report, options.keep)
    sys.stdout.write(report.summary())
    return int(bool(report.unexplained))


def show(comparer: Comparer, report: Report, keep: Path | None) -> None:
    """Print each kind of unexplained difference with the smallest text that shows it."""
    for signature, count in report.unexplained.most_common(SHOWN):
        number, text = report.first[signature]

        def still(smaller: Text, signature: Signature = signature) -> bool:
            return any(sign(found) == signature for found in comparer.compare(smaller).differences)

        text = minimise(text, still)
        found = next(found for found in comparer.compare(text).differences if sign(found) == signature)
        mode = "-nx" if found.expanding else "-n"
        sys.stdout.write(f"== {found.part} ({mode}), {count} times, first in text {number}\n")
        sys.stdout.write("".join(f"   | {line!r}\n" for line in text.main.split(b"\n")))
        for name, content in text.files.items():
            sys.stdout.write(f"   {name}: {content!r}\n")
        sys.stdout.write((found.ours if found.part is Part.CRASH else changes(found)) + "\n\n")
        if keep is not None:
            folder = keep / f"{text.version}-{number}-{found.part}"
            folder.mkdir(parents=True, exist_ok=True)
            write(text, folder)


if __name__ == "__main__":
    sys.exit(main())
