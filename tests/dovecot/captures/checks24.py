"""What doveconf of 2.4 finds at the end of the file: the texts of ``inputs/checks-2.4.toml``."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.dovecot.captures.common import INPUTS, Bench, Record
from tests.dovecot.captures.verdicts import shown_error
from tests.dovecot.harness.installations import Installation
from tests.fuzz.verdicts import CRASH, Doveconf

VERSION_LINES = "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"


def capture(bench: Bench) -> Iterator[Record]:
    """Yield a record for each case: the text, the first error, and the warnings in any order."""
    yield from cases(bench.pools["2.4"].installation)


def cases(installation: Installation) -> Iterator[Record]:
    """Yield the records in the order of the file."""
    doveconf = Doveconf(installation)
    inputs = tomllib.loads((INPUTS / "checks-2.4.toml").read_text("utf-8"))["case"]
    with tempfile.TemporaryDirectory(dir=installation.filesystem / "tmp") as folder:
        main = Path(folder) / "dovecot.conf"
        for case in inputs:
            main.write_text(VERSION_LINES + case["text"], encoding="utf-8", newline="\n")
            verdict = doveconf.verdict(main, expanding=False)
            yield {
                "id": case["name"],
                "text": VERSION_LINES + case["text"],
                "error": shown_error(as_crash(verdict.error)),
                "warnings": sorted(verdict.warnings),
            }


def as_crash(error: str | None) -> str | None:
    """Return an error, where a panic that is no error in a %variable is a crash."""
    if error is not None and error.startswith("Panic: ") and "syntax error" not in error:
        return CRASH
    return error
