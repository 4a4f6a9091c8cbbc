"""The captured logs, as one reads them from a file."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from drivers.doctor.log.evidence import Evidence, Finding
from drivers.doctor.log.explain import explain
from drivers.doctor.log.lines import LogLine
from drivers.doctor.log.reading import Source, read

LOGS = Path(__file__).parents[4] / "fixtures" / "captured" / "logs.jsonl.gz"
BOB = "bob@example.org"
PASSWORD = "sesame"
"""The password in the URLs of the captured servers."""


@cache
def _logs() -> dict[tuple[str, str], str]:
    with gzip.open(LOGS, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    return {(one["version"], one["name"]): one["log"].replace("@port@", "8009") for one in records}


def names(version: str) -> list[str]:
    return [name for found, name in _logs() if found == version]


def log(version: str, name: str) -> str:
    return _logs()[version, name]


def read_text(text: str | bytes, file: str = "mail.log") -> Iterator[LogLine]:
    return read([Source(file, io.BytesIO(text.encode() if isinstance(text, str) else text))])


def evidence(version: str, name: str, user: str | None = BOB) -> Evidence:
    return explain(read_text(log(version, name)), user)


def told(found: Evidence) -> list[tuple[str, str, str]]:
    """Return driver, outcome and detail of each finding that decides something."""
    return [
        (one.driver, one.outcome.value, one.detail) for one in found.findings if one.outcome.value != "step"
    ]


def finding(found: Evidence, driver: str, outcome: str) -> Finding:
    return next(one for one in found.findings if (one.driver, one.outcome.value) == (driver, outcome))
