"""doveconf beside us: what it refuses or complains of, it takes when it is fixed."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dovecot_conf import Version
from dovecot_conf.lint.docs import Example
from dovecot_conf.lint.entries import Entry, entries
from dovecot_conf.syntax_rule import V24_LINES
from dovecot_conf.syntax_rules import rule_named
from tests.dovecot.conftest import unavailable
from tests.dovecot.harness.installations import Installation, UnavailableError, find_23, find_24
from tests.dovecot.harness.processes import run
from tests.dovecot.test_rules_agree import Bench, bench
from tests.drivers.rules.fixing import CATALOGUE, FIXED_IN_THE_OTHER_VERSION, fix_in_place, write
from tests.drivers.rules.test_fixes_in_detail import LANGUAGE_23, LANGUAGE_24, Case

CAPTURED = Path(__file__).parents[2] / "fixtures" / "captured"
__all__ = ["bench"]  # a fixture

COMPLAINT = re.compile(r"^doveconf: (?:Fatal|Panic|Error|Warning): .*", re.MULTILINE)
NEEDS_A_USER = ("PN108",)
"""Root can open the file."""


def cases() -> list[object]:
    return [
        pytest.param(entry, example, id=f"{entry.code}-{example.version}")
        for entry in entries(CATALOGUE.rules)
        if entry.family == "PN1" and entry.fixes and entry.code not in NEEDS_A_USER
        for example in entry.doc.bad
    ]


Finder = Callable[[Version], tuple[Installation, Path]]


@pytest.fixture
def installation_of() -> Iterator[Finder]:
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
    entry: Entry, example: Example, installation_of: Finder
) -> None:
    installation, folder = installation_of(example.version)
    main = folder / "dovecot.conf"
    main.write_text(example.text)
    for path, content in example.files:
        (folder / path).write_text(content)
    flags = ["-x" if rule_named(entry.name).daemon_only else "-n"]
    _, before = doveconf(installation, main, *flags)
    assert before
    fixed = fix_in_place(main, unsafe=True, version=example.version)
    assert fixed.texts
    _, after = doveconf(installation, main, *flags)
    assert after == []


OLD_NAMES = [
    case
    for case in map(json.loads, (CAPTURED / "old-names.jsonl").read_text().splitlines())
    if case["error"] is None and case["warnings"] and "\0" not in case["text"]
]


def test_doveconf_prints_the_same_for_old_names_that_are_written_anew(installation_of: Finder) -> None:
    installation, folder = installation_of(Version.V23)
    main = folder / "dovecot.conf"
    compared, different = 0, []
    for case in OLD_NAMES:
        main.write_text(case["text"])
        before = doveconf(installation, main, "-n")
        fixed = fix_in_place(main, unsafe=False, version=Version.V23)
        if not any(item.code == "PN172" for item in fixed.applied):
            continue
        compared += 1
        after = doveconf(installation, main, "-n")
        # Between the words of a list, blanks mean nothing.
        if after[0].split() != before[0].split() or len(after[1]) >= len(before[1]):
            different.append(case["text"])
    assert different == []
    assert compared > len(OLD_NAMES) / 3


FAILURES = ("Error:", "Fatal:", "Panic:")


def loaded() -> list[object]:
    return [
        pytest.param(entry, example, id=f"{entry.code}-{example.version}")
        for entry in entries(CATALOGUE.rules)
        if entry.fixes and any(line.startswith(FAILURES) for _, line in entry.doc.says)
        for example in entry.doc.bad
        if (entry.code, example.version) not in FIXED_IN_THE_OTHER_VERSION
    ]


@pytest.mark.parametrize(("entry", "example"), loaded())
def test_what_the_server_says_of_the_bad_example_is_gone_when_fixed(
    entry: Entry, example: Example, bench: Callable[[Version], Bench], tmp_path: Path
) -> None:
    quoted = {line for version, line in entry.doc.says if version == example.version}
    place = bench(example.version)
    assert quoted & set(place.lines(example))
    fix_in_place(write(example, tmp_path), unsafe=True, root=tmp_path, version=example.version)
    text = (tmp_path / "dovecot.conf").read_text()
    files = tuple((path, (tmp_path / path.lstrip("/")).read_text()) for path, _ in example.files)
    fixed = Example(example.version, text.removeprefix(V24_LINES), text, files)
    said = place.lines(fixed)
    assert not quoted & set(said)
    assert [line for line in said if line.startswith(FAILURES[1:])] == []


@pytest.mark.parametrize(
    ("version", "case"),
    [
        pytest.param(version, case, id=f"{version}-{number}")
        for version, cases in ((Version.V23, LANGUAGE_23), (Version.V24, LANGUAGE_24))
        for number, case in enumerate(cases)
    ],
)
def test_doveconf_takes_what_fixes_write(version: Version, case: Case, installation_of: Finder) -> None:
    installation, folder = installation_of(version)
    main = folder / "dovecot.conf"
    start = V24_LINES if version is Version.V24 else ""
    main.write_text(start + case.before)
    assert doveconf(installation, main, "-n")[1]
    main.write_text(start + case.after)
    assert doveconf(installation, main, "-n")[1] == []
