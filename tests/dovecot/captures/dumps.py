"""What doveconf prints and says of configurations that once showed a difference: ``inputs/dumps.toml``."""

from __future__ import annotations

import base64
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dovecot_conf import Version
from tests.dovecot.captures.common import INPUTS, Bench, Record
from tests.dovecot.harness.installations import Installation
from tests.fuzz.texts import VERSION_LINES, Text, may_expand
from tests.fuzz.verdicts import Doveconf, write

CALLS = {"-n": False, "-nx": True}


def capture(bench: Bench) -> Iterator[Record]:
    """Yield a record for each case: the files, and for each call the error, warnings and settings."""
    yield from cases({version: pool.installation for version, pool in bench.pools.items()})


def cases(installations: Mapping[str, Installation]) -> Iterator[Record]:
    """Yield the records in the order of the file."""
    for case in tomllib.loads((INPUTS / "dumps.toml").read_text("utf-8"))["case"]:
        installation, text = installations[case["version"]], _text(case)
        calls: Record = {}
        for_daemons: Record = {}
        with tempfile.TemporaryDirectory(dir=installation.filesystem / "tmp") as folder:
            main = write(text, Path(folder))
            if case.get("daemons"):
                warnings = Doveconf(installation).warnings_for_daemons(main)
                for_daemons = {"warnings_for_daemons": list(warnings)}
            for call, expanding in CALLS.items():
                if not expanding or may_expand(text):
                    verdict = Doveconf(installation).verdict(main, expanding=expanding)
                    calls[call] = {
                        "error": verdict.error,
                        "warnings": list(verdict.warnings),
                        "output": verdict.output,
                    }
        yield {
            "version": case["version"],
            "id": case["name"],
            "files": {name: _shown(content) for name, content in {MAIN: text.main, **text.files}.items()},
            "calls": calls,
            **for_daemons,
        }


MAIN = "dovecot.conf"


def _text(case: dict[str, Any]) -> Text:
    """Return the text of a case, whose files may be given as base64."""
    version = Version(case["version"])
    head = VERSION_LINES if version is Version.V24 and not case.get("whole") else b""
    files = {name: _content(content) for name, content in case.get("files", {}).items()}
    return Text(version, head + _content(case["text"]), files)


def _content(text: str | dict[str, str]) -> bytes:
    return text.encode() if isinstance(text, str) else base64.b64decode(text["base64"])


def _shown(content: bytes) -> str | Record:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode("ascii")}
