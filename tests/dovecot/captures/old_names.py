"""What doveconf of 2.3 makes of old names: the texts of ``inputs/old-names.toml``."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.dovecot.captures.common import INPUTS, Bench, Record
from tests.dovecot.captures.verdicts import shown_error
from tests.dovecot.harness.installations import Installation
from tests.fuzz.verdicts import Doveconf


def capture(bench: Bench) -> Iterator[Record]:
    """Yield a record for each case: the text, the first error, the warnings, and the dump of a good one."""
    yield from cases(bench.pools["2.3"].installation)


def cases(installation: Installation) -> Iterator[Record]:
    """Yield the records in the order of the file."""
    doveconf = Doveconf(installation)
    inputs = tomllib.loads((INPUTS / "old-names.toml").read_text("utf-8"))["case"]
    with tempfile.TemporaryDirectory(dir=installation.filesystem / "tmp") as folder:
        main = Path(folder) / "dovecot.conf"
        for case in inputs:
            main.write_text(case["text"], encoding="utf-8", newline="\n")
            verdict = doveconf.verdict(main, expanding=False)
            yield {
                "id": case["name"],
                "text": case["text"],
                "error": shown_error(verdict.error),
                "warnings": list(verdict.warnings),
                "output": verdict.output if verdict.error is None else None,
            }
