"""doveconf beside us: what it refuses or complains of, it takes when it is fixed."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dovecot_conf import Version
from dovecot_conf.lint.docs import Example
from dovecot_conf.lint.entries import Entry, entries
from dovecot_conf.syntax_rules import rule_named
from tests.dovecot.conftest import unavailable
from tests.dovecot.harness.installations import Installation, UnavailableError, find_23, find_24
from tests.dovecot.harness.processes import run
from tests.drivers.rules.fixing import CATALOGUE, fix_in_place

COMPLAINT = re.compile(r"^doveconf: (?:Fatal|Panic|Error|Warning): .*", re.MULTILINE)
NEEDS_A_USER = ("PN108",)
"""Root can open the file."""
SILENT = ("PN196", "PN184")
"""Of these, doveconf says nothing."""


def cases() -> list[object]:
    return [
        pytest.param(entry, example, id=f"{entry.code}-{example.version}")
        for entry in entries(CATALOGUE.rules)
        if entry.family == "PN1" and entry.fixes and entry.code not in NEEDS_A_USER
        for example in entry.doc.bad
    ]


@pytest.fixture
def installation_of() -> Iterator[object]:
    folders: list[tempfile.TemporaryDirectory[str]] = []

    def find(version: Version) -> tuple[Installation, Path]:
        try:
            installation = find_23() if version is Version.V23 else find_24(os.environ)
        except UnavailableError as error:
            unavailable(str(error))
        folders.append(tempfile.TemporaryDirectory(dir=installation.filesystem / "tmp"))
        return installation, Path(folders[-1].name)

    yield find
    for folder in folders:
        folder.cleanup()


def doveconf(installation: Installation, main: Path, *flags: str) -> tuple[str, list[str]]:
    """Return what doveconf prints of a file, without the header, and what it complains of."""
    done = run(installation.command("doveconf", *flags, "-c", installation.inside(main)))
    lines = [line for line in done.stdout.splitlines() if not line.startswith("#")]
    return "\n".join(lines), COMPLAINT.findall(done.stderr)


@pytest.mark.parametrize(("entry", "example"), cases())
def test_what_doveconf_complains_of_is_gone_when_fixed(
    entry: Entry, example: Example, installation_of
) -> None:
    installation, folder = installation_of(example.version)
    main = folder / "dovecot.conf"
    main.write_text(example.text)
    for path, content in example.files:
        (folder / path).write_text(content)
    flags = ["-x" if rule_named(entry.name).daemon_only else "-n"]
    _, before = doveconf(installation, main, *flags)
    assert before or entry.code in SILENT
    fixed = fix_in_place(main, unsafe=True, version=example.version)
    assert fixed.texts
    _, after = doveconf(installation, main, *flags)
    assert after == []
