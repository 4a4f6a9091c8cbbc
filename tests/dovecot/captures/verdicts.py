"""What doveconf says about configurations: the files of ``inputs/verdicts``, one case each."""

from __future__ import annotations

import base64
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.dovecot.captures.common import INPUTS, Bench, Record
from tests.dovecot.harness.installations import Installation
from tests.fuzz.verdicts import CRASH, Doveconf

SHOWN = re.compile(
    r"(?:Error in configuration file (?P<file>\S+?)(?: line (?P<line>\d+))?: )?(?P<message>.*)", re.DOTALL
)


def capture(bench: Bench) -> Iterator[Record]:
    """Yield a record for each case: the text, the first error with file and line, and the warnings."""
    yield from cases({version: pool.installation for version, pool in bench.pools.items()})


def cases(installations: Mapping[str, Installation]) -> Iterator[Record]:
    """Yield the records of both versions in the order of the files' names."""
    for version, installation in sorted(installations.items()):
        doveconf = Doveconf(installation)
        with tempfile.TemporaryDirectory(dir=installation.filesystem / "tmp") as folder:
            main = Path(folder) / "dovecot.conf"
            for path in sorted((INPUTS / "verdicts" / version).glob("*.conf")):
                main.write_bytes(path.read_bytes())
                verdict = doveconf.verdict(main, expanding=False)
                yield {
                    "version": version,
                    "id": path.stem,
                    **_text(path.read_bytes()),
                    "error": shown_error(verdict.error),
                    "warnings": list(verdict.warnings),
                }


def _text(content: bytes) -> Record:
    try:
        return {"text": content.decode("utf-8")}
    except UnicodeDecodeError:
        return {"text_b64": base64.b64encode(content).decode("ascii")}


def shown_error(text: str | None) -> Record | None:
    """Return an error as a record has it: its message, and its line where doveconf names one."""
    if text is None:
        return None
    if text == CRASH:
        return {"message": CRASH, "line": None}
    match = SHOWN.fullmatch(text.partition(": ")[2])
    assert match is not None
    line = int(match["line"]) if match["line"] else None
    return {"message": match["message"], "line": line}
